"""How many bits a picture may take, and who gets which rendition. Bit rates are in bit/s."""

from collections.abc import Mapping
from dataclasses import dataclass

LEAST = 150_000
MOST = 2_000_000
_PER_PIXEL = 3  # bit/s: 1.2 Mbit/s for a portrait of 640²
_SHARE = 0.85  # of a viewer's estimate that the picture may take; sound and headers need the rest
_WIDE = 0.5  # below this share of the widest viewer's rate a viewer gets the smaller rendition
_CLOSE = 0.8  # above it, it comes back


@dataclass(frozen=True)
class Plan:
    """What to encode: one rendition, or two when the viewers differ widely."""

    full: int
    small: int | None
    small_viewers: frozenset[int]


def nominal(width: int, height: int) -> int:
    """The bit rate of a picture of this size when the network does not matter."""
    return max(LEAST, min(MOST, _PER_PIXEL * width * height))


def plan(estimates: Mapping[int, int], most: int, before: frozenset[int]) -> Plan:
    """Share viewers among renditions, by their own estimates of what they can receive (REMB).

    `before` are those who have the smaller one now. Viewers without an estimate count as wide.
    """
    usable = {viewer: max(LEAST, min(most, round(_SHARE * e))) for viewer, e in estimates.items()}
    if not usable:
        return Plan(most, None, frozenset())
    widest = max(usable.values())
    small = frozenset(
        viewer
        for viewer, rate in usable.items()
        if rate < widest * (_CLOSE if viewer in before else _WIDE)
    )
    full = min(rate for viewer, rate in usable.items() if viewer not in small)
    return Plan(full, min((usable[viewer] for viewer in small), default=None), small)
