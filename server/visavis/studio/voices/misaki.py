"""English text to misaki letters, and the letters of a neural voice to phonemes with times.

Both neural voices here say how many frames each letter lasts. Those frames run ahead of the sound:
forced alignment of their speech puts every sound 68 ms before the place that the durations give,
so that without `LAG_S` the labels would be almost two video frames late.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from visavis.errors import StudioError
from visavis.studio.phonemes import MISAKI, PAUSE, Phoneme

LAG_S = 0.068
SHORT_GAP_S = 0.12
"""A space between words up to this long is the end of the sound before it, no pause."""
STRESS = "ˈˌ"
LENGTH = "ː"
EDGE = "_"
"""Stands for the pad at both ends of every letter string."""


@cache
def hibari() -> Any:
    """The hibari engine, whose grapheme-to-phoneme part serves both neural voices.

    Raises:
        StudioError: the package is missing.
    """
    try:
        from hibari import Hibari
    except ImportError:
        raise StudioError(
            "The neural voices need the package hibari-tts; install visavis[studio]."
        ) from None
    return Hibari()


def sentences(text: str) -> list[str]:
    """Letter strings of `text`, one per sentence."""
    return [str(letters) for letters in hibari().phonemize(text)]


def token_ids(letters: str) -> npt.NDArray[np.int64]:
    """Model input [1, n + 2]: the known letters between two pads."""
    return np.array([hibari().ids(letters)], dtype=np.int64)


def timed(letters: str, durations: npt.NDArray[Any], length_s: float) -> list[Phoneme]:
    """Phonemes of one sentence from the duration of each token, in any unit.

    The durations are stretched to fill `length_s`, the length of the sound.
    """
    known = [EDGE, *(letter for letter in letters if letter in hibari().vocab), EDGE]
    ends_s = np.cumsum(durations) / np.sum(durations) * length_s
    edges_s = np.concatenate([[0.0], ends_s]) - LAG_S
    return list(phonemes_of(known, edges_s.tolist()))


def phonemes_of(letters: Sequence[str], edges_s: Sequence[float]) -> Iterator[Phoneme]:
    """Fold marks into the sounds they belong to: letter i lies between edges i and i + 1.

    A stress mark starts the sound that follows it; a length mark and a short gap prolong the sound
    before them.

    Raises:
        StudioError: a letter has no phoneme.
    """
    sound: Phoneme | None = None
    stress_s: float | None = None
    for letter, start_s, end_s in zip(letters, edges_s[:-1], edges_s[1:], strict=True):
        if letter in STRESS:
            stress_s = start_s if stress_s is None else stress_s
        elif sound and (letter == LENGTH or (letter == " " and end_s - start_s < SHORT_GAP_S)):
            sound = sound._replace(end_s=end_s)
        elif letter != LENGTH:
            if sound:
                yield _clipped(sound)
            sound = Phoneme(_symbol(letter), start_s if stress_s is None else stress_s, end_s)
            stress_s = None
    if sound:
        yield _clipped(sound)


def _symbol(letter: str) -> str:
    symbol = PAUSE if letter == EDGE else MISAKI.get(letter)
    if symbol is None:
        raise StudioError(f"Letter {letter!r} of the voice is not in the table of phonemes.py.")
    return symbol


def _clipped(sound: Phoneme) -> Phoneme:
    return Phoneme(sound.symbol, max(0.0, sound.start_s), max(0.0, sound.end_s))
