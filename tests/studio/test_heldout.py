import json
from pathlib import Path

import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio.dataset import CHANNELS
from visavis.studio.heldout import SENTENCES, Sentence, default_folder, read_sentences
from visavis.studio.phonemes import Phoneme

MAMA = Sentence(
    3,
    "someone",
    False,
    "Ma.",
    30,
    (Phoneme("_", 0, 0.4), Phoneme("m", 0.4, 0.6), Phoneme("aa", 0.6, 0.9), Phoneme("_", 0.9, 1.2)),
)


def test_a_sentence_comes_back_from_json(tmp_path: Path) -> None:
    (tmp_path / SENTENCES).write_text(json.dumps([MAMA.entry()]))
    assert read_sentences(tmp_path) == [MAMA]


def test_lips_are_shut_while_m_sounds() -> None:
    closed = np.flatnonzero(MAMA.closed())
    assert closed[0] in (9, 10)
    assert closed[-1] in (13, 14)
    assert MAMA.articulation().shape == (30, len(CHANNELS))
    assert MAMA.articulation()[closed, 0].max() < 1e-3


def test_the_set_of_the_checkout_has_known_and_unknown_voices() -> None:
    sentences = read_sentences(default_folder())
    seen = {s.voice for s in sentences if s.seen}
    unseen = {s.voice for s in sentences if not s.seen}
    assert len(unseen) >= 2
    assert not seen & unseen
    assert len(sentences[0].sound(default_folder())) == sentences[0].frames * 640


def test_a_folder_without_sentences_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="--heldout"):
        read_sentences(tmp_path)
