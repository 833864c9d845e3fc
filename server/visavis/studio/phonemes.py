"""Phonemes with times, and the visemes that each symbol stands for.

Three alphabets meet here: ARPAbet (flite), the espeak mnemonics, and the misaki letters of the
neural voices, which `MISAKI` spells in espeak mnemonics. The first two share one table, for no
symbol means different sounds in them.
"""

from collections.abc import Iterable
from typing import NamedTuple

from visavis.errors import StudioError


class Phoneme(NamedTuple):
    """A symbol that sounds from `start_s` to `end_s` (seconds)."""

    symbol: str
    start_s: float
    end_s: float

    def shifted(self, by_s: float) -> "Phoneme":
        """The same sound `by_s` seconds later."""
        return Phoneme(self.symbol, self.start_s + by_s, self.end_s + by_s)


class Segment(NamedTuple):
    """A viseme that is meant from `start_s` to `end_s` (seconds)."""

    viseme: str
    start_s: float
    end_s: float


PAUSE = "_"

_SIMPLE = {
    "sil": "_ _: _| _! pau",
    "PP": "p b m",
    "FF": "f v",
    "TH": "T D th dh",
    "DD": "t d t# d# t2 t[ dx",
    "nn": "n l N n- l# L ng",
    "kk": "k g x h hh ?",
    "CH": "tS dZ S Z ch jh sh zh",
    "SS": "s z",
    "RR": "r r- R 3 3: VR IR er @r axr",
    "aa": "a A A: V 0 0# a2 aa ae ah",
    "E": "E e eh",
    "ih": "i i: I j ; ih iy y",
    "schwa": "@ @- @2 @5 a# I2 I# ax",
    "oh": "O O: O2 o: ao",
    "ou": "u u: U w w# uh uw",
}
_GLIDING = {
    "aI ay": (("aa", 0.60), ("ih", 0.40)),
    "aU aw": (("aa", 0.55), ("ou", 0.45)),
    "eI ey": (("E", 0.60), ("ih", 0.40)),
    "oU ow": (("oh", 0.60), ("ou", 0.40)),
    "OI oy": (("oh", 0.60), ("ih", 0.40)),
    "aI@ aI2": (("aa", 0.45), ("ih", 0.30), ("schwa", 0.25)),
    "aI3": (("aa", 0.45), ("ih", 0.25), ("RR", 0.30)),
    "aU@": (("aa", 0.40), ("ou", 0.35), ("schwa", 0.25)),
    "i@": (("ih", 0.60), ("schwa", 0.40)),
    "i@3": (("ih", 0.55), ("RR", 0.45)),
    "e@": (("E", 0.65), ("schwa", 0.35)),
    "A@": (("aa", 0.65), ("RR", 0.35)),
    "O@ o@": (("oh", 0.65), ("RR", 0.35)),
    "U@": (("ou", 0.65), ("schwa", 0.35)),
    "@L": (("schwa", 0.40), ("nn", 0.60)),
}

VISEMES_OF: dict[str, tuple[tuple[str, float], ...]] = {
    **{s: ((viseme, 1.0),) for viseme, symbols in _SIMPLE.items() for s in symbols.split()},
    **{s: shares for symbols, shares in _GLIDING.items() for s in symbols.split()},
}
"""Symbol to the visemes it passes through, each with its share of the time."""

MISAKI = {
    **{letter: letter for letter in "bdfhijklmnpstuvwz"},
    "A": "eI",
    "I": "aI",
    "O": "oU",
    "W": "aU",
    "Y": "OI",
    "T": "d",
    "ɾ": "d",
    "ʔ": "t",
    "ʧ": "tS",
    "ʤ": "dZ",
    "ɹ": "r",
    "θ": "T",
    "ð": "D",
    "ʃ": "S",
    "ʒ": "Z",
    "ŋ": "N",
    "ɡ": "g",
    "x": "x",
    "ɑ": "A:",
    "ɒ": "0",
    "ɔ": "O:",
    "ɛ": "E",
    "e": "e",
    "ɜ": "3:",
    "ɚ": "3",
    "ə": "@",
    "ɐ": "@",
    "ᵊ": "@",
    "ᵻ": "I2",
    "ʌ": "V",
    "ʊ": "U",
    "ɪ": "I",
    "æ": "a",
    "a": "a",
    **dict.fromkeys(' .,!?;:—…"“”()', PAUSE),
}
"""Misaki letters and punctuation in espeak mnemonics; stress and length marks are not sounds."""


def segments(phonemes: Iterable[Phoneme]) -> list[Segment]:
    """The visemes that a phoneme string passes through, in order.

    Raises:
        StudioError: a symbol is in none of the alphabets.
    """
    found: list[Segment] = []
    for phoneme in phonemes:
        found.extend(_split(phoneme))
    return found


def _split(phoneme: Phoneme) -> list[Segment]:
    shares = VISEMES_OF.get(phoneme.symbol)
    if shares is None:
        raise StudioError(
            f"Phoneme {phoneme.symbol!r} has no viseme; add it to the table in studio/phonemes.py."
        )
    start_s, length_s = phoneme.start_s, phoneme.end_s - phoneme.start_s
    parts: list[Segment] = []
    for viseme, share in shares:
        parts.append(Segment(viseme, start_s, start_s + share * length_s))
        start_s = parts[-1].end_s
    return parts if length_s > MIN_LENGTH_S else []


MIN_LENGTH_S = 1e-4
"""Shorter phonemes are marks without a sound."""
