"""What the readers of a study's files share: typed records line by line, and batches of rows."""

from collections.abc import Iterable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from pipeline.errors import RefusedRow
from pipeline.files import reading
from pipeline.importers import Batch, Source, batch
from pipeline.study import files

ROWS = 20_000
CHARACTERS = 16 * 2**20
"""How many rows, and characters in them, a batch holds."""

Row = dict[str, object]

T = TypeVar("T", bound=msgspec.Struct)


class RecordFound(NamedTuple, Generic[T]):
    """A record, its line, and all that the line says."""

    line: int
    record: T
    raw: Any

    def refused(self, problem: object) -> RefusedRow:
        """What the quarantine keeps of it."""
        return RefusedRow(self.line, str(problem), reading.excerpt(self.raw))


def typed(source: Source, *kinds: type[T]) -> Iterator[RecordFound[T] | RefusedRow]:
    """The file's records of these kinds; what is none of them is refused."""
    known = {files.record_of(kind): kind for kind in kinds}
    for item in reading.json_lines(source):
        if isinstance(item, RefusedRow):
            yield item
            continue
        number, told = item
        name = told.get("record")
        kind = known.get(name) if isinstance(name, str) else None
        if kind is None:
            why = f"it is no record of such a file ({name!r:.100})"
            yield RefusedRow(number, why, reading.excerpt(told))
            continue
        try:
            yield RecordFound(number, msgspec.convert(told, kind), told)
        except msgspec.ValidationError as error:
            yield RefusedRow(number, f"it is not understood ({error})", reading.excerpt(told))


def batches(relation: str, items: Iterable[Row | RefusedRow]) -> Iterator[Batch | RefusedRow]:
    """The rows in batches of bounded size; what is refused passes as it is."""
    rows: list[Row] = []
    size = 0
    for item in items:
        if isinstance(item, RefusedRow):
            yield item
            continue
        rows.append(item)
        size += sum(len(value) for value in item.values() if isinstance(value, str))
        if len(rows) >= ROWS or size >= CHARACTERS:
            yield batch(relation, *rows)
            rows, size = [], 0
    if rows:
        yield batch(relation, *rows)
