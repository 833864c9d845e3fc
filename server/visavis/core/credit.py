"""Credit for sound that comes faster than it is spoken, in samples at the sender's rate."""


class Credit:
    """At most `capacity` samples may be under way; what has been spoken may be sent anew."""

    def __init__(self, capacity: int, step: int) -> None:
        """Grants are at least `step` samples, so that they are few."""
        self._capacity = capacity
        self._step = step
        self.left = capacity  # samples that the sender may send now

    def spend(self, samples: int) -> bool:
        """Take sound that has come; False: there is no credit for it, and it is not to be taken."""
        if samples > self.left:
            return False
        self.left -= samples
        return True

    def settle(self, under_way: int) -> int:
        """Tell how many samples wait to be spoken. Returns what is to be granted, often nothing."""
        owed = self._capacity - under_way - self.left
        if owed < self._step:
            return 0
        self.left += owed
        return owed
