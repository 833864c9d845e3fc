"""Labels follow the phonemes: contacts, classes, and who speaks when."""

import numpy as np
import pytest

from visavis.studio.articulation import CONTACTS
from visavis.studio.labels import CLASSES, joined, labels, resting
from visavis.studio.phonemes import Phoneme
from visavis.studio.sounds import sound_class


def said(pause_s: float) -> list[Phoneme]:
    """Silence, an open vowel, a pause, /p/, a vowel, silence."""
    end_s = 0.8 + pause_s
    return [
        Phoneme("_", 0.0, 0.4),
        Phoneme("A:", 0.4, 0.8),
        Phoneme("_", 0.8, end_s),
        Phoneme("p", end_s, end_s + 0.08),
        Phoneme("A:", end_s + 0.08, end_s + 0.4),
        Phoneme("_", end_s + 0.4, 2.0),
    ]


def test_a_bilabial_is_a_contact() -> None:
    truth = labels(said(0.0), 50)
    closed = truth.contact[:, CONTACTS.index("PP")]
    assert closed.max() == 1.0
    assert closed[:15].max() == 0.0
    assert not truth.contact[:, CONTACTS.index("FF")].any()
    assert truth.articulation.shape == (50, 19)


@pytest.mark.parametrize(("pause_s", "speaks"), [(0.1, True), (0.4, False)])
def test_a_short_gap_is_part_of_speaking(pause_s: float, speaks: bool) -> None:
    speech = labels(said(pause_s), 50).speech
    assert bool(speech[round((0.8 + pause_s / 2) * 25 - 0.5)]) is speaks
    assert not speech[:7].any()
    assert speech[7:19].all()  # ready three frames before the voice
    assert not speech[40:].any()


def test_classes_are_those_of_the_middle_of_a_frame() -> None:
    names = [CLASSES[i] for i in labels(said(0.0), 50).viseme]
    assert names[5] == "sil"
    assert names[15] == "aa"
    assert names[20] == "PP"
    assert names[45] == "sil"


def test_sounds_are_those_of_the_middle_of_a_frame() -> None:
    marked = [*said(0.0)[:3], Phoneme("b", 0.8, 0.8), *said(0.0)[3:]]  # one that does not sound
    heard = labels(marked, 50).sound
    expected = [sound_class(symbol) for symbol in ("_", "A:", "p", "_")]
    assert heard[[5, 15, 20, 45]].tolist() == expected
    assert sound_class("b") not in heard


def test_rest_says_nothing() -> None:
    truth = resting(4)
    assert len(truth) == 4
    assert not truth.speech.any()
    assert not truth.contact.any()
    assert (truth.articulation == truth.articulation[0]).all()


def test_clips_are_joined_in_order() -> None:
    both = joined([resting(3), labels(said(0.0), 50)])
    assert len(both) == 53
    assert not both.speech[:3].any()
    assert np.array_equal(both.articulation[3:], labels(said(0.0), 50).articulation)
