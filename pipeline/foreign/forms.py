"""The records of a file, whatever it is written in: told by what it holds, never by its name."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.files import reading, sniffing
from pipeline.foreign import archives, columnar
from pipeline.foreign.shaping import exploded, unfolded
from pipeline.foreign.spec import Shape
from pipeline.importers import Source

Chunk = list[reading.Row | RefusedRow]

DOCUMENT = 128 * 2**20
"""The largest JSON document that is read whole: one whose records stand within it."""


def records(source: Source, shape: Shape) -> Iterator[Chunk]:
    """The samples of a file, in chunks, numbered from 1.

    Raises:
        RefusedFile: where the file is none of records, or nothing stands where the shape says.
    """
    if shape.members is not None:
        yield from _members(source, shape)
        return
    chunks = _of_file(source, shape)
    yield from _samples(chunks, shape) if shape.lists else chunks


def named(source: Source, shape: Shape) -> tuple[str, ...]:
    """The columns that a file names whether or not it has a row.

    Raises:
        RefusedFile: where it is damaged.
    """
    if shape.members is not None or shape.lists or shape.ways:
        return ()
    if columnar.is_columnar(source.head):
        return columnar.columns(source)
    is_json = source.head.lstrip()[:1] in (b"{", b"[")
    return source.table.columns if source.table and not is_json else ()


def _members(source: Source, shape: Shape) -> Iterator[Chunk]:
    """The samples of an archive's members, numbered through."""
    assert shape.members is not None
    inner = msgspec.structs.replace(shape, members=None)
    before = 0
    for told, member in archives.members(source, shape.members):
        last = before
        if isinstance(member, RefusedRow):
            yield [member]
            continue
        try:
            for chunk in records(member, inner):
                moved: Chunk = []
                for item in chunk:
                    row = (item.row or 0) if isinstance(item, RefusedRow) else item[0]
                    last = max(last, before + row)
                    moved.append(
                        RefusedRow(before + row, str(item), item.raw)
                        if isinstance(item, RefusedRow)
                        else (before + row, told | item[1])
                    )
                yield moved
        except RefusedFile as error:
            yield [RefusedRow(None, f"its member {member.member[:200]!r}: {error}")]
        before = last


def _of_file(source: Source, shape: Shape) -> Iterator[Chunk]:
    if columnar.is_columnar(source.head):
        return columnar.records(source)
    begin = source.head.lstrip()[:1]
    if shape.ways or shape.form == "columns":
        if begin not in (b"{", b"["):
            raise RefusedFile("`at` and `form` are for JSON, and it is none")
        return _chunked(unfolded(reading.json_document(source, DOCUMENT), shape))
    if begin == b"[":
        return reading.json_records(source)
    if begin == b"{":
        return _objects(source)
    return reading.csv_records(source)


def _objects(source: Source) -> Iterator[Chunk]:
    """JSON Lines, or one object over several lines, which is a record."""
    first = source.head.lstrip().partition(b"\n")[0]
    if not first.rstrip().endswith(b"}") and len(sniffing.records(source.head)) < 2:
        return _chunked(unfolded(reading.json_document(source, DOCUMENT), Shape()))
    return reading.json_line_chunks(source)


def _gathered(items: Iterator[reading.Row]) -> Iterator[Chunk]:
    while chunk := list(islice(items, CHUNK)):
        yield [*chunk]


CHUNK = 1_000
"""How many records of a document that is held anyway are handed on at once."""


def _chunked(found: Iterator[dict[str, Any]]) -> Iterator[Chunk]:
    yield from _gathered(iter(enumerate(found, 1)))


def _samples(chunks: Iterator[Chunk], shape: Shape) -> Iterator[Chunk]:
    """A row a sample where a record's lists hold several, numbered through."""
    number = 0
    for chunk in chunks:
        found: Chunk = []
        for item in chunk:
            several = item if isinstance(item, RefusedRow) else exploded(item[1], shape.lists)
            if isinstance(several, list):
                for record in several:
                    number += 1
                    found.append((number, record))
                    if len(found) >= reading.CHUNK:
                        yield found
                        found = []
                continue
            number += 1
            wrong = several if isinstance(several, str) else str(several)
            raw = several.raw if isinstance(several, RefusedRow) else ""
            found.append(RefusedRow(number, wrong, raw))
        yield found
