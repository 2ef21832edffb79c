"""What the readers of a study's files share: typed records line by line, and batches of rows."""

from collections import Counter
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
    return dealt(item if isinstance(item, RefusedRow) else (relation, item) for item in items)


def dealt(items: Iterable[tuple[str, Row] | RefusedRow]) -> Iterator[Batch | RefusedRow]:
    """Rows of several relations in batches of bounded size; what is refused passes as it is."""
    rows: dict[str, list[Row]] = {}
    size: Counter[str] = Counter()
    for item in items:
        if isinstance(item, RefusedRow):
            yield item
            continue
        relation, row = item
        held = rows.setdefault(relation, [])
        held.append(row)
        size[relation] += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(held) >= ROWS or size[relation] >= CHARACTERS:
            yield batch(relation, *held)
            held.clear()
            size[relation] = 0
    for relation, held in rows.items():
        if held:
            yield batch(relation, *held)
