"""Which template frame is shown when: the idle clip round and round, and a gesture on request.

Laws. A gesture begins only where the idle clip passes a home frame, which looks like the gesture's
first frame, and the idle clip goes on from that same home frame. Everything is counted in video
frames: the same requests at the same frames give the same indexes, and frames that were never
asked for are walked through all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Course:
    """How a clip is walked through: `count` template frames from number `first` on."""

    first: int
    count: int
    there_and_back: bool = False  # else forward, and again from the beginning

    @property
    def period(self) -> int:
        """Video frames until it begins anew."""
        return max(1, 2 * self.count - 2) if self.there_and_back else self.count

    def index(self, step: int) -> int:
        """The template frame at a step; steps may be negative and go on for ever."""
        place = step % self.period
        return self.first + min(place, self.period - place if self.there_and_back else place)


@dataclass(frozen=True)
class Repertoire:
    """All that an avatar can show at rest."""

    idle: Course
    homes: frozenset[int] = frozenset()  # template frames of the idle clip where gestures begin
    gestures: Mapping[str, Course] = field(default_factory=dict)


class Choreography:
    """The order of template frames in one session."""

    def __init__(self, repertoire: Repertoire, first: int = 0) -> None:
        """`first` is the video frame that is asked for first; it may be negative."""
        self._repertoire = repertoire
        self._next = first  # video frame that is decided next
        self._idle_step = first
        self._shown = repertoire.idle.index(first)
        self._pending: Course | None = None
        self._gesture: Course | None = None  # under way
        self._gesture_step = 0

    def request(self, gesture: str) -> bool:
        """Play a gesture at the next home frame, in place of one that still waits. False: the
        avatar has no such gesture."""
        course = self._repertoire.gestures.get(gesture)
        self._pending = course or self._pending
        return course is not None

    def index(self, frame: int) -> int:
        """The template frame of video frame `frame`, which never goes back."""
        while self._next <= frame:
            self._shown = self._advance()
            self._next += 1
        return self._shown

    def _advance(self) -> int:
        resting = self._repertoire.idle.index(self._idle_step)
        if self._gesture is None and self._pending and resting in self._repertoire.homes:
            self._gesture, self._pending, self._gesture_step = self._pending, None, 0
        if self._gesture is None:
            self._idle_step += 1
            return resting
        index = self._gesture.index(self._gesture_step)
        self._gesture_step += 1
        if self._gesture_step == self._gesture.period:
            self._gesture = None
        return index
