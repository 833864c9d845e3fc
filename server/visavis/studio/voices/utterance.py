"""What a voice gives back: samples and the phonemes in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly

from visavis.studio.phonemes import Phoneme

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Speech:
    """One spoken text: mono `pcm` in [-1, 1] and its phonemes, in order, in seconds."""

    pcm: Samples
    sample_rate: int
    phonemes: tuple[Phoneme, ...]

    @property
    def length_s(self) -> float:
        """Seconds of sound."""
        return len(self.pcm) / self.sample_rate

    def resampled(self, sample_rate: int, scale: Fraction = Fraction(1)) -> "Speech":
        """The same at another rate, played `scale` times as fast.

        Faster playing shortens the sound and raises pitch and formants together, so one voice
        yields the timbre of a smaller or larger speaker; the phoneme times follow exactly.
        """
        ratio = Fraction(sample_rate, self.sample_rate) / scale
        pcm = resample_poly(self.pcm, ratio.numerator, ratio.denominator)
        return Speech(
            np.asarray(pcm, dtype=np.float32),
            sample_rate,
            tuple(_faster(phoneme, float(scale)) for phoneme in self.phonemes),
        )


def _faster(phoneme: Phoneme, scale: float) -> Phoneme:
    return Phoneme(phoneme.symbol, phoneme.start_s / scale, phoneme.end_s / scale)


def joined(parts: Iterable[Speech]) -> Speech:
    """Sentences of one voice said one after the other.

    Raises:
        ValueError: there are no parts.
    """
    pcm: list[Samples] = []
    phonemes: list[Phoneme] = []
    sample_rate, offset_s = 0, 0.0
    for part in parts:
        pcm.append(part.pcm)
        phonemes.extend(phoneme.shifted(offset_s) for phoneme in part.phonemes)
        sample_rate, offset_s = part.sample_rate, offset_s + part.length_s
    if not pcm:
        raise ValueError("There is no sentence to join.")
    return Speech(np.concatenate(pcm), sample_rate, tuple(phonemes))
