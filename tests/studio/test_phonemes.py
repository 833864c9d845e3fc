"""Every symbol of every voice has a viseme, and gliding sounds are split."""

import pytest

from visavis.errors import StudioError
from visavis.studio.phonemes import MISAKI, VISEMES_OF, Phoneme, segments
from visavis.studio.visemes import VISEMES

FLITE = """pau aa ae ah ao aw ax ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t
th uh uw v w y z zh"""
ESPEAK = """_ _: p b t t# t2 d d# k g f v T D s z S Z tS dZ h m n n- N l l# L r r- j w w# x ? ;
a a# A: A@ aI aI@ aI3 aU aU@ E e e@ eI 3 3: @ @2 @5 @- @L I I2 I# i i: i@ i@3 0 0# O O: O@ OI oU o@
o: U U@ u: V VR IR"""
HIBARI = "AIOWYTbdfhijklmnpstuvwzðŋɑɔəɛɜɡɪɹɾʃʊʌʒʤʧʔθæɐᵊᵻ .,!?;:—…“”()"


@pytest.mark.parametrize("symbol", f"{FLITE} {ESPEAK}".split())
def test_every_symbol_of_the_engines_has_a_viseme(symbol: str) -> None:
    assert VISEMES_OF[symbol]


@pytest.mark.parametrize("letter", HIBARI)
def test_every_misaki_letter_has_a_viseme(letter: str) -> None:
    assert MISAKI[letter] in VISEMES_OF


def test_shares_add_up_to_the_whole_sound_and_name_known_visemes() -> None:
    for shares in VISEMES_OF.values():
        assert sum(share for _, share in shares) == pytest.approx(1.0)
        assert all(viseme in VISEMES for viseme, _ in shares)


def test_lip_sounds_keep_their_own_visemes() -> None:
    assert {VISEMES_OF[symbol] for symbol in "pbm"} == {(("PP", 1.0),)}
    assert {VISEMES_OF[symbol] for symbol in "fv"} == {(("FF", 1.0),)}


def test_palatalization_is_no_pause() -> None:
    assert VISEMES_OF[";"] == VISEMES_OF["j"]


def test_a_diphthong_glides_from_open_to_spread() -> None:
    first, second = segments([Phoneme("aI", 1.0, 2.0)])
    assert (first.viseme, second.viseme) == ("aa", "ih")
    assert first[1:] == pytest.approx((1.0, 1.6))
    assert second[1:] == pytest.approx((1.6, 2.0))


def test_marks_without_length_are_no_sound() -> None:
    assert segments([Phoneme("p", 0.5, 0.5)]) == []


def test_an_unknown_symbol_is_told() -> None:
    with pytest.raises(StudioError, match="'qq'"):
        segments([Phoneme("qq", 0.0, 1.0)])
