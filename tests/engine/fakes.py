"""A generator made of arithmetic, for tests of the pool."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visavis.core.bundle import Bundle
from visavis.core.region import Region

Float32 = NDArray[np.float32]
Planes = NDArray[np.uint8]
Level = Callable[[Float32], Float32]  # audio [B, W, F] → levels [B]


@dataclass
class FakeMouths:
    """Its mouths are of one level each, which `level` tells of the sound."""

    bundle: Bundle
    level: Level
    window: Region = field(default_factory=lambda: Region(0, 0, 8, 8))
    most: int = 64
    opened: int = 0

    def open(self, threads: int = 1) -> "FakeMouths":
        self.opened += 1
        return self

    def generate(self, keys: Sequence[int], audio: Float32, out: Planes) -> None:
        assert len(keys) == len(audio) == len(out) <= self.most
        out[...] = self.level(audio)[:, None]


def first(audio: Float32) -> Float32:
    """The first number of each window."""
    return np.asarray(audio[:, 0, 0])
