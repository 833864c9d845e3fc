"""Live sound on its way in: a short buffer that always gives exactly what a tick asks for."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.core.jitter import MOST_STRETCH, JitterControl
from visavis.core.latency import LATENCIES, Latency
from visavis.core.stretch import Stretcher
from visavis.core.timeline import OUTPUT_RATE, PTIME_SAMPLES

Float32 = NDArray[np.float32]
_SLACK = 2 * PTIME_SAMPLES  # what arrival jitter may pile up for good reason
_QUIET = 0.004  # peak, −48 dBFS
_MOST_S = 0.16
_MOST_TARGET_S = 0.12
_PAUSE = round(0.3 * OUTPUT_RATE)  # a longer hole is a pause of the sender, not jitter
_RESTART = OUTPUT_RATE  # a longer jump of the sender's timeline is a new one
_FADE = 240  # samples, 5 ms: a cut is not to click
_PUNCTUAL_S = 0.004  # a pull that is later tells nothing of when sound arrives


@dataclass
class IngestCounters:
    """Samples at 48 kHz."""

    received: int = 0
    filled: int = 0  # silence put where nothing had come
    dropped: int = 0  # thrown away because too much had come


class Ingest:
    """Mono 48 kHz in pieces of any size; out in exact pieces, on the reader's clock.

    Bound: 160 ms. Overflow: the oldest sound goes, down to the target. What a hiccup has piled up
    below the bound is given back in silence, where nobody hears it, and else by playing a little
    faster; so is the drift of the sender's clock. Underflow: silence now, and the target grows by
    what came late, so that a stutter is heard once, not for ever.

    A reader who is late himself says so: what has come since his samples were due has not piled up,
    and nothing is learnt from it.
    """

    ahead = 0  # samples that may be pulled ahead of their time: none of what is spoken right now
    gave_filler = False  # whether the newest pull gave nothing but filler; nobody needs to know

    def __init__(self, latency: Latency = LATENCIES["balanced"], most_s: float = _MOST_S) -> None:
        self._most = round(most_s * OUTPUT_RATE)
        self._control = JitterControl(latency.buffer_s, min(most_s, _MOST_TARGET_S))
        self._stretcher = Stretcher()
        self._buffer = np.empty(0, np.float32)
        self._filling = True
        self._cut = False  # the sound ran out and has not resumed
        self._owed = 0  # silence given since the sound ran out in its midst
        self._end: int | None = None  # the sender's sample after the newest in the buffer
        self.counters = IngestCounters()

    @property
    def buffered_s(self) -> float:
        return len(self._buffer) / OUTPUT_RATE

    @property
    def target_s(self) -> float:
        """How much is to be left after a pull, for what comes late."""
        return self._control.target_s

    def push(self, samples: Float32, at: int | None = None) -> None:
        """Take sound [n] as it arrives. `at` is the place of its first sample on the sender's own
        timeline: a hole becomes silence, what came twice is dropped. None: it follows on."""
        self.counters.received += len(samples)
        gap = self._gap(at)
        if gap < 0:
            self.counters.dropped += min(-gap, len(samples))
            samples = samples[-gap:]
        silence = min(max(0, gap - self._owed), self._most)
        self._note_lateness(self._owed - max(0, gap))
        self.counters.filled += silence
        if len(samples):
            self._owed = 0
        self._end = None if self._end is None else self._end + max(0, gap) + len(samples)
        self._buffer = np.concatenate((self._buffer, np.zeros(silence, np.float32), samples))

    def short(self, count: int) -> bool:
        """Whether not all of the next `count` samples are there."""
        return len(self._buffer) < self._stretcher.needs(count, 1 + MOST_STRETCH)

    def pull(self, count: int, late_s: float = 0.0) -> Float32:
        """Give `count` samples, silence where there is none. They were due `late_s` ago."""
        late = late_s > _PUNCTUAL_S
        since = round(late_s * OUTPUT_RATE) if late else 0  # what has come for those after them
        self._shed(count + since, gladly=not late)
        target = round(self._control.target_s * OUTPUT_RATE)
        if self._filling and len(self._buffer) < count + since + target:
            self.counters.filled += count
            self._owed += count if self._cut and not len(self._buffer) else 0
            return np.zeros(count, np.float32)
        resumes, self._filling, self._cut = self._filling and self._cut, False, False
        ratio = self._control.steady if late else self._control.pulled(self._left_s(count))
        missing = max(0, self._stretcher.needs(count, ratio) - len(self._buffer))
        if missing:
            return self._run_dry(count, ratio, missing)
        taken, spent = self._stretcher.take(self._buffer, count, ratio)
        self._buffer = self._buffer[spent:]
        return _faded_in(taken) if resumes else taken

    def interrupt(self) -> None:
        """Drop what waits."""
        self.counters.dropped += len(self._buffer)
        self._buffer = np.empty(0, np.float32)
        self._filling = True
        self._owed = 0

    def receipt(self) -> Callable[[], None]:
        """See `visavis.media.switch.Source`: nobody asks what became of live sound."""
        return _nothing

    def _gap(self, at: int | None) -> int:
        """Samples between what came last and what comes now; negative: it overlaps."""
        if at is None or self._end is None or abs(at - self._end) > _RESTART:
            self._end = at
            return 0
        return at - self._end

    def _note_lateness(self, late: int) -> None:
        if 0 < late < _PAUSE:
            self._control.ran_dry(late / OUTPUT_RATE)

    def _run_dry(self, count: int, ratio: float, missing: int) -> Float32:
        """The rest of the buffer, its end faded, and silence."""
        self._filling = self._cut = True
        missing_output = min(missing, count)
        self.counters.filled += missing_output
        self._owed += missing_output
        rest = self._buffer.copy()
        fade = min(_FADE, len(rest))
        rest[len(rest) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
        self._buffer = np.empty(0, np.float32)
        padded = np.concatenate((rest, np.zeros(missing, np.float32)))
        return self._stretcher.take(padded, count, ratio)[0]

    def _left_s(self, count: int) -> float:
        return (len(self._buffer) - count) / OUTPUT_RATE

    def _shed(self, count: int, gladly: bool) -> None:
        """Drop what is too much; `gladly`: in silence also what is only more than enough."""
        target = round(self._control.target_s * OUTPUT_RATE)
        spare = len(self._buffer) - count - target
        if spare > self._most - target:
            drop = spare
        elif gladly and spare > _SLACK and np.abs(self._buffer[:PTIME_SAMPLES]).max() < _QUIET:
            drop = PTIME_SAMPLES
        else:
            return
        self.counters.dropped += drop
        self._control.shifted(-drop / OUTPUT_RATE)
        self._buffer = self._buffer[drop:]


def _faded_in(samples: Float32) -> Float32:
    samples = samples.copy()
    samples[:_FADE] *= np.linspace(0, 1, _FADE, dtype=np.float32)
    return samples


def _nothing() -> None:
    pass
