"""A log that is one JSON object: its fields as they come, its samples one by one.

A log may be larger than memory. What is looked for is cut out of a window that moves forward; of a
field that is not looked for only the end is found.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper

from pipeline.errors import RefusedRow
from pipeline.files.opening import opened as bytes_of
from pipeline.files.streaming import WINDOW, Window
from pipeline.importers import Source
from pipeline.importers.inspect_logs import log

FIELDS = ("version", "status", "eval", "plan", "error", "invalidated")
"""The fields of a header."""

LONGEST_NAME = 10_000
"""The longest name of a field that is looked at."""

LARGEST = 64 * 2**20
"""The longest sample or field that is taken, in characters."""


def opened(source: Source) -> tuple[log.Header, Iterator[tuple[int, bytes | RefusedRow]]]:
    """The header of a log, and its samples as JSON texts, numbered from 1.

    Raises:
        RefusedFile: where it is no JSON object, or its header is none.
    """
    fields: dict[str, str] = {}
    with _window(source) as window:
        for name in _names(window):
            if name == "samples":
                break
            if name not in FIELDS:
                _passed(window)
            elif (text := window.cut(LARGEST)) is not None:
                fields[name] = text
    told = ",".join(f'"{name}":{text}' for name, text in fields.items())
    return log.header(f"{{{told}}}".encode("utf-8", "surrogateescape")), _samples(source)


@contextmanager
def _window(source: Source) -> Iterator[Window]:
    with bytes_of(source) as file:
        text = TextIOWrapper(file, "utf-8", errors="surrogateescape", newline="")
        yield Window(text, WINDOW)


def _names(window: Window) -> Iterator[str]:
    """The names of the object's fields, the window before each one's value."""
    more = window.skip("{")
    while more and (name := window.cut(LONGEST_NAME)) and window.skip(":"):
        yield name.strip('"')
        more = window.skip(",")


def _samples(source: Source) -> Iterator[tuple[int, bytes | RefusedRow]]:
    with _window(source) as window:
        for name in _names(window):
            if name == "samples" and window.skip("["):
                yield from _listed(window)
                return
            if not _passed(window):
                break
        if not window.skip("}"):
            yield 1, RefusedRow(1, "the file ends before its samples do", window.ahead())


def _listed(window: Window) -> Iterator[tuple[int, bytes | RefusedRow]]:
    number = 0
    while window.peek() not in ("]", ""):
        number += 1
        before = window.ahead()
        if (text := window.cut(LARGEST)) is not None:
            yield number, text.encode("utf-8", "surrogateescape")
        else:
            goes_on = window.pass_over()
            why = "it is longer than is read" if goes_on else "the file ends in the middle of it"
            yield number, RefusedRow(number, why, before)
            if not goes_on:
                return
        window.skip(",")


def _passed(window: Window) -> bool:
    """Move behind the next value; whether there is one."""
    return (
        window.pass_over() if window.peek() in ("{", "[", '"') else window.cut(LARGEST) is not None
    )
