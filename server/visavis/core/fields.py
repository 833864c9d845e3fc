"""Typed reads from a parsed TOML table; each failure is one sentence that names the field."""

import re
from collections.abc import Collection
from typing import Any

from visavis.errors import BundleError

MAX_TEXT = 2000  # characters
MAX_ITEMS = 64


class Fields:
    """One table of a document, with the place that error messages speak of."""

    def __init__(self, table: dict[str, Any], place: str, prefix: str = "") -> None:
        self._table = table
        self._place = place
        self._prefix = prefix

    def error(self, key: str, problem: str) -> BundleError:
        return BundleError(f"{self._place}: {self._prefix}{key} {problem}.")

    def names(self) -> list[str]:
        """The keys of the table, in the order of the file."""
        return list(self._table)

    def table(self, key: str) -> "Fields":
        value = self._get(key)
        if not isinstance(value, dict):
            raise self.error(key, "must be a table")
        return Fields(value, self._place, f"{self._prefix}{key}.")

    def free(self, key: str) -> dict[str, Any]:
        """An optional table with any content."""
        value = self._table.get(key, {})
        if not isinstance(value, dict):
            raise self.error(key, "must be a table")
        return value

    def text(self, key: str, pattern: re.Pattern[str] | None = None) -> str:
        value = self._get(key)
        if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
            raise self.error(key, f"must be a text of at most {MAX_TEXT} characters")
        if pattern and not pattern.fullmatch(value):
            raise self.error(key, f"must match {pattern.pattern}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, at least one."""
        value = self._get(key)
        if not isinstance(value, list) or not 0 < len(value) <= MAX_ITEMS:
            raise self.error(key, f"must be a list of 1 to {MAX_ITEMS} texts")
        if not all(isinstance(item, str) and 0 < len(item) <= MAX_TEXT for item in value):
            raise self.error(key, "must hold texts only")
        return tuple(value)

    def optional_table(self, key: str) -> "Fields | None":
        return self.table(key) if key in self._table else None

    def choice(self, key: str, allowed: Collection[str], default: str | None = None) -> str:
        value = self.text(key) if default is None or key in self._table else default
        if value not in allowed:
            raise self.error(key, f"must be one of {', '.join(sorted(allowed))}")
        return value

    def integer(self, key: str, low: int, high: int, multiple: int = 1) -> int:
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.error(key, f"must be a whole number from {low} to {high}")
        if value % multiple:
            raise self.error(key, f"must be a multiple of {multiple}")
        return value

    def integers(self, key: str, low: int, high: int) -> tuple[int, ...]:
        """An optional list of whole numbers."""
        value = self._table.get(key, [])
        if not isinstance(value, list) or len(value) > MAX_ITEMS:
            raise self.error(key, f"must be a list of at most {MAX_ITEMS} whole numbers")
        if not all(type(item) is int and low <= item <= high for item in value):
            raise self.error(key, f"must hold whole numbers from {low} to {high}")
        return tuple(value)

    def number(self, key: str, low: float, high: float) -> float:
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(key, "must be a number")
        if not low <= value <= high:
            raise self.error(key, f"must be from {low:g} to {high:g}")
        return float(value)

    def file(self, key: str, known: Collection[str]) -> str:
        value = self.text(key)
        if value not in known:
            raise self.error(key, f"names {value!r}, which is not listed under files")
        return value

    def optional_file(self, key: str, known: Collection[str]) -> str | None:
        return self.file(key, known) if key in self._table else None

    def pairs(self, key: str, limit: tuple[int, int]) -> tuple[tuple[int, int], ...]:
        """Corners [[x, y], …]: even, not negative, and not beyond `limit`."""
        value = self._get(key)
        if not isinstance(value, list):
            raise self.error(key, "must be a list of [x, y]")
        return tuple(self._pair(key, pair, limit) for pair in value)

    def _pair(self, key: str, pair: object, limit: tuple[int, int]) -> tuple[int, int]:
        match pair:
            case [int(x), int(y)] if x % 2 == 0 == y % 2:
                if 0 <= x <= limit[0] and 0 <= y <= limit[1]:
                    return x, y
        raise self.error(key, f"must hold even [x, y] from 0 to {list(limit)}")

    def _get(self, key: str) -> Any:
        if key not in self._table:
            raise self.error(key, "is missing")
        return self._table[key]
