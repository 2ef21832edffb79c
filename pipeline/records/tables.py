"""Records by column: many at once, what comes again asked about once."""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

import polars as pl

from pipeline.files import reading

PLAIN = frozenset({str, int, float, bool, type(None)})
"""The types of values that are no list and no object."""


class Table:
    """Records by column: what a field holds in each of them, null where it is absent."""

    def __init__(self, rows: list[reading.Row]) -> None:
        self.rows = rows
        numbers, records = zip(*rows, strict=True) if rows else ((), ())
        self.numbers = pl.Series(numbers, dtype=pl.Int64)
        self.columns: dict[str, list[Any]] = {}
        self.plainly: dict[str, list[Any]] = {}
        names = list(chain.from_iterable(records))
        first = list(records[0]) if records else []
        self.even = names == first * len(rows)  # nearly always: all have the same fields
        if self.even:
            values = list(chain.from_iterable(map(dict.values, records)))
            for at, name in enumerate(first):
                self.columns[name] = values[at :: len(first)]
        else:
            for name in dict.fromkeys(names):
                self.columns[name] = [record.get(name) for record in records]

    def is_plain(self) -> bool:
        """Whether every record has a question and an answer that can be kept; if not, some may."""
        questions, answers = self.stored("question"), self.stored("answer")
        if not self.even or {"question", "answer"} - self.columns.keys():
            return False
        if set(map(type, questions)) != {str} or not set(map(type, answers)) <= {str, type(None)}:
            return False
        told = all(text.strip() and not reading.unreadable(text) for text in set(questions))
        return told and not reading.unreadable("".join(filter(None, answers)))

    def stored(self, field: str) -> list[Any]:
        """The values of a field as they are stored."""
        return self.columns.get(field) or [None] * len(self.rows)

    def plain(self, field: str) -> list[Any]:
        """The values of a field, a list or an object among them as text."""
        if field not in self.plainly:
            values = self.stored(field)
            if not set(map(type, values)) <= PLAIN:
                values = [value if type(value) in PLAIN else word(value) for value in values]
            self.plainly[field] = values
        return self.plainly[field]


def each(function: Callable[[Any], Any], values: Iterable[Any]) -> list[Any]:
    """`function` of every value; of equal ones it is asked once."""
    return list(map(_Known(function).__getitem__, values))


class _Known(dict[Any, Any]):
    """What a function makes of every value it was asked about."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __missing__(self, value: Any) -> Any:
        self[value] = found = self.function(value)
        return found


def repeated(value: str, length: int) -> pl.Series:
    """A column that holds the same in every row."""
    return pl.Series([value]).new_from_index(0, length)


def _plainly_readable(text: str) -> bool:
    return text.isascii() and "\0" not in text


def word(value: Any) -> str | None:
    """A value as text that can be kept, or None where there is none."""
    if value is None:
        return None
    return clean(value if isinstance(value, str) else reading.excerpt(value))


def clean(text: str) -> str:
    """A text without what UTF-8 and DuckDB do not keep."""
    if _plainly_readable(text):
        return text
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{SYMBOL FOR NULL}")
