"""How many bits a picture may take, and who gets which rendition. Bit rates are in bit/s."""

from collections.abc import Mapping
from dataclasses import dataclass

LEAST = 150_000
MOST = 2_000_000
_PER_PIXEL = 3  # bit/s: 1.2 Mbit/s for a portrait of 640²
_SHARE = 0.85  # of a viewer's estimate that the picture may take; sound and headers need the rest
_RECOVERY = 1.08  # per second, as receivers raise their estimates (draft-ietf-rmcat-gcc, 5.5)
_WIDE = 0.5  # below this share of the widest viewer's rate a viewer gets the smaller rendition
_CLOSE = 0.8  # above it, it comes back


class Allowance:
    """What one viewer's network takes, by its estimates (REMB).

    A receiver estimates at most half as much again as it gets, so an estimate says something only
    where it is lower than what was sent: then the network is full.
    """

    def __init__(self, most: int) -> None:
        self.bit_rate = most
        self._most = most

    def update(self, estimate: int | None, sent: int) -> int:
        """Once a second, with the newest estimate and what was sent in that second."""
        if estimate is not None and estimate < sent:
            lower = round(_SHARE * estimate)
            self.bit_rate = max(LEAST, min(self.bit_rate, lower))
        else:
            self.bit_rate = min(self._most, round(_RECOVERY * self.bit_rate))
        return self.bit_rate


@dataclass(frozen=True)
class Plan:
    """What to encode: one rendition, or two when the viewers differ widely."""

    full: int
    small: int | None
    small_viewers: frozenset[int]


def nominal(width: int, height: int) -> int:
    """The bit rate of a picture of this size when the network does not matter."""
    return max(LEAST, min(MOST, _PER_PIXEL * width * height))


def plan(allowed: Mapping[int, int], most: int, before: frozenset[int]) -> Plan:
    """Share viewers among renditions, by what each one's network takes.

    `before` are those who have the smaller one now.
    """
    if not allowed:
        return Plan(most, None, frozenset())
    widest = max(allowed.values())
    small = frozenset(
        viewer
        for viewer, rate in allowed.items()
        if rate < widest * (_CLOSE if viewer in before else _WIDE)
    )
    full = min(rate for viewer, rate in allowed.items() if viewer not in small)
    return Plan(full, min((allowed[viewer] for viewer in small), default=None), small)
