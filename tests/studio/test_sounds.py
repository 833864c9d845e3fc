"""Sounds have classes of their own, the same in every alphabet."""

import pytest

from visavis.errors import StudioError
from visavis.studio.phonemes import VISEMES_OF
from visavis.studio.sounds import SOUNDS, sound_class


def test_every_symbol_has_one_class() -> None:
    symbols = [symbol for group in SOUNDS for symbol in group]
    assert sorted(symbols) == sorted(VISEMES_OF)


@pytest.mark.parametrize("pair", ["sh S", "er 3:", "ax @", "ow oU", "pau _"])
def test_alphabets_agree(pair: str) -> None:
    ours, theirs = pair.split()
    assert sound_class(ours) == sound_class(theirs)


def test_what_looks_alike_is_told_apart() -> None:
    assert len({sound_class(symbol) for symbol in "pbm"}) == 3


def test_silence_comes_first() -> None:
    assert sound_class("_") == 0


def test_an_unknown_symbol_is_told() -> None:
    with pytest.raises(StudioError, match="'qq'"):
        sound_class("qq")
