"""When a shared encoder may give a keyframe: viewers ask often, and everyone receives each one."""

MIN_GAP_S = 1.0  # between keyframes that viewers ask for to mend their picture
MIN_JOIN_GAP_S = 0.25  # between keyframes for viewers who have none yet


class KeyframeRequests:
    """Wishes come in at any rate; what is granted keeps its distance. Time is an argument."""

    def __init__(self) -> None:
        self._last_s = float("-inf")
        self._gap_s: float | None = None  # that the pending wish must keep; None: no wish
        self.asked = 0
        self.granted = 0

    def ask(self, joining: bool = False) -> None:
        """Wish for a keyframe, soon."""
        gap = MIN_JOIN_GAP_S if joining else MIN_GAP_S
        self._gap_s = gap if self._gap_s is None else min(gap, self._gap_s)
        self.asked += 1

    def take(self, now_s: float) -> bool:
        """Whether the next picture is to be one."""
        if self._gap_s is None or now_s - self._last_s < self._gap_s:
            return False
        self._gap_s, self._last_s = None, now_s
        self.granted += 1
        return True
