"""One release to many: in order, and none disturbs another."""

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame, new_frame
from visavis.media.fanout import Fanout

FRAME = new_frame(16, 16)
SOUND = np.zeros(1920, np.float32)


class Noting:
    """Notes the ticks that it gets, and may fail at one."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.ticks: list[int] = []
        self._fails_at = fails_at

    def release(self, tick: int, frame: Frame | None, sound: NDArray[np.float32]) -> None:
        if tick == self._fails_at:
            raise RuntimeError("a fault")
        self.ticks.append(tick)


def _release(fanout: Fanout, *ticks: int) -> None:
    for tick in ticks:
        fanout.release(tick, FRAME, SOUND)


def test_everyone_gets_every_release_from_when_he_came_to_when_he_left() -> None:
    fanout, first, second = Fanout(), Noting(), Noting()
    fanout.add(first)
    _release(fanout, 0)
    fanout.add(second)
    fanout.add(second)
    _release(fanout, 1)
    fanout.remove(first)
    fanout.remove(first)
    _release(fanout, 2)
    assert (first.ticks, second.ticks) == ([0, 1], [1, 2])


def test_one_that_fails_is_left_out_and_counted_and_nobody_else_notices() -> None:
    fanout, before, failing, after = Fanout(), Noting(), Noting(fails_at=1), Noting()
    for outlet in (before, failing, after):
        fanout.add(outlet)
    _release(fanout, 0, 1, 2)
    assert before.ticks == after.ticks == [0, 1, 2]
    assert (failing.ticks, fanout.failed) == ([0], 1)
    assert fanout.outlets == (before, after)


def test_an_outlet_may_leave_while_it_is_served() -> None:
    fanout, last = Fanout(), Noting()

    class Leaving(Noting):
        def release(self, tick: int, frame: Frame | None, sound: NDArray[np.float32]) -> None:
            fanout.remove(self)

    fanout.add(Leaving())
    fanout.add(last)
    _release(fanout, 0, 1)
    assert last.ticks == [0, 1]
    assert fanout.outlets == (last,)
