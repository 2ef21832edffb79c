"""JSON lists of any size, record by record: in bounded memory, naming the record that fails."""

import json
import re
from collections.abc import Iterator
from io import TextIOWrapper
from typing import Any, TextIO

import numpy as np

from pipeline.errors import RefusedRow
from pipeline.files.opening import opened
from pipeline.importers import Source

WINDOW = 2**20
"""How many characters of a file are taken in at once; more where a record needs them."""

MAX_VALUE = 16 * 2**20
"""The longest single value or line, in bytes, that is taken from a file."""

MAX_VALUES = 4_000_000
"""How many values, lists and objects are held at once: each may take a hundred bytes."""

_BLOCK = 2**17
"""How many bytes are looked at at once: what is worked out of them stays in the cache."""

_MARKS = re.compile(r'\\.|["\[\]{}]', re.DOTALL)
_BLANK = re.compile(r"[ \t\r\n]*")
_PLAIN = re.compile(r"[^\s,\]}]*")
_NAMED = re.compile(rb'"(?<!\\")([ \t\r\n]*):')
_NAMED_TEXT = re.compile(_NAMED.pattern.decode())
"""The end of a field's name, and the white space that stands before its colon."""

_SPACES = tuple(b" \t\r\n")
_CUT = re.compile(r"[\w\\+.-]{0,16}\s*")
"""What may stand behind a decoder's error where text was cut off: half a literal or escape."""


def affordable(text: bytes | str) -> bool:
    """Whether a JSON text holds no more values than are held at once; never too few are counted."""
    if len(text) <= MAX_VALUES:
        return True
    marks: tuple[Any, ...] = (b"[", b"{", b",") if isinstance(text, bytes) else ("[", "{", ",")
    return sum(map(text.count, marks)) <= MAX_VALUES


Found = tuple[int, int, Any]
"""A record: its length, its number from 1, and what it is, or why it is none (RefusedRow)."""


def streamed(source: Source, size: int) -> Iterator[Found]:
    """Record by record, as the standard library reads them.

    It knows NaN and lone surrogates, which other tools write and which must cost one record and
    not the file.
    """
    with opened(source) as file:
        text = TextIOWrapper(file, "utf-8", errors="surrogateescape", newline="")
        yield from _records(Window(text, size))


def _records(window: "Window") -> Iterator[Found]:
    window.skip("[")
    row = 0
    while window.peek() not in ("]", ""):
        row += 1
        found, goes_on = _record(window, row)
        yield found
        if not goes_on:
            return
        if window.peek() == ",":
            window.skip(",")
        elif window.peek() not in ("]", ""):
            problem = "no comma follows it; the rest of the file was not read"
            yield 0, row, RefusedRow(row, problem, window.ahead())
            return
    if not window.skip("]"):
        yield 0, row + 1, RefusedRow(row + 1, "the file ends before the list does")
    elif window.peek():
        problem = "the list ends before it; the rest of the file was not read"
        yield 0, row + 1, RefusedRow(row + 1, problem, window.ahead())


def _record(window: "Window", row: int) -> tuple[Found, bool]:
    """The record that begins here, or why it is none, and whether its end is known."""
    raw = window.ahead()
    goes_on = True
    try:
        record, length = window.record()
    except (_NotTaken, RecursionError) as error:
        problem = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        if not (goes_on := window.pass_over()):
            problem += "; the rest of the file was not read"
    except (_Passed, _Broken) as error:
        problem, goes_on = str(error), isinstance(error, _Passed)
    else:
        return (length, row, record), True
    return (len(raw), row, RefusedRow(row, problem, raw)), goes_on


class _NotTaken(Exception):
    """A record is longer, or holds more, than can be taken."""


class _Passed(Exception):
    """A record is whole and not taken; the window stands behind it."""


class _Broken(Exception):
    """A record's JSON is broken, or the file ends in it."""


def repeats(record: Any, text: bytes | str, at: int = 0, end: int | None = None) -> str | None:
    """What is wrong with a record that was decoded from a text, if it has a field twice there.

    Every decoder silently keeps the last. A text with as many names in it as the record has
    fields is told apart by counting; only another is read a second time.
    """
    end = len(text) if end is None else end
    try:
        if _named(text, at, end) == _fields(record):
            return None
        # What the first decoder made of it must not be refused here for another reason.
        json.loads(text[at:end], object_pairs_hook=_distinct, parse_int=_no_number)
    except _Passed as error:
        return str(error)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError:
        pass
    return None


def _named(text: bytes | str, at: int, end: int) -> int:
    """The same as `names`, of a stretch of text; of a short one it takes far less time."""
    if isinstance(text, str):
        spaces = _NAMED_TEXT.findall(text, at, end)
    elif end - at <= _BLOCK:
        spaces = _NAMED.findall(text, at, end)
    else:
        return names(text[at:end])
    return -1 if any(spaces) else len(spaces)


def names(text: bytes) -> int:
    """How many names of fields stand in a JSON text: quotes that a colon follows.

    Those within a text are escaped. Where white space stands before a colon (`"a" : 1`), this does
    not tell, and it is -1. Numpy looks at many bytes at once, and a pattern at one.
    """
    marks = np.frombuffer(text, np.uint8)
    found = 0
    for at in range(0, len(marks), _BLOCK):
        piece = marks[at : at + _BLOCK + 2]
        quotes, colons = piece == ord('"'), piece[2:] == ord(":")
        apart = piece[1:-1][quotes[:-2] & colons]
        if apart.size and np.isin(apart, _SPACES).any():
            return -1
        quotes[1:-1] &= colons
        quotes[1:-1] &= piece[:-2] != ord("\\")
        found += int(np.count_nonzero(quotes[1:-1]))
    return found


def _fields(value: Any) -> int:
    """How many fields a value has, with those of the objects in it."""
    if isinstance(value, dict):
        return len(value) + sum(_fields(v) for v in value.values() if isinstance(v, dict | list))
    if isinstance(value, list):
        return sum(_fields(inside) for inside in value if isinstance(inside, dict | list))
    return 0


def _distinct(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise _Passed(f"it has the field {name[:100]!r} twice")
        seen.add(name)


def _no_number(_: str) -> int:
    return 0


class Window:
    """A stretch of a text file that moves forward and grows until a record fits."""

    def __init__(self, file: TextIO, size: int) -> None:
        self.file = file
        self.size = size
        self.text = file.read(size)
        self.at = 0
        self.decode = json.JSONDecoder(parse_int=integer, strict=False).raw_decode

    def peek(self) -> str:
        """The next character that is not white space, or "" at the end."""
        while True:
            blank = _BLANK.match(self.text, self.at)
            self.at = blank.end() if blank else self.at
            if self.at < len(self.text) or not self.grow():
                return self.text[self.at : self.at + 1]

    def skip(self, character: str) -> bool:
        """Step over a character; whether it was there."""
        found = self.peek() == character
        self.at += found
        return found

    def grow(self) -> bool:
        """Take in more of the file, and let go of what was read."""
        # As much again as is held: what does not fit is decoded a few times, not many.
        more = self.file.read(max(self.size, len(self.text) - self.at))
        self.text, self.at = self.text[self.at :] + more, 0
        return bool(more)

    def ahead(self) -> str:
        """The text that comes next, as much as a quarantine keeps."""
        return self.text[self.at : self.at + 2_000]

    def record(self) -> tuple[Any, int]:
        """The next record and its length; the window moves behind it.

        Raises:
            _Broken: where its JSON is broken or the file ends in it.
            _NotTaken: where it is longer, or holds more, than can be taken.
            _Passed: where it is whole, and too long or has a field twice.
            RecursionError: where it is nested too deeply.
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
                    begun = self.at
                    self.at += length
                    if length > MAX_VALUE:
                        raise _Passed(f"it is longer than {MAX_VALUE // 2**20} MB")
                    if why := repeats(record, self.text, begun, self.at):
                        raise _Passed(why)
                    return record, length

    def room(self) -> bool:
        """That the record, of which all the text held is a part, may be longer still.

        Raises:
            _NotTaken: where it may not.
        """
        if len(self.text) - self.at > MAX_VALUE:
            raise _NotTaken(f"it is longer than {MAX_VALUE // 2**20} MB")
        if not affordable(self.text[self.at :]):
            raise _NotTaken(f"it holds more than {MAX_VALUES:,} values")
        return True

    def pass_over(self) -> bool:
        """Move behind the value that begins here without decoding it; whether its end is found."""
        if self.text[self.at] not in '{["':
            return False
        end = self._end(None)
        self.at = self.at if end is None else end
        return end is not None

    def cut(self, most: int) -> str | None:
        """The JSON text of the value that comes next; the window moves behind it.

        None where the file ends in it, or it is longer than `most`; the window then stays.
        """
        if self.peek() in ("{", "[", '"'):
            end = self._end(most)
        else:
            while (plain := _PLAIN.match(self.text, self.at)) and plain.end() == len(self.text):
                if plain.end() - self.at > most or not self.grow():
                    break
            end = plain.end() if plain else None
        if end is None or end == self.at:
            return None
        text, self.at = self.text[self.at : end], end
        return text

    def _end(self, most: int | None) -> int | None:
        """Where the list, object or text that begins here ends.

        Its text is let go of on the way, or kept, up to `most` characters.
        """
        depth, quoted, seen = 0, False, self.at
        while True:
            for mark in _MARKS.finditer(self.text, seen):
                seen = mark.end()
                if mark[0] == '"':
                    quoted = not quoted
                elif len(mark[0]) == 1 and not quoted:
                    depth += 1 if mark[0] in "[{" else -1
                if depth <= 0 and not quoted:
                    return seen
            # The last character may be the first half of an escape.
            seen = max(seen, len(self.text) - 1)
            if most is None:
                self.at = seen
            elif seen - self.at > most:
                return None
            seen -= self.at
            if not self.grow():
                return None


def integer(digits: str) -> int | float:
    """An integer; one with more digits than Python converts is as good as infinite."""
    return int(digits) if len(digits) < 4_000 else float(digits)
