"""Each failed read is one sentence that names the file and the field."""

import re
from collections.abc import Callable

import pytest

from visavis.core.fields import MAX_TEXT, Fields
from visavis.errors import BundleError

Read = Callable[[Fields], object]


def _fields(value: object) -> Fields:
    return Fields({"part": {"key": value}}, "a.toml").table("part")


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda f: f.text("key"), "word"),
        (lambda f: f.text("key", re.compile("w.*")), "word"),
        (lambda f: f.choice("key", ("a", "b")), "b"),
        (lambda f: f.integer("key", 0, 8, multiple=4), 8),
        (lambda f: f.number("key", 0, 1), 0.5),
        (lambda f: f.number("key", 0, 1), 1.0),
        (lambda f: f.integers("key", 0, 9), (0, 9)),
        (lambda f: f.file("key", {"x.png"}), "x.png"),
        (lambda f: f.optional_file("key", {"x.png"}), "x.png"),
        (lambda f: f.free("key"), {"any": ["thing"]}),
    ],
)
def test_good_values_come_back(read: Read, value: object) -> None:
    assert read(_fields(list(value) if isinstance(value, tuple) else value)) == value


def test_corners_come_back_as_pairs() -> None:
    assert _fields([[0, 2], [8, 6]]).pairs("key", (8, 6)) == ((0, 2), (8, 6))


def test_what_is_optional_may_be_absent() -> None:
    empty = Fields({}, "a.toml")
    assert empty.optional_file("key", ()) is None
    assert empty.free("key") == {}
    assert empty.names() == []
    assert empty.choice("key", ("a", "b"), "b") == "b"
    assert empty.integers("key", 0, 8) == ()


@pytest.mark.parametrize(
    ("read", "value", "says"),
    [
        (lambda f: f.text("key"), 3, f"must be a text of at most {MAX_TEXT} characters"),
        (lambda f: f.text("key"), "", "must be a text"),
        (lambda f: f.text("key"), "x" * (MAX_TEXT + 1), "must be a text"),
        (lambda f: f.text("key", re.compile("[a-z]+")), "a/b", r"must match \[a-z\]\+"),
        (lambda f: f.text("key", re.compile("[a-z]+")), "a\n", "must match"),
        (lambda f: f.choice("key", ("b", "a")), "c", "must be one of a, b"),
        (lambda f: f.integer("key", 0, 8), 9, "must be a whole number from 0 to 8"),
        (lambda f: f.integer("key", 0, 8), -1, "must be a whole number"),
        (lambda f: f.integer("key", 0, 8), 1.0, "must be a whole number"),
        (lambda f: f.integer("key", 0, 8), True, "must be a whole number"),
        (lambda f: f.integer("key", 0, 8), "1", "must be a whole number"),
        (lambda f: f.integer("key", 0, 8, multiple=4), 6, "must be a multiple of 4"),
        (lambda f: f.number("key", 0, 1), "1", "must be a number"),
        (lambda f: f.number("key", 0, 1), False, "must be a number"),
        (lambda f: f.number("key", 0, 1), 1.5, "must be from 0 to 1"),
        (lambda f: f.number("key", 0, 1), float("nan"), "must be from 0 to 1"),
        (lambda f: f.number("key", 0, 1), float("inf"), "must be from 0 to 1"),
        (lambda f: f.integers("key", 0, 8), 3, "must be a list of at most"),
        (lambda f: f.integers("key", 0, 8), [0] * 65, "must be a list of at most"),
        (lambda f: f.integers("key", 0, 8), [9], "must hold whole numbers from 0 to 8"),
        (lambda f: f.integers("key", 0, 8), [True], "must hold whole numbers"),
        (lambda f: f.file("key", {"x.png"}), "../x", "names '../x', which is not listed"),
        (lambda f: f.table("key"), [], "must be a table"),
        (lambda f: f.free("key"), 1, "must be a table"),
        (lambda f: f.pairs("key", (8, 8)), {}, "must be a list of"),
        (lambda f: f.pairs("key", (8, 8)), [[0, 0], 3], "must hold even"),
        (lambda f: f.pairs("key", (8, 8)), [[0, 1]], "must hold even"),
        (lambda f: f.pairs("key", (8, 8)), [[0, 10]], r"from 0 to \[8, 8\]"),
        (lambda f: f.pairs("key", (8, 8)), [[-2, 0]], "must hold even"),
        (lambda f: f.pairs("key", (8, 8)), [[0.0, 2.0]], "must hold even"),
        (lambda f: f.pairs("key", (8, 8)), [[0, 2, 4]], "must hold even"),
        (lambda f: f.text("other"), "x", "is missing"),
    ],
)
def test_bad_values_are_named(read: Read, value: object, says: str) -> None:
    with pytest.raises(BundleError, match=rf"a\.toml: part\.(key|other) .*{says}.*\.$"):
        read(_fields(value))
