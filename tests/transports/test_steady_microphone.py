"""A microphone that goes away and comes back, by a PortAudio that is made up."""

# ruff: noqa: F401, F811 - fixtures of other tests

import asyncio

import numpy as np
import pytest
from tests.transports.outside import until
from tests.transports.test_microphone import FakePortAudio, Use, use

from visavis.core.backoff import Backoff
from visavis.errors import DeviceError
from visavis.media.ingest import Ingest
from visavis.media.waiting import cancelled
from visavis.transports import steady_microphone as module
from visavis.transports.steady_microphone import SteadyMicrophone

BLOCK = np.full((960, 1), 0.5, np.float32)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_S", 0.01)


def _steady(ingest: Ingest) -> SteadyMicrophone:
    return SteadyMicrophone(ingest, None, Backoff(lambda: 0.0, 0.01, 0.02))


async def test_it_is_opened_again_when_it_is_there_again(use: Use) -> None:
    library, ingest = use(FakePortAudio()), Ingest()
    with _steady(ingest) as microphone:
        running = asyncio.create_task(microphone.run())
        library.bring(BLOCK, True)
        await until(lambda: ingest.counters.received == 960)
        library.fails_at = "open"
        library.settings["finished_callback"]()
        await until(lambda: library.calls.count("open") >= 3)
        library.fails_at = ""
        await until(lambda: library.calls.count("start") == 2)
        await until(lambda: microphone._microphone is not None)
        library.bring(BLOCK, True)
        await until(lambda: ingest.counters.received == 1920)
        await cancelled(running)
    assert (microphone.losses, microphone.overflows) == (1, 2)
    assert library.calls.count("close") == 2
    assert library.calls.count("rescan") == library.calls.count("open") - 1


async def test_one_that_only_falls_silent_is_noticed(
    use: Use,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_MUTE_S", 0.2)
    library, ingest = use(FakePortAudio()), Ingest()
    with _steady(ingest) as microphone:
        running = asyncio.create_task(microphone.run())
        for _ in range(10):
            library.bring(BLOCK)
            await asyncio.sleep(0.05)
        assert microphone.losses == 0
        await until(lambda: microphone.losses > 0)
        await cancelled(running)


async def test_at_the_start_it_must_be_there(use: Use) -> None:
    use(FakePortAudio("open"))
    with pytest.raises(DeviceError, match="cannot be opened"), _steady(Ingest()):
        pass


async def test_it_can_end_while_it_is_away(use: Use) -> None:
    library = use(FakePortAudio())
    with _steady(Ingest()) as microphone:
        running = asyncio.create_task(microphone.run())
        library.fails_at = "open"
        library.settings["finished_callback"]()
        await until(lambda: library.calls.count("open") >= 2)
        await cancelled(running)
    assert library.calls.count("close") == 1
