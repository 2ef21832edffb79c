"""Logs of Inspect AI: archives (`.eval`) and JSON, of log versions 1 to 3, finished or cut off.

A log is one task that one model answered: its samples become samples of an experiment that is
called as the task is, its scorers judges of a criterion of their own. A log does not say what the
model was trained on; what nobody wrote down stays `unrecorded`.
"""

import re
from collections.abc import Iterator

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.foreign.spec import Shape
from pipeline.importers import Batch, Source, gathered, notice
from pipeline.importers.inspect_logs import archive, document
from pipeline.importers.inspect_logs.log import Header
from pipeline.importers.inspect_logs.rows import LogReader
from pipeline.records.tables import clean

NAME = "inspect-log"
TITLE = "Inspect logs"
FILES = "`.eval` and `.json` logs of Inspect AI"
VERSION = 5
ARCHIVES = True

_FIELDS = tuple(
    re.compile(pattern)
    for pattern in (
        rb'"version"\s*:\s*[1-9]\b',
        rb'"status"\s*:\s*"(?:started|success|cancelled|error)"',
        rb'"eval"\s*:\s*\{',
    )
)
"""What a log that is JSON begins with, in whatever order."""

ENDED = {
    "started": "it was cut off while the task ran",
    "cancelled": "the task was cancelled",
    "error": "the task ended with an error",
}


def covers(source: Source) -> bool:
    """A log that a mapping describes, unless the mapping says where in it records are."""
    meaning = source.meaning
    return meaning is not None and meaning.layout.shape == Shape() and accepts(source)


def accepts(source: Source) -> bool:
    """An archive with the members of a log, or a JSON object with a log's fields."""
    if archive.is_log(source.head):
        return True
    head = source.head[:4_096]
    return head.lstrip().startswith(b"{") and all(field.search(head) for field in _FIELDS)


def read(source: Source) -> Iterator[Batch]:
    """The log's evaluation, questions, samples and judgements; broken samples are refused.

    Raises:
        RefusedFile: where it is no log after all, or nothing of it can be read.
    """
    meaning = source.meaning
    if meaning is not None and meaning.skipped is not None:
        yield notice("skipped", f"it is left out, as its mapping says: {meaning.skipped}")
        return
    if meaning is not None and meaning.unclear is not None:
        raise RefusedFile(meaning.unclear)
    is_archive = archive.is_log(source.head)
    header, samples = archive.opened(source) if is_archive else document.opened(source)
    reader = LogReader(source, header)
    yield from gathered(_read(reader, samples))
    yield from reader.context()
    yield from _notices(header, reader.left_out)


def _read(
    reader: LogReader, samples: Iterator[tuple[int, bytes | RefusedRow]]
) -> Iterator[Batch | RefusedRow]:
    for number, content in samples:
        yield from [content] if isinstance(content, RefusedRow) else reader.take(number, content)
    yield from reader.rest()


def _notices(header: Header, left_out: int) -> Iterator[Batch]:
    if told := ENDED.get(header.status):
        told += f" ({header.error.message[:200]})" if header.error else ""
        lost = f"; {left_out:,} planned samples are not in it" if left_out else ""
        yield notice("inspect-unfinished", clean(f"{told}{lost}"))
    if header.invalidated:
        yield notice("inspect-invalidated", "its author marked the log as invalid")
