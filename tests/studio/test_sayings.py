"""The phrases of WordNet: plain ones, each once, and one sentence when the package is missing."""

from pathlib import Path

import pytest

from visavis.errors import StudioError
from visavis.studio.sayings import PARTS, chosen, sayings


def test_words_long_texts_and_signs_are_left_out() -> None:
    examples = ["he bowed deeply", "oh", "a" * 200, "100% wool is warm", " he bowed deeply "]
    assert chosen(examples) == ("he bowed deeply",)


def test_examples_are_what_stands_in_quotes(tmp_path: Path) -> None:
    for part in PARTS:
        line = f'00001740 03 n 01 entity | what is; "a {part} came by"; "who saw it there?"\n'
        (tmp_path / f"data.{part}").write_text(line)
    assert sayings(tmp_path) == (
        "a noun came by",
        "who saw it there?",
        "a verb came by",
        "a adj came by",
        "a adv came by",
    )


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="wordnet-base"):
        sayings(tmp_path)
