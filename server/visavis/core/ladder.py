"""When mouths cannot be made in time: fewer of them, in steps, until the machine keeps up again.

A mouth that is not made anew is held for another frame: at every rung the picture goes on at 25
frames per second, and the sound is not touched.
"""

from collections import deque
from dataclasses import dataclass

RUNGS = (1, 2, 3, 0)  # a new mouth every so many frames: 25, 12.5, 8.33 a second; 0: none, at rest
_TRIED = 10  # mouths that are looked back at
_MISSED = 3  # of them, and it is time to step down
_CLIMB_S = 0.8  # without a miss, before the next step up
_WARY_S = 1.5  # the same after a step up that did not hold: four rungs stay within 5 s
_HOLDS_S = 2.0  # a step up that lasted this long has held


@dataclass
class LadderCounters:
    """Steps taken."""

    down: int = 0
    up: int = 0


class MouthLadder:
    """One stream's rung. Times are on one monotonic clock, in seconds."""

    def __init__(self) -> None:
        self.counters = LadderCounters()
        self._rung = 0
        self._tried: deque[bool] = deque(maxlen=_TRIED)  # newest last; True: missed
        self._quiet_since: float | None = None  # no miss since then
        self._climbed_s = -_HOLDS_S
        self._wait_s = _CLIMB_S
        self._frame = 0

    @property
    def rung(self) -> int:
        """0: every frame has a mouth of its own; the last: none has."""
        return self._rung

    @property
    def every(self) -> int:
        """A new mouth comes every so many frames; 0: the mouth is at rest."""
        return RUNGS[self._rung]

    def due(self, now_s: float) -> bool:
        """Whether the next frame of speech is to have a new mouth. Call it for each such frame."""
        if self._quiet_since is None:
            self._quiet_since = now_s
        if self._rung and now_s - self._quiet_since >= self._wait_s:
            self._climb(now_s)
        self._frame += 1
        return self.every > 0 and self._frame % self.every == 0

    def made(self) -> None:
        """The mouth that was due came in time."""
        self._tried.append(False)

    def missed(self, now_s: float) -> None:
        """The mouth that was due did not come in time."""
        self._tried.append(True)
        self._quiet_since = now_s
        if sum(self._tried) >= _MISSED and self._rung < len(RUNGS) - 1:
            self._fall(now_s)

    def _fall(self, now_s: float) -> None:
        self._rung += 1
        self.counters.down += 1
        self._wait_s = _WARY_S if now_s - self._climbed_s < _HOLDS_S else _CLIMB_S
        self._tried.clear()

    def _climb(self, now_s: float) -> None:
        self._rung -= 1
        self.counters.up += 1
        self._climbed_s = self._quiet_since = now_s
        self._tried.clear()
