"""Playing sound a little faster or slower: resampling by any ratio near 1, piece by piece."""

from functools import lru_cache
from math import floor

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
HALF = 8  # taps on each side of an output sample
_PHASES = 1024  # places between two input samples at which the kernel is known
_KAISER_BETA = 6.0


@lru_cache(maxsize=1)
def _kernel() -> Float32:
    """Windowed-sinc taps [phases + 1, 2·HALF]; row p is p / phases behind a sample."""
    phase = np.arange(_PHASES + 1)[:, None] / _PHASES
    t = np.arange(1 - HALF, HALF + 1)[None, :] - phase
    shape = np.i0(_KAISER_BETA * np.sqrt(np.clip(1 - (t / HALF) ** 2, 0, 1)))
    taps = np.sinc(t) * shape / np.i0(_KAISER_BETA)
    kernel: Float32 = (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)
    kernel.setflags(write=False)
    return kernel


class Stretcher:
    """Keeps the place between two samples from piece to piece. While the ratio has always been 1
    the samples pass unchanged."""

    def __init__(self) -> None:
        self._fraction = 0.0
        self._history = np.zeros(HALF, np.float32)  # input before the next one
        self._engaged = False

    def needs(self, count: int, ratio: float) -> int:
        """Input samples that must be there to give `count`."""
        if ratio == 1 and not self._engaged:
            return count
        return floor(self._fraction + (count - 1) * ratio) + 1 + HALF

    def take(self, samples: Float32, count: int, ratio: float) -> tuple[Float32, int]:
        """Give `count` samples at `ratio` input samples each, and how many inputs are spent.

        `samples` begins with the oldest that is not spent and holds at least `needs`.
        """
        if ratio == 1 and not self._engaged:
            self._history = np.concatenate((self._history, samples[:count]))[-HALF:]
            return samples[:count], count
        self._engaged = True
        source = np.concatenate((self._history, samples))
        place = self._fraction + np.arange(count) * ratio
        whole = np.floor(place).astype(np.int64)
        phase = np.rint((place - whole) * _PHASES).astype(np.int64)
        given = np.zeros(count, np.float32)
        for tap in range(2 * HALF):  # one tap at a time needs a sixteenth of the memory
            given += _kernel()[phase, tap] * source[whole + (tap + 1)]
        end = self._fraction + count * ratio
        spent = floor(end)
        self._fraction = end - spent
        self._history = source[spent : spent + HALF]
        return given, spent
