"""Reading foreign files: in bounded memory, without trusting them, naming the row that fails."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from io import TextIOWrapper
from itertools import chain
from typing import Any, BinaryIO, TextIO

import msgspec

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.files.opening import opened
from pipeline.files.sniffing import MOST_COLUMNS
from pipeline.files.streaming import (
    MAX_VALUE,
    MAX_VALUES,
    WINDOW,
    affordable,
    integer,
    names,
    repeats,
    streamed,
)
from pipeline.files.texts import unreadable as unreadable
from pipeline.importers import Source
from warehouse import definitions
from warehouse.errors import InvalidDefinition

Row = tuple[int, dict[str, Any]]

WHOLE_FILE = 16 * 2**20
"""JSON files up to this size are decoded at once; larger ones are streamed."""

WHOLE_TEXT = 32 * 2**20
"""Texts up to this size are read."""

CHUNK = 5_000
CHUNK_SIZE = 16 * 2**20
"""How many records, and how many characters of them, are held at a time."""

MAX_BLANK = 1_000_000
BLANK = f"more than {MAX_BLANK:,} lines above it are blank; the rest of the file was not read"
"""So many blank lines of a file are passed over."""

AGAIN = "it is the header once more, as where tables were joined; it is no answer"

A_VALUE = 40
"""What a value takes beside its characters."""

_RECORDS = msgspec.json.Decoder(list[dict[str, Any]])
_ANYTHING = msgspec.json.Decoder()


def text(source: Source, limit: int = WHOLE_TEXT) -> str:
    """The whole file as text.

    Raises:
        RefusedFile: where it is empty, larger than `limit` bytes, or not UTF-8 text.
    """
    with opened(source) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise RefusedFile(f"it is larger than {limit // 2**20} MB")
    if not content.strip():
        raise RefusedFile("it is empty")
    try:
        decoded = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RefusedFile(f"line {line} is not valid UTF-8") from None
    if "\0" in decoded:
        line = decoded.count("\n", 0, decoded.index("\0")) + 1
        raise RefusedFile(f"line {line} contains a NUL byte")
    return decoded


def json_object(source: Source) -> dict[str, Any]:
    """The one JSON object that a file holds.

    Raises:
        RefusedFile: where it holds something else, too much, or a field twice.
    """
    found = json_document(source)
    if not isinstance(found, dict):
        raise RefusedFile("it does not hold one JSON object")
    return found


def json_document(source: Source, limit: int = WHOLE_TEXT) -> Any:
    """The one JSON value that a file of up to `limit` bytes holds.

    Raises:
        RefusedFile: where it is broken, holds too much, or a field twice.
    """
    content = text(source, limit)
    if not affordable(content):
        raise RefusedFile(f"it holds more than {MAX_VALUES:,} values")
    try:
        # Not msgspec: trainers write NaN, which the standard library reads.
        found = json.loads(content)
    except json.JSONDecodeError as error:
        raise RefusedFile(f"line {error.lineno}: its JSON is broken ({error.msg})") from None
    except RecursionError:
        raise RefusedFile("its JSON is nested too deeply") from None
    except ValueError as error:
        raise RefusedFile(f"its JSON is broken ({error})") from None
    if why := repeats(found, content):
        raise RefusedFile(why)
    return found


def value_of(text: str) -> Any:
    """What a text holds that may be JSON; None where it is none, or holds too much."""
    try:
        return _ANYTHING.decode(text) if affordable(text) else None
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def yaml_document(source: Source) -> tuple[str, Any]:
    """A YAML file as text and as plain data.

    Raises:
        RefusedFile: where it is empty, not text, not YAML, or unfolds to too much.
    """
    content = text(source, definitions.MAX_BYTES)
    try:
        return content, definitions.parse(content, "its YAML")
    except InvalidDefinition as error:
        raise RefusedFile(str(error)) from None


def json_records(
    source: Source, whole: int = WHOLE_FILE, window: int = WINDOW
) -> Iterator[list[Row | RefusedRow]]:
    """The objects of a JSON list, numbered from 1, in chunks.

    A record that is not an object, is too long or nested too deeply comes as a RefusedRow. A
    file that breaks off, or whose JSON is broken, gives its complete records first, and then
    the row it breaks in. Files of more than `whole` bytes are read `window` characters at a
    time; the records are the same.

    Raises:
        RefusedFile: where the file is empty or is not a list.
    """
    first = source.head.lstrip()[:1]
    if not first:
        raise RefusedFile("it is empty")
    if first == b"{":
        raise RefusedFile("it holds one JSON object where a list of records is expected")
    if first != b"[":
        raise RefusedFile("it is not a JSON list of records")
    records = _at_once(source, whole)
    if records is None:
        # Record by record, to say which one is broken.
        yield from _chunks(_named_rows(streamed(source, window)))
        return
    for start in range(0, len(records), CHUNK):
        yield list(enumerate(records[start : start + CHUNK], start + 1))


def _at_once(source: Source, whole: int) -> list[dict[str, Any]] | None:
    """The records of a file that is small and in order, else None."""
    if source.size > whole:
        return None
    as_it_is = not source.packed and source.encoding == "utf-8"
    limit = source.size if as_it_is else whole  # to ask for no more than there is takes less time
    with opened(source) as file:
        content = file.read(limit + 1)
    if len(content) > limit or not affordable(content):
        return None
    try:
        records = _RECORDS.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if (
        names(content) != sum(map(len, records))
        or len(set(chain.from_iterable(records))) > MOST_COLUMNS
    ):
        return None  # a field may stand twice in a record, or in another one within it
    return records


def _named_rows(
    found: Iterator[tuple[int, int, Any]],
) -> Iterator[tuple[int, Row | RefusedRow]]:
    """The records that are objects, as long as all their fields are few."""
    names: set[str] = set()
    for length, row, record in found:
        item = record if isinstance(record, RefusedRow) else _checked(row, record)
        if not isinstance(item, RefusedRow) and not item[1].keys() <= names:
            both = names | item[1].keys()
            if len(both) > MOST_COLUMNS:
                problem = f"with it the file has more than {MOST_COLUMNS} different fields"
                item = RefusedRow(row, problem, excerpt(record))
            else:
                names = both
        yield length, item


def _checked(row: int, record: Any) -> Row | RefusedRow:
    if not isinstance(record, dict):
        return RefusedRow(row, "it is not a JSON object", excerpt(record))
    return (row, record)


def excerpt(value: Any) -> str:
    """The beginning of a record as text, for the quarantine."""
    try:
        return json.dumps(value, default=str)[:2_000]
    except (RecursionError, ValueError):
        return "(nested too deeply to be shown)"


def json_lines(source: Source) -> Iterator[Row | RefusedRow]:
    """The objects of a JSON Lines file, numbered by line; blank lines are skipped.

    Raises:
        RefusedFile: where the file is empty.
    """
    return (item for _, item in _measured_lines(source))


def json_line_chunks(source: Source) -> Iterator[list[Row | RefusedRow]]:
    """The same in chunks, of a table.

    NaN, half a character or a number without end costs what it stands in and not the line, as in
    a JSON list.

    Raises:
        RefusedFile: where the file is empty.
    """
    return _chunks(_measured_lines(source, _lenient))


def _measured_lines(
    source: Source, decode: Callable[[bytes], Any] = _ANYTHING.decode
) -> Iterator[tuple[int, Row | RefusedRow]]:
    """The objects of the lines, each with the length of its line."""
    if not source.size:
        raise RefusedFile("it is empty")
    with opened(source) as file:
        number = blank = 0
        try:
            for number, line in enumerate(_lines(file), 1):
                if isinstance(line, RefusedRow):
                    yield 0, RefusedRow(number, str(line), line.raw)
                elif line.strip():
                    yield len(line), _line(number, line, decode)
                elif (blank := blank + 1) > MAX_BLANK:
                    yield 0, RefusedRow(number, BLANK)
                    return
        except RefusedFile as error:  # what was packed is damaged, or too large
            yield 0, RefusedRow(number + 1, str(error))


def _line(number: int, line: bytes, decode: Callable[[bytes], Any]) -> Row | RefusedRow:
    if not affordable(line):
        problem = f"it holds more than {MAX_VALUES:,} values"
        return RefusedRow(number, problem, line[:2_000].decode("utf-8", "replace"))
    try:
        record = decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        problem = f"it is not valid JSON ({error})"
        return RefusedRow(number, problem, line[:100_000].decode("utf-8", "replace"))
    if why := repeats(record, line):
        return RefusedRow(number, why, excerpt(record))
    return _checked(number, record)


def _lenient(line: bytes) -> Any:
    """The value of a line, also where only the standard library reads it.

    Raises:
        msgspec.MsgspecError: where it is no JSON, as the stricter decoder tells it.
        UnicodeDecodeError: where it is no UTF-8.
    """
    try:
        return _ANYTHING.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        try:
            return json.loads(line, parse_int=integer)
        except ValueError:
            raise error from None


def _lines(file: BinaryIO) -> Iterator[bytes | RefusedRow]:
    while line := file.readline(MAX_VALUE + 1):
        if len(line) <= MAX_VALUE:
            yield line
            continue
        beginning = line[:2_000].decode("utf-8", "replace")
        while line and not line.endswith(b"\n"):
            line = file.readline(MAX_VALUE)
        yield RefusedRow(None, f"the line is longer than {MAX_VALUE // 2**20} MB", beginning)


def csv_records(source: Source) -> Iterator[list[Row | RefusedRow]]:
    """The rows of a table as text, by its header, numbered from 1 below it, in chunks.

    Its delimiter and encoding are told by what it holds. Blank lines are numbered but not rows.

    Raises:
        RefusedFile: where the file is empty, or its header is broken or too long.
    """
    delimiter = source.table.delimiter if source.table else ","
    with opened(source, table=True) as file:
        csv.field_size_limit(MAX_VALUE)
        text = TextIOWrapper(file, "utf-8", errors="surrogateescape", newline="")
        lines = _BoundedLines(text)
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            header = next(rows, None)
        except csv.Error as error:
            raise RefusedFile(f"its header is broken ({error})") from None
        if not header or not any(header):
            raise RefusedFile("it is empty")
        if len(header) > MOST_COLUMNS:
            raise RefusedFile(
                f"its header has {len(header):,} columns; at most {MOST_COLUMNS} can be taken"
            )
        if len(set(header)) < len(header):
            twice = min(name for name in header if header.count(name) > 1)
            raise RefusedFile(f"its header names {twice!r} twice")
        yield from _chunks(_csv_rows(rows, lines, header))


def _bare(name: str) -> str:
    """A column's name whatever its case and the spaces and marks of byte order around it."""
    return name.strip("\ufeff \t").casefold()


class _BoundedLines:
    """The lines of a text file, none too long, nor too many of them in one row."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.taken = 0

    def __iter__(self) -> "_BoundedLines":
        return self

    def __next__(self) -> str:
        line = self.file.readline(MAX_VALUE + 1)
        self.taken += len(line)
        if self.taken > MAX_VALUE:
            raise csv.Error(f"a row is longer than {MAX_VALUE // 2**20} MB")
        if not line:
            raise StopIteration
        return line


def _csv_rows(
    rows: Iterator[list[str]], lines: _BoundedLines, header: list[str]
) -> Iterator[tuple[int, Row | RefusedRow]]:
    number = blank = 0
    bare = list(map(_bare, header))
    while True:
        number += 1
        lines.taken = 0
        try:
            values = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"{error}; are its quotes balanced? The rest of the file was not read"
            yield 0, RefusedRow(number, problem)
            return
        size = lines.taken + A_VALUE * len(values)
        if values and _bare(values[0]) == bare[0] and list(map(_bare, values)) == bare:
            yield size, RefusedRow(number, AGAIN, ",".join(values)[:2_000])
        elif len(values) == len(header):
            yield size, (number, dict(zip(header, values, strict=True)))
        elif values:
            problem = f"it has {len(values)} values where the header has {len(header)}"
            yield size, RefusedRow(number, problem, ",".join(values[:2_000])[:2_000])
        elif (blank := blank + 1) > MAX_BLANK:
            yield size, RefusedRow(number, BLANK)
            return


def _chunks(
    rows: Iterable[tuple[int, Row | RefusedRow]],
) -> Iterator[list[Row | RefusedRow]]:
    chunk: list[Row | RefusedRow] = []
    size = 0
    for length, row in rows:
        chunk.append(row)
        size += length
        if len(chunk) >= CHUNK or size >= CHUNK_SIZE:
            yield chunk
            chunk, size = [], 0
    yield chunk
