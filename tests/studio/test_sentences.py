"""The generator follows its seed, never repeats a text, and keeps off the held-out ones."""

import re
from itertools import islice

import pytest

from visavis.studio.sentences import HELD_OUT, LONGEST_CHARACTERS, varied
from visavis.studio.vocabulary import LEXICON, PATTERNS


def test_the_same_seed_gives_the_same_texts() -> None:
    assert list(islice(varied(4), 200)) == list(islice(varied(4), 200))
    assert list(islice(varied(4), 20)) != list(islice(varied(5), 20))


def test_texts_are_different_and_disjoint_from_the_held_out_ones() -> None:
    texts = list(islice(varied(1), 5000))
    assert len(set(texts)) == len(texts)
    assert not set(texts) & set(HELD_OUT)


def test_no_held_out_sentence_hides_in_a_longer_text() -> None:
    texts = "\n".join(islice(varied(2), 2000))
    assert not [sentence for sentence in HELD_OUT if sentence in texts]


def test_texts_are_plain_sentences() -> None:
    for text in islice(varied(3), 2000):
        assert len(text) <= LONGEST_CHARACTERS
        assert re.fullmatch(r"[A-Z][A-Za-z ,:;'!?.-]*[.!?]", text), text
        assert not re.search(r"\b[Aa] [aeio]|\b[Aa]n (?!hour)[^aeiou]|[.!?] [a-z]|  ", text), text


def test_every_word_can_be_said() -> None:
    for words in LEXICON.values():
        assert all(re.fullmatch(r"[A-Za-z' -]+", word) for word in words)
        assert len(set(words)) == len(words)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_slot_has_words(pattern: str) -> None:
    assert all(slot in LEXICON for slot in re.findall(r"\{(\w+)\}", pattern))


def test_texts_are_rich_in_lip_sounds() -> None:
    letters = re.sub("[^a-z]", "", "".join(islice(varied(6), 1000)).lower())
    assert sum(letters.count(lip) for lip in "pbmfv") / len(letters) > 0.13


def test_words_from_elsewhere_fill_most_open_slots() -> None:
    texts = list(islice(varied(8, ["zyxt"]), 500))
    assert sum("zyxt" in text for text in texts) > 350
    assert list(islice(varied(8, ["zyxt"]), 50)) == texts[:50]


def test_sayings_stand_between_the_sentences() -> None:
    texts = list(islice(varied(9, sayings=["the cat sat on it", "Who is there?"]), 50))
    assert {"The cat sat on it.", "Who is there?"} <= set(texts)
    assert len(set(texts)) == len(texts) == 50
