"""Live sound on its way in: a short buffer that always gives exactly what a tick asks for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.core.timeline import OUTPUT_RATE, PTIME_SAMPLES

Float32 = NDArray[np.float32]
_SLACK = 2 * PTIME_SAMPLES  # what arrival jitter may pile up for good reason
_QUIET = 0.004  # peak, −48 dBFS


@dataclass
class IngestCounters:
    """Samples at 48 kHz."""

    received: int = 0
    filled: int = 0  # silence put where nothing had come
    dropped: int = 0  # thrown away because too much had come


class Ingest:
    """Mono 48 kHz in pieces of any size; out in exact pieces, on the reader's clock.

    Bound: `most_s`. Overflow: the oldest sound goes, down to `target_s`. What a hiccup has piled up
    below the bound is given back in silence, where nobody hears it. Underflow: silence now, and
    the buffer waits to refill to `target_s`, so that a stutter is heard once, not for ever.
    """

    def __init__(self, target_s: float = 0.03, most_s: float = 0.16) -> None:
        self._target = round(target_s * OUTPUT_RATE)
        self._most = round(most_s * OUTPUT_RATE)
        self._buffer = np.empty(0, np.float32)
        self._filling = True
        self.counters = IngestCounters()

    @property
    def buffered_s(self) -> float:
        return len(self._buffer) / OUTPUT_RATE

    def push(self, samples: Float32) -> None:
        """Take sound [n] as it arrives."""
        self.counters.received += len(samples)
        self._buffer = np.concatenate((self._buffer, samples))

    def pull(self, count: int) -> Float32:
        """Give `count` samples, silence where there is none."""
        self._shed(count)
        if self._filling and len(self._buffer) < count + self._target:
            self.counters.filled += count
            return np.zeros(count, np.float32)
        self._filling = False
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        missing = count - len(taken)
        if missing:
            self._filling = True
            self.counters.filled += missing
            taken = np.concatenate((taken, np.zeros(missing, np.float32)))
        return taken

    def _shed(self, count: int) -> None:
        spare = len(self._buffer) - count - self._target
        if spare > self._most - self._target:
            drop = spare
        elif spare > _SLACK and np.abs(self._buffer[:PTIME_SAMPLES]).max() < _QUIET:
            drop = PTIME_SAMPLES
        else:
            return
        self.counters.dropped += drop
        self._buffer = self._buffer[drop:]
