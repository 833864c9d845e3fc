"""What is said, in classes of one sound each: the same sound in every alphabet.

Visemes lump together what looks alike, /p/ and /b/ and /m/. Who is to tell lips that touch from
lips that do not had better know each sound by itself.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from visavis.errors import StudioError
from visavis.studio.phonemes import MIN_LENGTH_S, PAUSE, Phoneme

SOUNDS = tuple(
    group.split()
    for group in (
        "_ _: _| _! pau",
        *("p", "b", "m", "f", "v", "T th", "D dh", "t t# t2 t[", "d d# dx", "s", "z"),
        *("n n-", "l l# L", "N ng", "k", "g", "h hh x ?", "tS ch", "dZ jh", "S sh", "Z zh"),
        *("r r- R", "3 3: VR IR er @r axr", "w w#", "j y ;"),
        *("a a2 ae", "A A: 0 0# aa", "V ah", "@ @- @2 @5 a# ax", "I2 I#", "E e eh"),
        *("I ih", "i i: iy", "O O: O2 o: ao", "u u: uw", "U uh"),
        *("aI ay aI@ aI2 aI3", "aU aw aU@", "eI ey", "oU ow", "OI oy"),
        *("i@ i@3", "e@", "A@", "O@ o@", "U@", "@L"),
    )
)
"""The symbols of each class; the first class is silence."""

_CLASS_OF = {symbol: index for index, symbols in enumerate(SOUNDS) for symbol in symbols}


def sound_class(symbol: str) -> int:
    """The class of a symbol. Raises `StudioError` if it is in none of the alphabets."""
    if symbol not in _CLASS_OF:
        raise StudioError(f"Phoneme {symbol!r} has no class; add it in studio/sounds.py.")
    return _CLASS_OF[symbol]


def sounds(phonemes: Sequence[Phoneme], times_s: NDArray[np.float64]) -> NDArray[np.int64]:
    """The class that sounds at each of the times, silence beyond the last phoneme.

    Raises:
        StudioError: a symbol is in none of the alphabets.
    """
    heard = [sound for sound in phonemes if sound.end_s - sound.start_s > MIN_LENGTH_S]
    ends_s = np.array([sound.end_s for sound in heard])
    classes = [sound_class(sound.symbol) for sound in heard] + [sound_class(PAUSE)]
    found: NDArray[np.int64] = np.array(classes)[np.searchsorted(ends_s, times_s, side="right")]
    return found
