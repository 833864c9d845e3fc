"""A device that goes away is opened again, later and later, and the stream never notices."""

import asyncio

import numpy as np
import pytest
from tests.transports.outside import until

from visavis.core.backoff import Backoff
from visavis.core.compositor import new_frame
from visavis.errors import DeviceError
from visavis.media.waiting import cancelled
from visavis.transports import revived as module
from visavis.transports.revived import Revived

FRAME, SOUND = new_frame(4, 4), np.zeros(1920, np.float32)


class Gadget:
    """Can be unplugged, and stays so for a while."""

    made: list["Gadget"] = []  # noqa: RUF012
    missing = 0  # tries for which there is none

    def __init__(self) -> None:
        if Gadget.missing:
            Gadget.missing -= 1
            raise DeviceError("There is none.")
        self.lost = False
        self.closed = False
        self.ticks: list[int] = []
        Gadget.made.append(self)

    def release(self, tick: int, frame: object, sound: object) -> None:
        self.ticks.append(tick)

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def gadgets(monkeypatch: pytest.MonkeyPatch) -> list[Gadget]:
    monkeypatch.setattr(Gadget, "made", [])
    monkeypatch.setattr(Gadget, "missing", 0)
    monkeypatch.setattr(module, "_LOOK_S", 0.01)
    return Gadget.made


async def test_it_comes_back(gadgets: list[Gadget], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    revived = Revived("the gadget", Gadget, Backoff(lambda: 0.0, 0.01, 0.02))
    running = asyncio.create_task(revived.run())
    revived.release(1, FRAME, SOUND)
    Gadget.missing = 2
    gadgets[0].lost = True
    await until(lambda: gadgets[0].closed)
    revived.release(2, FRAME, SOUND)
    await until(lambda: "is back" in caplog.text)
    revived.release(3, FRAME, SOUND)
    await cancelled(running)
    revived.close()
    assert [(gadget.ticks, gadget.closed) for gadget in gadgets] == [([1], True), ([3], True)]
    assert caplog.messages == ["the gadget went away; waiting for it", "the gadget is back"]


def test_the_first_must_be_there() -> None:
    Gadget.missing = 1
    with pytest.raises(DeviceError, match="There is none"):
        Revived("the gadget", Gadget)


async def test_it_can_end_while_it_waits(gadgets: list[Gadget]) -> None:
    revived = Revived("the gadget", Gadget)
    running = asyncio.create_task(revived.run())
    Gadget.missing = 1000
    gadgets[0].lost = True
    await until(lambda: gadgets[0].closed)
    await cancelled(running)
    revived.close()
