"""A file's samples as rows of texts, under the columns that its map names."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import msgspec
import polars as pl

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.files import reading
from pipeline.files.texts import as_text
from pipeline.foreign import companions, conversations, forms
from pipeline.foreign.shaping import Record, at
from pipeline.foreign.spec import Expression, resolved
from pipeline.importers import Batch, Source, notice
from pipeline.maps.columns import CHAT, SPELLINGS, of_chat
from pipeline.maps.meanings import Meaning

LOOKED_AT = 200
"""How many records of the first chunk are asked what fields there are."""

MOST_FIELDS = 2_000
DEEPEST = 4


class TextTable:
    """The rows of a file, each a text by column; its columns are known once rows were asked for."""

    def __init__(self, source: Source, meaning: Meaning) -> None:
        layout = meaning.layout
        self.meaning = meaning
        self.expressions = dict(layout.expressions)
        self.others: list[str] = []  # scores of other judges, within what their files say
        self.looks_within = any("." in pattern for pattern in meaning.scoring.patterns)
        asked = (meaning.columns.question, meaning.columns.answer)
        texts = {"question", "answer", "response", *filter(None, asked)}
        self.companions = companions.Companions(source, layout, texts)
        self.given: Record = dict(layout.given)
        self.given |= companions.near_fields(source, layout.depth, layout.near)
        self.chunks = forms.records(source, layout.shape)
        self.first: forms.Chunk = []
        for chunk in self.chunks:  # until there is a record that says what fields there are
            self.first += chunk
            if any(not isinstance(item, RefusedRow) for item in chunk):
                break
        self._complete(self.first)
        self._check_texts()
        self.columns = self._columns(forms.named(source, layout.shape))
        self.plain = [name for name in self.columns if name not in self.expressions]

    def _complete(self, chunk: forms.Chunk) -> None:
        """Add to records what other files and the path say."""
        messages = self.meaning.columns.messages
        if not (self.given or self.companions.held or messages):
            return
        for place, item in enumerate(chunk):
            if not isinstance(item, RefusedRow):
                row, record = item
                for name, value in self.given.items():
                    record.setdefault(name, value)
                self.companions.merged(row, record)
                if messages and (wrong := self._take_chat(record, messages)):
                    chunk[place] = RefusedRow(row, wrong, reading.excerpt(record))

    def _take_chat(self, record: Record, column: str) -> str | None:
        """Add what a record's messages hold, each under a column of its own; or what is wrong."""
        value = _getter(column)(record)
        if value is None or value == "":
            return f"its {column}, which its mapping takes for messages, holds nothing"
        answer = self.meaning.columns.answer
        elsewhere = _text(_getter(answer)(record)) or None if answer else None
        chat = conversations.chat(value, elsewhere)
        if isinstance(chat, str):
            return f"its {column} {chat}"
        told = chat._asdict() | {"spoken": None if chat.answer is None else "true"}
        record.update({of_chat(name): told[name] for name in CHAT})
        return None

    def _check_texts(self) -> None:
        """Raises RefusedFile: where no record is left, or none of the first has its texts."""
        first = self.first[:LOOKED_AT]
        self._refuse_values(first)
        if first and all(isinstance(item, RefusedRow) for item in first):
            raise RefusedFile(str(first[0]))

    def _refuse_values(self, chunk: forms.Chunk) -> None:
        """Refuse records whose question, answer or judgement is an object or a list."""
        for name in ("question", "answer"):
            own = getattr(self.meaning.columns, name)
            if self.meaning.columns.messages and own is None:
                continue
            for column in (own,) if own else SPELLINGS[name]:
                self._refuse(chunk, column, partial(_is_no_text, name))
        for criterion, column in self.meaning.scores.items():
            if column not in self.expressions:
                self._refuse(chunk, column, partial(_is_no_judgement, criterion))

    def _refuse(self, chunk: forms.Chunk, column: str, why: Callable[[str, Any], str]) -> None:
        """Refuse records in which a column is an object or a list."""
        get = _getter(column)
        for place, item in enumerate(chunk):
            if isinstance(item, RefusedRow):
                continue
            row, record = item
            value = get(record)
            if type(value) in (dict, list):
                chunk[place] = RefusedRow(row, why(column, value), reading.excerpt(record))

    def _columns(self, named: Sequence[str]) -> tuple[str, ...]:
        """The fields that the first records have, and what the map names that is found in them.

        Where there is no record, they are those that the file has named.
        """
        fields: dict[str, None] = {}
        nested: dict[str, None] = {}
        for item in self.first[:LOOKED_AT]:
            if not isinstance(item, RefusedRow):
                fields |= dict.fromkeys(item[1])
                if self.looks_within:
                    _within(item[1], nested, "", 0)
        fields = fields or dict.fromkeys(named)
        # Of a column with several judges, each has its own.
        self._complete_judges(fields)
        meant = [name for name in (*self.meaning.named, *self.others) if name not in fields]
        found = [name for name in meant if self._is_found(name, fields)]
        made = [n for n, e in self.expressions.items() if self._is_made(e, fields)]
        inner = [name for name in nested if name not in fields]
        # What holds values within is a column only where the map says so: its text means nothing.
        named_here = {*self.meaning.named, *self.others, *self.meaning.columns.ignore}
        named_here |= {*SPELLINGS["question"], *SPELLINGS["answer"]}
        plain = [name for name in fields if name in named_here or not self._holds_values(name)]
        return tuple(dict.fromkeys([*plain, *found, *made, *inner]))

    def _holds_values(self, name: str) -> bool:
        """Whether a field of the first records is an object or a list in one of them."""
        rows = (item[1] for item in self.first[:LOOKED_AT] if not isinstance(item, RefusedRow))
        return any(isinstance(record.get(name), dict | list) for record in rows)

    def _complete_judges(self, fields: dict[str, None]) -> None:
        """Name the columns of judges who have files of their own: `<column>@<judge>`."""
        judges = dict.fromkeys(name.rpartition("@")[2] for name in fields if "@" in name)
        for column in self.meaning.scores.values() if self.companions.held else ():
            made = self.expressions.get(column)
            for judge in judges:
                name = f"{column}@{judge}"
                if made is not None:
                    of = tuple(f"{one}@{judge}" for one in made.columns)
                    self.expressions[name] = msgspec.structs.replace(made, of=of)
                elif name not in fields:
                    self.others.append(name)

    def _is_found(self, name: str, fields: dict[str, None]) -> bool:
        return any(_root(one, fields) is not None for one in resolved(name))

    def _is_made(self, expression: Expression, fields: dict[str, None]) -> bool:
        return any(_root(one, fields) is not None for one in expression.columns)

    def numeric(self) -> set[str]:
        """The columns that hold numbers and nothing else in the first records that have them."""
        records = [i[1] for i in self.first[:LOOKED_AT] if not isinstance(i, RefusedRow)]
        found: set[str] = set()
        for name in self.plain:
            get = _getter(name)
            values = [value for value in map(get, records) if value is not None and value != ""]
            if values and all(map(_is_number, values)):
                found.add(name)
        return found

    def rows(self) -> Iterator[list[reading.Row | RefusedRow]]:
        """The rows in chunks; a field that none of the first records has is left out."""
        chunk = self.first
        getters = {name: _getter(name) for name in self.plain}
        while True:
            yield self._texts(chunk, getters)
            following = next(self.chunks, None)
            if following is None:
                return
            chunk = following
            self._complete(chunk)

    def _texts(
        self, chunk: forms.Chunk, getters: dict[str, Callable[[Record], Any]]
    ) -> list[reading.Row | RefusedRow]:
        self._refuse_values(chunk)
        records = [item[1] for item in chunk if not isinstance(item, RefusedRow)]
        columns = {
            name: [_text(get(record)) for record in records] for name, get in getters.items()
        }
        for name, expression in self.expressions.items():
            if name in self.columns:
                columns[name] = evaluated(expression, records)
        names = tuple(columns)
        every = zip(*columns.values(), strict=True)
        rows = iter([dict(zip(names, row, strict=True)) for row in every])
        return [item if isinstance(item, RefusedRow) else (item[0], next(rows)) for item in chunk]

    def notices(self) -> Iterator[Batch]:
        """What found no partner in other files."""
        for code, text in self.companions.told():
            yield notice(code, text)


def _is_no_text(name: str, column: str, value: dict[str, Any] | list[Any]) -> str:
    """Why a column is none of texts, with the line of a map that reads it."""
    if conversations.is_chat(value):
        return (
            f"its {column} holds messages and no text; "
            f"`columns: {{messages: {column}}}` in its mapping reads them"
        )
    if isinstance(value, list):
        return (
            f"its {column} is a list and no text; `each: {column}` in its mapping makes a sample "
            f"of each item, and `columns: {{{name}: {column}.0}}` takes the first"
        )
    fields = ", ".join(list(map(str, value))[:10])
    first = next(iter(value), "text")
    return (
        f"its {column} is an object ({fields}) and no text; `columns: {{{name}: "
        f"{column}.{first}}}` in its mapping says which field is"
    )


def _is_no_judgement(criterion: str, column: str, value: dict[str, Any] | list[Any]) -> str:
    """Why a column is none of judgements, with the line of a map that reads it."""
    way = next((str(name) for name, one in _inside(value) if not isinstance(one, dict | list)), "…")
    kind = "a list" if isinstance(value, list) else "an object"
    held = ", ".join([str(name) for name, _ in _inside(value)][:10])
    return (
        f"its {column} is {kind} ({held}) and no judgement; `scores: {{{criterion}: "
        f"{column}.{way}}}` in its mapping says which part is"
    )


def _inside(value: dict[str, Any] | list[Any]) -> Iterable[tuple[object, Any]]:
    return enumerate(value) if isinstance(value, list) else value.items()


def _within(record: Record, found: dict[str, None], above: str, depth: int) -> None:
    """The names that lead to values within a record."""
    for name, value in record.items():
        if isinstance(value, dict) and depth < DEEPEST:
            _within(value, found, f"{above}{name}.", depth + 1)
        elif above and len(found) < MOST_FIELDS:
            found[_of_judge(f"{above}{name}")] = None


def _of_judge(name: str) -> str:
    """What a field of a judge's file is called: `harm` of `scores@owl` is `scores.harm@owl`."""
    first, dot, rest = name.partition(".")
    column, mark, judge = first.rpartition("@")
    return f"{column}.{rest}@{judge}" if mark and dot else name


def _at_judges(name: str) -> str:
    """Where the field of a judge's file begins: `scores.harm@owl` is `harm` of `scores@owl`."""
    column, mark, judge = name.rpartition("@")
    first, dot, rest = column.partition(".")
    return f"{first}@{judge}.{rest}" if mark and dot else name


def _root(name: str, fields: dict[str, None]) -> str | None:
    """The field that a column's name begins in, or None."""
    ways = (name, name.partition(".")[0], _at_judges(name).partition(".")[0])
    return next((one for one in ways if one in fields), None)


def _getter(name: str) -> Callable[[Record], Any]:
    """What gives a record's value of a column."""
    ways = tuple(map(_at_judges, resolved(name)))
    if len(ways) == 1 and "." not in name:
        return lambda record: record.get(name)

    outer, _, inner = ways[0].partition(".")
    if len(ways) == 1 and "." not in inner:

        def within(record: Record) -> Any:
            value = record.get(outer)
            return value.get(inner) if type(value) is dict else at(record, ways[0])

        return lambda record: record[name] if name in record else within(record)

    def first(record: Record) -> Any:
        if name in record:
            return record[name]
        found = (at(record, one) for one in ways)
        return next((value for value in found if value is not None and value != ""), None)

    return first


def _text(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    return str(value) if kind is int else as_text(value) or ""


def evaluated(expression: Expression, records: Sequence[Record]) -> list[str]:
    """What an expression makes of each record, as text; blank where it makes nothing."""
    get = _getter("|".join(expression.columns))
    if len(expression.columns) == 1 and "|" in expression.columns[0]:
        get = _getter(expression.columns[0])
    texts = [_text(get(record)) for record in records]
    made = pl.Series(texts, dtype=pl.String)
    if expression.lower:
        made = made.str.to_lowercase()
    if expression.strip_prefix:
        made = made.str.strip_prefix(expression.strip_prefix)
    if expression.strip_suffix:
        made = made.str.strip_suffix(expression.strip_suffix)
    if expression.match is not None:
        made = made.str.extract(expression.match, 1)
    if expression.split is not None:
        made = made.str.split(expression.split).list.get(expression.part, null_on_oob=True)
    last: list[str] = made.fill_null("").to_list()
    if expression.lookup:
        known = {key: str(value) for key, value in expression.lookup.items()}
        rest = expression.default
        last = [known.get(text, text if rest is None else "") for text in last]
    if expression.default is not None:
        last = [text or str(expression.default) for text in last]
    return last


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        return math.isfinite(float(value))
    except (ValueError, OverflowError):
        return False
