"""Phrases as people say them: twenty-two thousand plain examples of WordNet."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from visavis.errors import StudioError

FOLDER = Path("/usr/share/wordnet")
PARTS = ("noun", "verb", "adj", "adv")
SHORTEST, LONGEST = 12, 100  # characters
_EXAMPLE = re.compile(r'"([^"]+)"')
_PLAIN = re.compile(r"[A-Za-z ,.;:?!'-]+")


@cache
def sayings(folder: Path = FOLDER) -> tuple[str, ...]:
    """The plain ones of Debian's wordnet-base (WordNet licence), in its order.

    Raises:
        StudioError: WordNet is missing.
    """
    try:
        texts = [(folder / f"data.{part}").read_text("ascii") for part in PARTS]
    except OSError:
        raise StudioError("WordNet is missing: install the Debian package wordnet-base.") from None
    return chosen(example for text in texts for example in _EXAMPLE.findall(text))


def chosen(examples: Iterable[str]) -> tuple[str, ...]:
    """Those of letters and few signs that are neither a word or two nor too long, each once."""
    plain = (e.strip() for e in examples if _PLAIN.fullmatch(e))
    return tuple(dict.fromkeys(e for e in plain if SHORTEST <= len(e) <= LONGEST))
