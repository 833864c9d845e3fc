"""A steady grid of deadlines. Wall time only paces releases; being late never bursts pictures."""

from visavis.core.timeline import FRAME_S


class Pacer:
    """Tick n is due at start + n·period. Ticks that were slept through are skipped and counted."""

    def __init__(self, start_s: float, period_s: float = FRAME_S) -> None:
        self._start_s = start_s
        self._period_s = period_s
        self.tick = 0
        self.skipped = 0

    @property
    def due_s(self) -> float:
        """When the current tick is due, on the clock that `start_s` was read from."""
        return self.due_of(self.tick)

    def due_of(self, tick: int) -> float:
        """When a tick is due, or was."""
        return self._start_s + tick * self._period_s

    def advance(self, now_s: float) -> int:
        """Go to the next tick whose time has not wholly passed; return how many were skipped."""
        behind = int((now_s - self._start_s) / self._period_s)
        target = max(self.tick + 1, behind)
        missed = target - self.tick - 1
        self.tick = target
        self.skipped += missed
        return missed
