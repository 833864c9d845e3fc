"""Ticks of a stream, with holes and fresh starts, as one unbroken count of frames."""

from visavis.core.timeline import FPS

_LONGEST_HOLE = 10 * FPS  # frames; a longer one is a pause, which takes no time


class Continuity:
    """A recording or broadcast runs on one timeline whatever happens to the stream that feeds it.

    A short hole, where the stream was held up, stays as long as it was, so that sound and picture
    keep their places. After a long one (the machine slept), or when ticks begin anew (another
    stream), time goes on without a gap.
    """

    def __init__(self) -> None:
        self._tick: int | None = None
        self._index = -1

    def place(self, tick: int) -> tuple[int, int]:
        """The index of the frame of `tick`, and how many frames are missing before it."""
        step = 1 if self._tick is None else tick - self._tick
        self._tick = tick
        if not 1 <= step <= _LONGEST_HOLE:
            step = 1
        self._index += step
        return self._index, step - 1
