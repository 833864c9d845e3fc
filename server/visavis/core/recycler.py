"""Large arrays that are used again as soon as nobody holds them any more."""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Recycler:
    """Gives arrays of one shape. One that nobody refers to any more, views and buffers included, is
    given again; there is nothing to hand back and nothing to forget.

    It rests on CPython's reference counts. Arrays may be let go by any thread, but are taken by one
    at a time. At most `most` are kept: who holds more at once gets new ones.
    """

    def __init__(self, shape: Sequence[int], kind: DTypeLike, most: int = 8) -> None:
        self.made = 0
        self._shape = tuple(shape)
        self._kind = np.dtype(kind)
        self._most = most
        self._kept: list[NDArray[Any]] = [np.empty(0)]
        self._alone = sys.getrefcount(self._kept[0])
        self._kept.clear()
        self._next = 0

    def forget(self) -> None:
        """Keep none: memory is not to wait for the garbage collection of whoever kept them."""
        self._kept.clear()

    def take(self) -> NDArray[Any]:
        """An array with whatever it held before."""
        for _ in range(len(self._kept)):
            self._next = (self._next + 1) % len(self._kept)
            if sys.getrefcount(self._kept[self._next]) == self._alone:
                return self._kept[self._next]
        self.made += 1
        array = np.empty(self._shape, self._kind)
        if len(self._kept) < self._most:
            self._kept.append(array)
        return array
