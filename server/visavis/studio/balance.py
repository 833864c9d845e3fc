"""Texts in which no sound stays rare: of several, the one that says what was said least so far.

As people talk, one sound in two hundred is the /ʊ/ of "hook", and fewer are the /ɔɪ/ of "soil": a
listener that seldom meets them takes them for something else. Choosing texts greedily by the sounds
and pairs of sounds that they add is how reading lists of speech corpora are made.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

from visavis.studio.dictionary import entries

SINGLE = 20  # what a sound counts against a pair of sounds, which are so many times as many kinds
Units = tuple[str, ...]
_WORD = re.compile(r"[a-z']+")


@cache
def pronunciations() -> dict[str, Units]:
    """Sounds of each word of the dictionary. Raises `StudioError` if it is missing."""
    return {word: tuple(sounds) for word, *sounds in map(str.split, entries())}


def units(text: str, known: Mapping[str, Units]) -> Units:
    """Sounds and pairs of sounds in a text, as far as its words are known."""
    sounds = [s for word in _WORD.findall(text.lower()) for s in known.get(word, ())]
    return (*sounds, *(f"{a} {b}" for a, b in pairwise(sounds)))


class Balance:
    """What was said so far, by the sounds of known words."""

    def __init__(self, known: Mapping[str, Units]) -> None:
        self._known, self._said = known, Counter[str]()

    def choose(self, texts: Sequence[str]) -> str:
        """The text that says most of what was said least; it counts as said."""
        best = max(texts, key=lambda text: self._news(units(text, self._known)))
        self._said.update(units(best, self._known))
        return best

    def _news(self, found: Units) -> float:
        return sum(map(self._weight, found)) / max(1, len(found))

    def _weight(self, unit: str) -> float:
        return (1 if " " in unit else SINGLE) / math.sqrt(self._said[unit] + 1)
