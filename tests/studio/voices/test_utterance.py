"""Resampling and joining keep sounds and times together."""

from fractions import Fraction

import numpy as np
import pytest

from visavis.studio.phonemes import Phoneme
from visavis.studio.voices.utterance import Speech, joined


def beep() -> Speech:
    """One second at 24 kHz with a beep in the phoneme /m/ from 0.5 to 0.6 s."""
    pcm = np.zeros(24_000, np.float32)
    pcm[12_000:14_400] = np.sin(np.arange(2400) * 0.1)
    return Speech(pcm, 24_000, (Phoneme("_", 0.0, 0.5), Phoneme("m", 0.5, 0.6)))


def heard_s(speech: Speech) -> tuple[float, float]:
    loud = np.flatnonzero(np.abs(speech.pcm) > 0.3)
    return loud[0] / speech.sample_rate, loud[-1] / speech.sample_rate


@pytest.mark.parametrize("scale", [Fraction(1), Fraction(37, 40), Fraction(43, 40)])
def test_times_follow_the_sound_through_resampling(scale: Fraction) -> None:
    speech = beep().resampled(16_000, scale)
    assert speech.length_s == pytest.approx(1.0 / scale, abs=1e-3)
    _, sound = speech.phonemes
    assert heard_s(speech) == pytest.approx((sound.start_s, sound.end_s), abs=2e-3)


def test_the_second_part_comes_after_the_first() -> None:
    speech = joined([beep(), beep()])
    assert speech.length_s == pytest.approx(2.0)
    assert speech.phonemes[3] == Phoneme("m", 1.5, 1.6)


def test_nothing_cannot_be_joined() -> None:
    with pytest.raises(ValueError, match="no sentence"):
        joined([])
