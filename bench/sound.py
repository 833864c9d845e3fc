"""Sound as a page's track handed it on, timed without an audio clock: an AudioContext's stands
still while the machine is busy."""

import base64
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.core.pcm import resample

Float64 = NDArray[np.float64]
Int16 = NDArray[np.int16]
FULL_SCALE = 32_768
_AHEAD = 30  # pieces of 10 ms: a piece that was handed on late is followed by others at once
_DELAY, _COUNT = 10, 11  # columns of a poll: see `poll` in measure.js


@dataclass
class Sound:
    """Pieces of PCM, and when the browser handed them on, in ms of the page's clock."""

    times: list[tuple[float, int, int]] = field(default_factory=list)  # ms, samples, rate
    pieces: list[Int16] = field(default_factory=list)

    def add(self, raw: dict[str, Any], origin_ms: float) -> None:
        """Take more, as `window.measure.drain` gives it."""
        self.times += [(at - origin_ms, n, rate) for at, n, rate in raw["times"]]
        self.pieces.append(np.frombuffer(base64.b64decode(raw["pcm"]), np.int16))

    @property
    def rate(self) -> int:
        return self.times[0][2]

    @property
    def samples(self) -> Int16:
        """All of it [n]."""
        return np.concatenate(self.pieces)

    def at_rate(self, rate: int) -> Float64:
        """All of it [n], in −1…1, at another rate."""
        level = self.samples.astype(np.float32) / np.float32(FULL_SCALE)
        return resample(level, self.rate, rate).astype(np.float64)

    def later(self, by_ms: float) -> "Sound":
        """The same, handed on so much later."""
        times = [(at + by_ms, n, rate) for at, n, rate in self.times]
        return dataclasses.replace(self, times=times)

    def at_ms(self, samples: NDArray[np.intp]) -> Float64:
        """When samples, by number, were due. A device plays evenly whatever it is handed unevenly:
        a late piece counts from those after it."""
        table = np.array(self.times)
        lengths_ms = 1000 * table[:, 1] / table[:, 2]
        begun_ms = np.concatenate(([0.0], np.cumsum(lengths_ms)[:-1]))  # of the sound itself
        origins = np.append(table[:, 0] - begun_ms, np.full(_AHEAD, np.inf))
        steady = np.lib.stride_tricks.sliding_window_view(origins, _AHEAD)[: len(table)].min(axis=1)
        starts = np.concatenate(([0], np.cumsum(table[:, 1])[:-1]))
        piece = np.searchsorted(starts, samples, side="right") - 1
        within_ms = 1000 * (samples - starts[piece]) / table[piece, 2]
        return np.asarray(steady[piece] + begun_ms[piece] + within_ms, np.float64)


def output_ms(polls: Sequence[Sequence[float]]) -> float:
    """From where the browser hands a sound on to where it is heard."""
    grown = np.diff(np.array(polls, float)[:, [_DELAY, _COUNT]], axis=0)
    return float(np.median(1000 * grown[:, 0] / np.maximum(1, grown[:, 1])))
