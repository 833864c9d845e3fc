"""The microphone, by a PortAudio that is made up: what it captures, and what it says when not."""

import asyncio
import builtins
import sys
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from visavis.core.latency import LATENCIES
from visavis.errors import DeviceError
from visavis.media.ingest import Ingest
from visavis.transports import microphone as module
from visavis.transports.microphone import Microphone


class FakePortAudio:
    """As much of `sounddevice` as the microphone uses."""

    class PortAudioError(Exception):
        pass

    def __init__(self, fails_at: str = "", names: tuple[str, ...] = ("Desk", "USB")) -> None:
        self.fails_at = fails_at
        self.names = names
        self.calls: list[str] = []
        self.settings: dict[str, Any] = {}

    def query_devices(self) -> list[dict[str, object]]:
        speaker = {"name": "Speaker", "max_input_channels": 0}
        return [speaker, *({"name": name, "max_input_channels": 1} for name in self.names)]

    def InputStream(self, **settings: object) -> "FakePortAudio":  # noqa: N802 - as it is called
        self.settings = settings
        self._call("open")
        return self

    def _terminate(self) -> None:
        self._call("rescan")

    def _initialize(self) -> None:
        """What there is now is known already."""

    def start(self) -> None:
        self._call("start")

    def close(self) -> None:
        self._call("close")
        self.settings["finished_callback"]()

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name == self.fails_at:
            raise self.PortAudioError("no such device")

    def bring(self, block: object, overflow: bool = False) -> None:
        """One block, as PortAudio's thread brings it."""
        self.settings["callback"](block, 960, None, SimpleNamespace(input_overflow=overflow))


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakePortAudio], FakePortAudio]:
    def use(library: FakePortAudio) -> FakePortAudio:
        monkeypatch.setattr(module, "_sounddevice", lambda: library)
        return library

    return use


Use = Callable[[FakePortAudio], FakePortAudio]


def _ignore() -> None:
    """A loss that the test does not ask for."""


async def test_blocks_reach_the_ingest_as_copies(use: Use) -> None:
    library, ingest = use(FakePortAudio()), Ingest(replace(LATENCIES["low"], buffer_s=0.0))
    with Microphone(ingest, None, _ignore) as microphone:
        block = np.full((960, 1), 0.5, np.float32)
        await asyncio.to_thread(library.bring, block)
        block[:] = 9.0  # PortAudio uses its memory again
        await asyncio.to_thread(library.bring, block * 0, True)
        await asyncio.sleep(0)
        assert ingest.counters.received == 1920
        assert set(ingest.pull(960).tolist()) == {0.5}
        assert microphone.overflows == 1
    assert library.calls == ["open", "start", "close"]
    settings = library.settings
    assert (settings["samplerate"], settings["channels"]) == (48_000, 1)
    assert (settings["dtype"], settings["blocksize"]) == ("float32", 960)


@pytest.mark.parametrize(("given", "used"), [(None, None), ("3", 3), ("USB", "USB"), ("²", "²")])
async def test_a_device_is_chosen_by_number_or_name(
    use: Use, given: str | None, used: int | str | None
) -> None:
    library = use(FakePortAudio())
    with Microphone(Ingest(), given, _ignore):
        assert library.settings["device"] == used


@pytest.mark.parametrize("fails_at", ["open", "start"])
@pytest.mark.parametrize(
    ("device", "says"),
    [
        (None, "The default microphone cannot be opened; choose one with --device: Desk, USB."),
        ("9", "The microphone '9' cannot be opened; choose one with --device: Desk, USB."),
    ],
)
async def test_a_device_that_cannot_be_opened_is_told(
    use: Use, fails_at: str, device: str | None, says: str
) -> None:
    use(FakePortAudio(fails_at))
    with pytest.raises(DeviceError) as caught:
        Microphone(Ingest(), device, _ignore).__enter__()
    assert str(caught.value) == says


async def test_a_machine_without_a_microphone_is_told(use: Use) -> None:
    use(FakePortAudio("open", names=()))
    with pytest.raises(DeviceError, match="has no microphone; plug one in, or use visavis serve"):
        Microphone(Ingest(), None, _ignore).__enter__()


async def test_a_device_that_goes_away_is_told_and_a_close_is_not(use: Use) -> None:
    library, lost = use(FakePortAudio()), asyncio.Event()
    with Microphone(Ingest(), None, lost.set):
        await asyncio.to_thread(library.settings["finished_callback"])
        await lost.wait()
        lost.clear()
    await asyncio.sleep(0)
    assert not lost.is_set()


def test_a_missing_portaudio_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    find = builtins.__import__

    def fail(name: str, *rest: Any) -> ModuleType:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return find(name, *rest)

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(builtins, "__import__", fail)
    with pytest.raises(DeviceError, match=r"PortAudio is missing; install it .*libportaudio2"):
        module._sounddevice()
