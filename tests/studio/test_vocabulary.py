import re

import pytest

from visavis.studio import vocabulary
from visavis.studio.vocabulary import LEXICON


def _patterns() -> list[str]:
    return [line for name in vars(vocabulary) if name.isupper() for line in _lines(name)]


def _lines(name: str) -> list[str]:
    value = getattr(vocabulary, name)
    lines = value if isinstance(value, tuple | list) else []
    return [line for line in lines if isinstance(line, str) and "{" in line]


@pytest.mark.parametrize("slot", sorted(LEXICON))
def test_a_slot_has_many_words_each_once(slot: str) -> None:
    words = LEXICON[slot]
    assert len(words) >= 15
    assert len(set(words)) == len(words)
    assert all(word == word.strip() and re.fullmatch(r"[A-Za-z' -]+", word) for word in words)


def test_every_slot_of_a_pattern_has_words() -> None:
    patterns = _patterns()
    assert len(patterns) > 10
    for pattern in patterns:
        assert set(re.findall(r"{(\w+)}", pattern)) <= LEXICON.keys()
        assert pattern.rstrip()[-1] in ".!?"


def test_every_slot_is_used() -> None:
    used = {slot for pattern in _patterns() for slot in re.findall(r"{(\w+)}", pattern)}
    assert used == LEXICON.keys()
