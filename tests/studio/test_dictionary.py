"""Plain words of the dictionary are taken, those with lips in them twice."""

import sys

import pytest

from visavis.errors import StudioError
from visavis.studio import dictionary


def test_words_are_plain_and_neither_short_nor_long() -> None:
    entries = ["ox", "tree", "o'clock", "tree(2)", "naïve", "undercarriages", "grass", "x1y"]
    assert dictionary.chosen(entries) == ("tree", "grass")


def test_words_of_the_lips_are_there_twice() -> None:
    assert dictionary.chosen(["lamp", "tree"]) == ("lamp", "lamp", "tree")


def test_without_the_aligner_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    dictionary.words.cache_clear()
    with pytest.raises(StudioError, match=r"visavis\[studio\]"):
        dictionary.words()
