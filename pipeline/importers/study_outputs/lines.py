"""What the readers of a study's files share: numbers as the lake holds them, and batches."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from msgspec import Meta

from pipeline.errors import RefusedRow
from pipeline.importers import Batch, batch

ROWS = 20_000
CHARACTERS = 16 * 2**20
"""How many rows, and characters in them, a batch holds."""

Row = dict[str, Any]

Key = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Count = Annotated[int, Meta(ge=0, le=2**53)]


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
