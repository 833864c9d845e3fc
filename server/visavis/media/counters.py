"""Sums of counters: what parts that are gone have counted must not be lost."""

from typing import TypeVar

Counters = TypeVar("Counters")


def accumulate(total: Counters, part: Counters) -> None:
    """Add every counter of `part` to that of `total`, both of one dataclass of numbers."""
    for counter, value in vars(part).items():
        setattr(total, counter, getattr(total, counter) + value)
