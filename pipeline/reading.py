"""Reading foreign files: in bounded memory, without trusting them, naming the row that fails."""

import codecs
import csv
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, TextIO

import msgspec

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.importers import Source
from warehouse import definitions
from warehouse.errors import InvalidDefinition

Row = tuple[int, dict[str, Any]]

WHOLE_FILE = 16 * 2**20
"""JSON files up to this size are decoded at once; larger ones are streamed.

Three bytes of JSON (`{},`) may become 80 bytes of memory.
"""

MAX_VALUE = 16 * 2**20
"""The longest single value or line, in bytes, that is taken from a file."""

WINDOW = 4 * 2**20
"""How many characters of a streamed file are taken in at once."""

CHUNK = 5_000
CHUNK_SIZE = 32 * 2**20
"""How many records, and how many characters of them, are held at a time."""

_RECORDS = msgspec.json.Decoder(list[dict[str, Any]])
_MARKS = re.compile(r'\\.|["\[\]{}]', re.DOTALL)
_CUT = re.compile(r"[\w\\+.-]{0,16}\s*")
"""What may stand behind a decoder's error where text was cut off: half a literal or escape."""


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


def yaml_document(source: Source) -> tuple[str, Any]:
    """A YAML file as text and as plain data.

    Raises:
        RefusedFile: where it is empty, not text, not YAML, or unfolds to too much.
    """
    content = text(source, definitions.MAX_BYTES)
    try:
        return content, definitions.parse(content, "it")
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
    first = source.head.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if not first:
        raise RefusedFile("it is empty")
    if first == b"{":
        raise RefusedFile("it holds one JSON object where a list of records is expected")
    if first != b"[":
        raise RefusedFile("it is not a JSON list of records")
    if source.size <= whole:
        try:
            records = _RECORDS.decode(source.path.read_bytes())
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            pass  # read again, record by record, to say which one is broken
        else:
            rows: list[Row | RefusedRow] = list(enumerate(records, 1))
            yield from (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
            return
    yield from _chunks(_streamed(source, window))


def _streamed(source: Source, size: int) -> Iterator[tuple[int, Row | RefusedRow]]:
    """Record by record, each with its length, as the standard library reads them.

    It knows NaN and lone surrogates, which other tools write and which must cost one record and
    not the file.
    """
    with source.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        window = _Window(file, size)
        window.skip("[")
        row = 0
        while window.peek() not in ("]", ""):
            row += 1
            raw = window.ahead()
            try:
                record, length = window.record()
            except (_TooLong, RecursionError) as error:
                deep = isinstance(error, RecursionError)
                problem = "it is nested too deeply" if deep else f"it is {error}"
                found = window.pass_over()
                problem += "" if found else "; the rest of the file was not read"
                yield 0, RefusedRow(row, problem, raw)
                if not found:
                    return
            except _Broken as error:
                yield 0, RefusedRow(row, str(error), raw)
                return
            else:
                yield length, _checked(row, record)
            if window.peek() == ",":
                window.skip(",")
            elif window.peek() not in ("]", ""):
                problem = "no comma follows it; the rest of the file was not read"
                yield 0, RefusedRow(row, problem, window.ahead())
                return
        if not window.skip("]"):
            yield 0, RefusedRow(row + 1, "the file ends before the list does")
        elif window.peek():
            problem = "the list ends before it; the rest of the file was not read"
            yield 0, RefusedRow(row + 1, problem, window.ahead())


class _TooLong(Exception):
    """A record is longer than can be taken."""


class _Broken(Exception):
    """A record's JSON is broken, or the file ends in it."""


class _Window:
    """A stretch of a text file that moves forward and grows until a record fits."""

    def __init__(self, file: TextIO, size: int) -> None:
        self.file = file
        self.size = size
        self.text = file.read(size)
        self.at = 0
        self.decode = json.JSONDecoder(parse_int=_integer, strict=False).raw_decode

    def peek(self) -> str:
        """The next character that is not white space, or "" at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
                self.at += 1
            if self.at < len(self.text) or not self.grow():
                return self.text[self.at : self.at + 1]

    def skip(self, character: str) -> bool:
        """Step over a character; whether it was there."""
        found = self.peek() == character
        self.at += found
        return found

    def grow(self) -> bool:
        """Take in more of the file, and let go of what was read."""
        more = self.file.read(self.size)
        self.text, self.at = self.text[self.at :] + more, 0
        return bool(more)

    def ahead(self) -> str:
        """The text that comes next, as much as a quarantine keeps."""
        return self.text[self.at : self.at + 2_000]

    def record(self) -> tuple[Any, int]:
        """The next record and its length; the window moves behind it.

        Raises:
            _Broken: where its JSON is broken or the file ends in it.
            RecursionError: where it is nested too deeply.
            _TooLong: where it is longer than can be taken.
        """
        while True:
            try:
                record, end = self.decode(self.text, self.at)
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or _CUT.fullmatch(self.text, error.pos)
                if not cut:
                    problem = f"{error.msg[0].lower()}{error.msg[1:]}"
                    problem = f"its JSON is broken ({problem}); the rest of the file was not read"
                    raise _Broken(problem) from None
                if not self.room() or not self.grow():
                    raise _Broken("the file ends in the middle of this record") from None
            else:
                length = end - self.at
                # A number near the window's end may go on behind it, as 1 does in 1e-5.
                if end + 4 < len(self.text) or not self.room() or not self.grow():
                    self.at += length
                    return record, length

    def room(self) -> bool:
        """That the record is not yet too long; raises _TooLong where it is."""
        if len(self.text) - self.at > MAX_VALUE:
            raise _TooLong(f"longer than {MAX_VALUE // 2**20} MB")
        return True

    def pass_over(self) -> bool:
        """Move behind the value that begins here without decoding it; whether its end is found."""
        if self.text[self.at] not in '{["':
            return False
        depth, quoted = 0, False
        while True:
            seen = self.at
            for mark in _MARKS.finditer(self.text, self.at):
                seen = mark.end()
                if mark[0] == '"':
                    quoted = not quoted
                elif len(mark[0]) == 1 and not quoted:
                    depth += 1 if mark[0] in "[{" else -1
                if depth <= 0 and not quoted:
                    self.at = seen
                    return True
            # The last character may be the first half of an escape.
            self.at = max(seen, len(self.text) - 1)
            if not self.grow():
                return False


def _integer(digits: str) -> int | float:
    """An integer; one with more digits than Python converts is as good as infinite."""
    return int(digits) if len(digits) < 4_000 else float(digits)


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
    if not source.size:
        raise RefusedFile("it is empty")
    decode = msgspec.json.Decoder().decode
    with source.path.open("rb") as file:
        for number, line in enumerate(_lines(file), 1):
            if isinstance(line, RefusedRow):
                yield RefusedRow(number, str(line), line.raw)
                continue
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
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

    Blank lines are numbered but not rows.

    Raises:
        RefusedFile: where the file is empty or its header is broken.
    """
    with source.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        csv.field_size_limit(MAX_VALUE)
        rows = csv.reader(_bounded(file), strict=True)
        try:
            header = next(rows, None)
        except csv.Error as error:
            raise RefusedFile(f"its header is broken ({error})") from None
        if not header or not any(header):
            raise RefusedFile("it is empty")
        if twice := {name for name in header if header.count(name) > 1}:
            raise RefusedFile(f"its header names {min(twice)!r} twice")
        yield from _chunks(_csv_rows(rows, header))


def _bounded(file: TextIO) -> Iterator[str]:
    while line := file.readline(MAX_VALUE + 1):
        if len(line) > MAX_VALUE:
            raise csv.Error(f"a line is longer than {MAX_VALUE // 2**20} MB")
        yield line


def _csv_rows(
    rows: Iterator[list[str]], header: list[str]
) -> Iterator[tuple[int, Row | RefusedRow]]:
    number = 0
    while True:
        number += 1
        try:
            values = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"{error}; are its quotes balanced? The rest of the file was not read"
            yield 0, RefusedRow(number, problem)
            return
        size = sum(map(len, values))
        if len(values) == len(header):
            yield size, (number, dict(zip(header, values, strict=True)))
        elif values:
            problem = f"it has {len(values)} values where the header has {len(header)}"
            yield size, RefusedRow(number, problem, ",".join(values)[:2_000])


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
