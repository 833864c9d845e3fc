"""Mouth movement follows the phonemes: a stored case, closed lips, smoothness, silence."""

import json
from pathlib import Path

import numpy as np
import pytest

from visavis.core.timeline import FPS
from visavis.studio.articulation import COARTICULATED, LEAD_S, Curves, contact, curves
from visavis.studio.phonemes import Phoneme, Segment
from visavis.studio.visemes import TRACKS, VISEMES

STORED = Path(__file__).with_name("articulation_case.json")


def column(movement: Curves, track: str) -> np.ndarray:
    return movement.weights[:, TRACKS.index(track)]


def frame_at(time_s: float) -> int:
    """The frame whose mouth shows what is said at `time_s`."""
    return int((time_s - LEAD_S) * FPS)


def between_vowels(symbol: str, length_s: float) -> list[Phoneme]:
    """An open vowel, the sound in the middle of a frame's look at 0.5 s, an open vowel."""
    middle_s = (frame_at(0.5) + 0.5) / FPS + LEAD_S
    start_s, end_s = middle_s - length_s / 2, middle_s + length_s / 2
    return [
        Phoneme("A:", 0.0, start_s),
        Phoneme(symbol, start_s, end_s),
        Phoneme("A:", end_s, 1.0),
    ]


def test_a_stored_case_is_met() -> None:
    case = json.loads(STORED.read_text())
    movement = curves([Phoneme(*entry) for entry in case["ph"]], case["frames"])
    assert movement.weights.shape == (case["frames"], len(TRACKS))
    np.testing.assert_allclose(movement.weights[case["rows"]], case["weights"], atol=1e-3)
    np.testing.assert_allclose(movement.tongue_up[case["rows"]], case["tongue_up"], atol=1e-3)


@pytest.mark.parametrize("symbol", ["p", "b", "m"])
@pytest.mark.parametrize("length_s", [0.02, 0.05, 0.08, 0.12])
@pytest.mark.parametrize("later_s", [0.0, 0.013, 0.02, 0.031])
def test_bilabials_shut_the_lips_exactly(symbol: str, length_s: float, later_s: float) -> None:
    sounds = [sound.shifted(later_s) for sound in between_vowels(symbol, length_s)]
    movement = curves(sounds, FPS)
    held = np.isin(TRACKS, COARTICULATED, invert=True)
    away = np.abs(movement.weights - VISEMES["PP"].vector())[:, held].max(axis=1)
    assert (away < 1e-9).sum() >= int(max(length_s, 1 / FPS) * FPS)
    assert column(movement, "jawOpen")[4] > 0.43
    assert (away > 0.05).sum() >= FPS - 4 - length_s * FPS


@pytest.mark.parametrize("symbol", ["f", "v"])
def test_the_lower_lip_meets_the_teeth_for_f(symbol: str) -> None:
    middle = curves(between_vowels(symbol, 0.05), FPS).weights[frame_at(0.5)]
    for track in ("jawOpen", "mouthRollLower", "mouthUpperUpLeft", "mouthLowerDownLeft"):
        at = TRACKS.index(track)
        assert middle[at] == pytest.approx(VISEMES["FF"].vector()[at])


def test_lips_come_together_smoothly() -> None:
    spoken = [Segment("aa", 0.0, 0.5), Segment("PP", 0.5, 0.55), Segment("aa", 0.55, 1.0)]
    times_s = np.arange(0.4, 0.7, 0.001)
    held = contact(spoken, "PP", times_s)
    assert held.max() == 1.0
    assert np.abs(np.diff(held)).max() < 0.04
    assert not held[(times_s < 0.459) | (times_s > 0.591)].any()


def test_the_neighbours_keep_the_width_of_shut_lips() -> None:
    sounds = [Phoneme("u", 0.0, 0.5), Phoneme("b", 0.5, 0.56), Phoneme("u", 0.56, 1.0)]
    assert column(curves(sounds, FPS), "mouthPucker")[frame_at(0.53)] > 0.2


def test_a_held_bilabial_between_words_shuts_the_jaw() -> None:
    movement = curves([Phoneme("s", 0.0, 0.3), Phoneme("m", 0.3, 0.7), Phoneme("s", 0.7, 1.0)], FPS)
    assert column(movement, "jawOpen")[frame_at(0.5)] < 0.001


def test_a_tongue_sound_does_not_shut_the_lips() -> None:
    movement = curves(between_vowels("n", 0.08), FPS)
    assert column(movement, "mouthRollLower")[frame_at(0.5)] < 0.02


def test_the_tongue_tip_rises_for_n() -> None:
    movement = curves(between_vowels("n", 0.12), FPS)
    assert movement.tongue_up[frame_at(0.5)] > movement.tongue_up[4] + 0.02


def test_silence_rests() -> None:
    movement = curves([Phoneme("_", 0.0, 1.0)], FPS)
    np.testing.assert_allclose(movement.weights, np.tile(VISEMES["sil"].vector(), (FPS, 1)), 1e-4)


def test_a_short_pause_keeps_the_mouth_more_open_than_a_long_one() -> None:
    short = curves(between_vowels("_", 0.08), FPS)
    long = curves(between_vowels("_", 0.10), FPS)
    middle = frame_at(0.5)
    assert column(short, "jawOpen")[middle] > 1.3 * column(long, "jawOpen")[middle]


def test_no_phonemes_give_a_still_mouth() -> None:
    movement = curves([], 3)
    assert not movement.weights.any()
    assert movement.tongue_up.shape == (3,)


def test_moving_the_speech_by_a_frame_moves_the_mouth_by_a_frame() -> None:
    spoken = between_vowels("p", 0.06)
    later = [phoneme.shifted(1 / FPS) for phoneme in spoken]
    np.testing.assert_allclose(
        curves(later, FPS + 1).weights[1:], curves(spoken, FPS).weights, atol=1e-6
    )
