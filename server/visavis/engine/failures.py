"""How often sessions have failed of late: when the pool is unwell, and how soon to try again."""

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """How long the pool waits for what."""

    lease_s: float = 0.2  # a run with a deadline may take this long, then its session is given up
    file_lease_s: float = 60.0  # a run without one
    open_s: float = 20.0  # a session may take this long to open and warm up
    pause_s: float = 1.0  # before a session is replaced again; the first time is at once
    longest_pause_s: float = 4.0
    window_s: float = 60.0  # failures are remembered so long
    unwell: int = 3  # so many of them in that time, and the pool is not ready


class Failures:
    """The failures of the last minute. Times are on one monotonic clock, in seconds."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._times: deque[float] = deque(maxlen=max(64, patience.unwell))

    def add(self, now_s: float) -> float:
        """Remember one; return the pause before its session is replaced."""
        recent = self._recent(now_s)
        self._times.append(now_s)
        if recent == 0:
            return 0.0
        pause_s = self._patience.pause_s * 2.0 ** (recent - 1)
        return min(pause_s, self._patience.longest_pause_s)

    def unwell(self, now_s: float) -> bool:
        """True while there were too many."""
        return self._recent(now_s) >= self._patience.unwell

    def _recent(self, now_s: float) -> int:
        while self._times and now_s - self._times[0] > self._patience.window_s:
            self._times.popleft()
        return len(self._times)
