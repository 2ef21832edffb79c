"""Reading foreign files: in bounded memory, without trusting them, naming the row that fails."""

import codecs
import csv
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, TextIO

import msgspec

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.importers import Source

Row = tuple[int, dict[str, Any]]

WHOLE_FILE = 48 * 2**20
"""JSON files up to this size are decoded at once; larger ones are streamed."""

MAX_VALUE = 16 * 2**20
"""The longest single value or line, in bytes, that is taken from a file."""

WINDOW = 4 * 2**20
"""How many characters of a streamed file are taken in at once."""

CHUNK = 5_000
"""How many records are held at a time when a file is streamed."""


def text(source: Source, limit: int = 64 * 2**20) -> str:
    """The whole file as text.

    Raises:
        RefusedFile: where it is empty, larger than `limit` bytes, or not UTF-8 text.
    """
    if source.size > limit:
        raise RefusedFile(f"it is larger than {limit // 2**20} MB")
    content = source.path.read_bytes()
    if not content.strip():
        raise RefusedFile("it is empty")
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RefusedFile(f"line {line} is not valid UTF-8") from None
    if "\0" in decoded:
        line = decoded.count("\n", 0, decoded.index("\0")) + 1
        raise RefusedFile(f"line {line} contains a NUL byte")
    return decoded


def json_records(source: Source) -> Iterator[list[Row | RefusedRow]]:
    """The objects of a JSON list, numbered from 1, in chunks.

    A record that is not an object comes as a RefusedRow. A file that breaks off, or whose
    JSON is broken, gives its complete records first, and then the row it breaks in.

    Raises:
        RefusedFile: where the file is empty or is not a list.
    """
    first = source.head.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if not first:
        raise RefusedFile("it is empty")
    if first == b"{":
        raise RefusedFile("it holds one JSON object where a list of records is expected")
    if first != b"[":
        raise RefusedFile("it is not a JSON list of records")
    if source.size <= WHOLE_FILE:
        try:
            records = msgspec.json.decode(source.path.read_bytes())
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            pass  # read again, record by record, to say which one is broken
        else:
            yield [_checked(row, record) for row, record in enumerate(records, 1)]
            return
    yield from _chunks(_streamed(source))


def _streamed(source: Source) -> Iterator[Row | RefusedRow]:
    """Record by record, as the standard library reads them: it knows NaN and lone surrogates,
    which other tools write and which must cost one record and not the file."""
    decode = json.JSONDecoder().raw_decode
    with source.path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        window = _Window(file)
        window.skip("[")
        row = 0
        while window.peek() not in ("]", ""):
            row += 1
            try:
                record, window.at = window.until_whole(decode)
            except (ValueError, RecursionError) as error:
                yield RefusedRow(row, _why_broken(error, window), window.rest()[:2_000])
                return
            yield _checked(row, record)
            if window.peek() == ",":
                window.skip(",")
            elif window.peek() != "]":
                break
        if window.peek() != "]":
            yield RefusedRow(row + 1, "the file ends before the list does")


class _Window:
    """A stretch of a text file that moves forward and grows until a record fits."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.text = file.read(WINDOW)
        self.at = 0

    def peek(self) -> str:
        """The next character that is not white space, or "" at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
                self.at += 1
            if self.at < len(self.text) or not self.grow():
                return self.text[self.at : self.at + 1]

    def skip(self, character: str) -> None:
        if self.peek() == character:
            self.at += 1

    def grow(self) -> bool:
        """Take in more of the file, and let go of what was read."""
        more = self.file.read(WINDOW)
        self.text, self.at = self.text[self.at :] + more, 0
        return bool(more)

    def rest(self) -> str:
        return self.text[self.at :]

    def until_whole(self, decode: Callable[[str, int], tuple[Any, int]]) -> tuple[Any, int]:
        """The next record and where it ends, reading on while it may be unfinished."""
        while True:
            try:
                return decode(self.text, self.at)
            except json.JSONDecodeError:
                if len(self.text) - self.at > MAX_VALUE or not self.grow():
                    raise


def _why_broken(error: Exception, window: _Window) -> str:
    if len(window.rest()) > MAX_VALUE:
        problem = f"it is longer than {MAX_VALUE // 2**20} MB, or its JSON is broken"
    elif isinstance(error, json.JSONDecodeError):
        cut = error.pos >= len(window.text.rstrip()) or error.msg.startswith("Unterminated")
        if cut:
            return "the file ends in the middle of this record"
        problem = f"its JSON is broken ({error.msg[0].lower()}{error.msg[1:]})"
    else:
        problem = "it is nested too deeply"
    return f"{problem}; the rest of the file was not read"


def _checked(row: int, record: Any) -> Row | RefusedRow:
    if not isinstance(record, dict):
        return RefusedRow(row, "it is not a JSON object", _excerpt(record))
    return (row, record)


def _excerpt(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, default=str)[:2_000]


def json_lines(source: Source) -> Iterator[Row | RefusedRow]:
    """The objects of a JSON Lines file, numbered by line; blank lines are skipped.

    Raises:
        RefusedFile: where the file is empty.
    """
    if not source.size:
        raise RefusedFile("it is empty")
    decode = msgspec.json.Decoder().decode
    with source.path.open("rb") as file:
        for number, line in enumerate(_lines(file), 1):
            if isinstance(line, RefusedRow):
                yield RefusedRow(number, str(line), line.raw)
                continue
            if not line.strip():
                continue
            try:
                record = decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                yield RefusedRow(
                    number, f"it is not valid JSON ({error})", line.decode("utf-8", "replace")
                )
            else:
                yield _checked(number, record)


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
    """The rows of a CSV file as text, by its header, numbered from 1 below it, in chunks.

    Raises:
        RefusedFile: where the file is empty or its header is broken.
    """
    with source.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        csv.field_size_limit(MAX_VALUE)
        rows = csv.reader(file, strict=True)
        try:
            header = next(rows, None)
        except csv.Error as error:
            raise RefusedFile(f"its header is broken ({error})") from None
        if not header or not any(header):
            raise RefusedFile("it is empty")
        yield from _chunks(_csv_rows(rows, header))


def _csv_rows(rows: Iterator[list[str]], header: list[str]) -> Iterator[Row | RefusedRow]:
    number = 0
    while True:
        number += 1
        try:
            values = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield RefusedRow(
                number,
                f"the quotes are not balanced here ({error}); the rest of the file was not read",
            )
            return
        if len(values) != len(header):
            yield RefusedRow(
                number,
                f"it has {len(values)} values where the header has {len(header)}",
                ",".join(values)[:2_000],
            )
            continue
        yield (number, dict(zip(header, values, strict=True)))


def _chunks(rows: Iterable[Row | RefusedRow]) -> Iterator[list[Row | RefusedRow]]:
    chunk: list[Row | RefusedRow] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    yield chunk


def unreadable(value: str) -> str | None:
    """Why a text cannot be kept (not UTF-8, a NUL byte), or None."""
    if "\0" in value:
        return "contains a NUL byte"
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return "is not valid UTF-8"
    return None
