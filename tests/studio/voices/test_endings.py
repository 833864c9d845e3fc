"""The last sound before a pause ends where it is last heard."""

import numpy as np
import pytest

from visavis.studio.phonemes import Phoneme
from visavis.studio.voices.endings import ended
from visavis.studio.voices.utterance import Speech


def speech(*sounds: tuple[str, float, float]) -> Speech:
    """A tone for 0.6 s, then next to nothing up to a second."""
    pcm = np.sin(np.arange(24_000, dtype=np.float32) * np.float32(0.1))
    pcm[14_400:] *= np.float32(1e-4)
    return Speech(pcm, 24_000, tuple(Phoneme(*sound) for sound in sounds))


def test_a_sound_before_a_pause_ends_with_its_level() -> None:
    last, pause = ended(speech(("i", 0.2, 0.9), ("_", 0.9, 1.0))).phonemes
    assert last.end_s == pytest.approx(0.6, abs=0.011)
    assert pause == Phoneme("_", last.end_s, 1.0)


def test_sounds_within_speech_keep_their_times() -> None:
    before = speech(("i", 0.0, 0.3), ("s", 0.3, 0.6), ("_", 0.6, 1.0))
    first, second, _ = ended(before).phonemes
    assert first == before.phonemes[0]
    assert second.end_s == pytest.approx(0.6, abs=0.011)


def test_a_sound_that_nobody_hears_stays_a_moment() -> None:
    last, pause = ended(speech(("t", 0.7, 0.9), ("_", 0.9, 1.0))).phonemes
    assert last.start_s < last.end_s < 0.72
    assert pause.start_s == last.end_s
