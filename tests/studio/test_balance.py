"""Of several texts the one is chosen whose sounds were said least."""

from collections.abc import Iterable
from itertools import islice

from visavis.studio.balance import Balance, units
from visavis.studio.sentences import CHOICE, HELD_OUT, varied

KNOWN = {"hook": ("HH", "UH", "K"), "tea": ("T", "IY"), "oil": ("OY", "L")}


def test_units_are_sounds_and_neighbours_of_known_words() -> None:
    assert units("Tea, unknown oil!", KNOWN) == ("T", "IY", "OY", "L", "T IY", "IY OY", "OY L")


def test_what_was_said_gives_way_to_what_was_not() -> None:
    balance = Balance(KNOWN)
    assert {balance.choose(("tea", "oil")), balance.choose(("tea", "oil"))} == {"tea", "oil"}


def test_a_text_of_unknown_words_is_chosen_last() -> None:
    assert Balance(KNOWN).choose(("zzz", "hook")) == "hook"


def test_rare_sounds_become_less_rare() -> None:
    known = {"oyster": ("OY",), **dict.fromkeys(("the", "map", "box", "lamp", "about"), ("AE",))}

    def rare(texts: Iterable[str]) -> int:
        return sum("oyster" in text for text in islice(texts, 200))

    assert rare(varied(3, choose=Balance(known).choose)) > 3 * rare(varied(3))


def test_chosen_texts_are_different_and_the_same_ones_again() -> None:
    first = list(islice(varied(5, choose=Balance(KNOWN).choose), 60))
    assert len({*first, *HELD_OUT}) == 60 + len(HELD_OUT)
    assert first == list(islice(varied(5, choose=Balance(KNOWN).choose), 60))
    assert len(list(islice(varied(5), 60 * CHOICE))) == 60 * CHOICE
