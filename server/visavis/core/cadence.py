"""How evenly something happens: rate and intervals of what was noted of late."""

from collections import deque

import numpy as np

_FPS_WINDOW = 51  # two seconds
_INTERVALS_WINDOW = 1501  # a minute


class Cadence:
    """Times in seconds, of one monotonic clock; meant for 25 a second."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=_INTERVALS_WINDOW)

    def note(self, now_s: float) -> None:
        """It happened now."""
        self._times.append(now_s)

    @property
    def fps(self) -> float:
        """How often a second, over the last two seconds."""
        count = min(len(self._times), _FPS_WINDOW)
        if count < 2:
            return 0.0
        return (count - 1) / (self._times[-1] - self._times[-count])

    @property
    def interval_p99_s(self) -> float:
        """The 99th percentile of the time from one to the next, over the last minute."""
        if len(self._times) < 2:
            return 0.0
        return float(np.percentile(np.diff(self._times), 99))
