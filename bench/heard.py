"""What listeners hear beside what was spoken: where each moment of it comes from.

The speech of the benchmark ends at 8 kHz, and beneath it lies a faint noise up to 24 kHz (see
`bench.speakers`). Between 9 and 18 kHz nothing but that noise is left, and no two moments of it are
alike: where it is found tells which spoken sample is heard, in speech and in pauses. Playing 0.3 %
faster or slower, by which a stream follows the speaker's clock, moves that place by a sample or two
from block to block; sound that is missing or was put in makes it jump.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visavis.core.timeline import OUTPUT_RATE

Float32 = NDArray[np.float32]
BLOCK = 480  # samples, 10 ms
_BAND_HZ = (9_000, 18_000)
_TAPS = 127
_NEAR = 6  # samples: how far a block may be from where the one before says
_ALIKE = 0.6  # correlation; a quarter of a sample beside it is 0.9, and chance stays below 0.4


@dataclass
class Heard:
    """Samples, and the place of each block."""

    lost: int = 0  # spoken and never heard
    inserted: int = 0  # heard and never spoken, or twice
    damaged: int = 0  # in blocks that are nothing that was spoken
    blocks: list[int] = field(default_factory=list)  # number of each that was recognised
    places: list[int] = field(default_factory=list)  # of its first sample in what was spoken

    @property
    def touched_ms(self) -> float:
        """All that was done to the sound."""
        return 1000 * (self.lost + self.inserted + self.damaged) / OUTPUT_RATE


def compare(heard: Float32, voice: Float32, about: int | None = None) -> Heard:
    """Follow `heard` [n] through a voice [m] that repeats for ever. `about` is a place [samples]
    that the first block is near to, such as to tell the rounds of the voice apart."""
    found = Heard()
    high, spoken = _high(heard), _Spoken(_high(voice, around=True))
    place: int | None = None
    for number in range(1, len(heard) // BLOCK - 1):  # a filter needs what is before and behind
        block = high[number * BLOCK : (number + 1) * BLOCK]
        if place is None:
            at = spoken.find(block)
            place = at if at is None or about is None else spoken.nearest(at, about)
        else:
            expected = place + BLOCK
            at = spoken.near(block, expected)
            if at is None:
                at = spoken.find(block)
                at = at if at is None else spoken.nearest(at, expected)
                if at is not None:
                    found.lost += max(0, at - expected)
                    found.inserted += max(0, expected - at)
            place = expected if at is None else at
        if at is None:
            found.damaged += BLOCK
        else:
            found.blocks.append(number)
            found.places.append(place if place is not None else at)
    return found


class _Spoken:
    """A voice that repeats for ever, its high part alone, on each sample and between two."""

    def __init__(self, high: Float32) -> None:
        self._length = len(high)
        self._spectrum = np.fft.rfft(high)
        shift = np.exp(1j * np.pi * np.arange(len(self._spectrum)) / self._length)
        between = np.fft.irfft(self._spectrum * shift, self._length).astype(np.float32)
        rounds = [np.concatenate((part, part[: BLOCK + 2 * _NEAR])) for part in (high, between)]
        self._windows = [np.lib.stride_tricks.sliding_window_view(r, BLOCK) for r in rounds]

    def near(self, block: Float32, expected: int) -> int | None:
        """Where a block is, if that is near to the place where it is expected."""
        first = (expected - _NEAR) % self._length
        alike = [
            _likeness(windows[first : first + 2 * _NEAR + 1], block) for windows in self._windows
        ]
        best = int(np.argmax(np.maximum(*alike)))
        return expected - _NEAR + best if max(part[best] for part in alike) >= _ALIKE else None

    def find(self, block: Float32) -> int | None:
        """Where a block is in the voice, wherever that may be."""
        padded = np.zeros(self._length, np.float32)
        padded[:BLOCK] = block
        product = np.fft.irfft(self._spectrum * np.conj(np.fft.rfft(padded)), self._length)
        best = int(np.argmax(product))
        alike = [_likeness(windows[best : best + 1], block) for windows in self._windows]
        return best if max(*alike) >= _ALIKE else None

    def nearest(self, at: int, place: int) -> int:
        """The round of the voice in which `at` is nearest to a place."""
        half = self._length // 2
        return place + (at - place + half) % self._length - half


def _likeness(windows: Float32, block: Float32) -> NDArray[np.float64]:
    """Correlation of each window [k, BLOCK] with the block."""
    size = np.linalg.norm(windows, axis=1) * np.linalg.norm(block)
    return np.asarray((windows @ block) / (size + 1e-12), np.float64)


def _high(sound: Float32, around: bool = False) -> Float32:
    """What lies in the band; `around`: the end goes on at the begin."""
    reach = _TAPS // 2
    mode = "wrap" if around else "constant"
    padded = np.pad(sound, reach, mode=mode)  # type: ignore[call-overload]
    high: Float32 = np.convolve(padded, _band_pass(), "valid").astype(np.float32)
    return high


def _band_pass() -> NDArray[np.float64]:
    """A windowed sinc [taps]; Blackman's window keeps 74 dB of speech away."""
    t = np.arange(_TAPS) - _TAPS // 2
    low, high = (2 * hz / OUTPUT_RATE * np.sinc(2 * hz / OUTPUT_RATE * t) for hz in _BAND_HZ)
    taps: NDArray[np.float64] = (high - low) * np.blackman(_TAPS)
    return taps
