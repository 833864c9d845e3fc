"""Voices stay in their ranges, keep their pace, and held-out ones cannot be trained on."""

from fractions import Fraction

import numpy as np
import pytest

from visavis.core.timeline import SAMPLE_RATE
from visavis.errors import StudioError
from visavis.studio.phonemes import Phoneme
from visavis.studio.voices.catalogue import SLOW, VOICES, Manner, Voice, chosen
from visavis.studio.voices.utterance import Speech


def drone(text: str, name: str, rate: float, pitch: float) -> Speech:
    """A second of sound at the normal rate."""
    pcm = np.full(round(24_000 / rate), 0.1 * pitch, np.float32)
    return Speech(pcm, 24_000, (Phoneme("m", 0.0, 1.0 / rate),))


@pytest.mark.parametrize("name", VOICES)
def test_manners_stay_in_range(name: str) -> None:
    voice, chance = VOICES[name], np.random.default_rng(0)
    manners = [voice.manner(chance) for _ in range(200)]
    for manner in manners:
        assert voice.rates[0] <= manner.rate <= voice.rates[1]
        assert voice.pitches[0] <= manner.pitch <= voice.pitches[1]
        assert abs(manner.timbre - 1) <= Fraction(voice.timbre_steps, 40)
    assert sum(manner.timbre == 1 for manner in manners) >= 80


@pytest.mark.parametrize("timbre", [Fraction(37, 40), Fraction(1), Fraction(43, 40)])
def test_a_timbre_does_not_change_the_pace(timbre: Fraction) -> None:
    speech = Voice(drone, "a", 1).speak("Ma.", Manner(1.25, 1.0, timbre), SAMPLE_RATE)
    assert speech.length_s == pytest.approx(0.8, abs=1e-3)
    assert speech.phonemes[0].end_s == pytest.approx(0.8, abs=1e-3)


def test_voices_are_chosen_by_name() -> None:
    assert list(chosen("hibari, slt")) == ["hibari", "slt"]
    assert chosen(None) == VOICES


def test_fast_and_slow_voices_are_all_of_them() -> None:
    assert {**chosen("fast"), **chosen("slow")} == VOICES
    assert list(chosen("slow")) == list(SLOW)
    assert not set(chosen("fast")) & set(SLOW)


@pytest.mark.parametrize("name", ["kal16", "jm_kumo", "nobody"])
def test_held_out_and_unknown_voices_are_refused(name: str) -> None:
    with pytest.raises(StudioError, match=name):
        chosen(f"slt,{name}")
