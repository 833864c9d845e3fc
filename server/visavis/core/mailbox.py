"""A mailbox through which two browsers find each other: an offer one way, an answer the other.

Laws. A letter is taken once. Nothing is kept longer than `KEEP_S`, and no more than `MAX_ROOMS`
rooms: the oldest goes. Time is an argument, in seconds of any monotonic clock.
"""

import re
from dataclasses import dataclass, field

KEEP_S = 60.0
MAX_ROOMS = 256
OFFER, ANSWER = "offer", "answer"
_ROOM = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass
class _Room:
    touched_s: float
    letters: dict[str, str] = field(default_factory=dict)


def is_room(name: str) -> bool:
    """Rooms have names that nobody guesses: at least 16 letters, digits, hyphens or underscores."""
    return _ROOM.fullmatch(name) is not None


class Mailbox:
    """Letters by room and slot, "offer" or "answer"."""

    def __init__(self) -> None:
        self._rooms: dict[str, _Room] = {}  # in the order of their last letter

    def put(self, room: str, slot: str, letter: str, now_s: float) -> None:
        """Leave a letter in place of an older one. A new offer makes an old answer void."""
        self._forget(now_s)
        entry = self._rooms.pop(room, None) or _Room(now_s)
        entry.touched_s = now_s
        entry.letters[slot] = letter
        if slot == OFFER:
            entry.letters.pop(ANSWER, None)
        self._rooms[room] = entry
        if len(self._rooms) > MAX_ROOMS:
            del self._rooms[next(iter(self._rooms))]

    def take(self, room: str, slot: str, now_s: float) -> str | None:
        """The letter, which is then gone."""
        self._forget(now_s)
        entry = self._rooms.get(room)
        return entry.letters.pop(slot, None) if entry else None

    def _forget(self, now_s: float) -> None:
        old = [name for name, room in self._rooms.items() if now_s - room.touched_s > KEEP_S]
        for name in old:
            del self._rooms[name]
