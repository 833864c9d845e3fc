"""Sounds have classes of their own, the same in every alphabet."""

import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio.phonemes import VISEMES_OF, Phoneme
from visavis.studio.sounds import SOUNDS, sound_class, sounds


def test_every_symbol_has_one_class() -> None:
    symbols = [symbol for group in SOUNDS for symbol in group]
    assert sorted(symbols) == sorted(VISEMES_OF)


@pytest.mark.parametrize("pair", ["sh S", "er 3:", "ax @", "ow oU", "pau _"])
def test_alphabets_agree(pair: str) -> None:
    ours, theirs = pair.split()
    assert sound_class(ours) == sound_class(theirs)


def test_what_looks_alike_is_told_apart() -> None:
    assert len({sound_class(symbol) for symbol in "pbm"}) == 3


def test_a_time_belongs_to_what_sounds_then() -> None:
    said = [Phoneme("p", 0.1, 0.2), Phoneme("b", 0.2, 0.2), Phoneme("iy", 0.2, 0.3)]
    heard = sounds(said, np.array([0.15, 0.25, 0.35]))
    assert heard.tolist() == [sound_class("p"), sound_class("iy"), sound_class("_")]


def test_an_unknown_symbol_is_told() -> None:
    with pytest.raises(StudioError, match="'qq'"):
        sound_class("qq")
