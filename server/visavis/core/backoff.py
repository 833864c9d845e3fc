"""How long to wait before trying again: longer each time, up to a limit, and never in step with
others who lost the same server."""

from collections.abc import Callable


class Backoff:
    """Pauses that double from `first_s` to `most_s`, each shortened by a random part up to half."""

    def __init__(self, uniform: Callable[[], float], first_s: float = 1.0, most_s: float = 30.0):
        """`uniform` draws from [0, 1)."""
        self._uniform = uniform
        self._first_s = first_s
        self._most_s = most_s
        self._next_s = first_s

    def pause_s(self) -> float:
        """The next pause; the one after it is longer."""
        nominal, self._next_s = self._next_s, min(self._most_s, 2 * self._next_s)
        return nominal * (1 - self._uniform() / 2)

    def reset(self) -> None:
        """Begin anew: it has worked for a while."""
        self._next_s = self._first_s
