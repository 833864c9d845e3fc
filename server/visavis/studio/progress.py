"""A progress bar that draws itself in the caller's thread, so that none is left behind."""

from collections.abc import Iterable
from typing import TypeVar

from rich.progress import track

T = TypeVar("T")


def tracked(items: Iterable[T], title: str) -> Iterable[T]:
    """Go through `items` and show how far; without a terminal only the end is shown."""
    return track(items, title, auto_refresh=False)
