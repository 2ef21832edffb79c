"""Parquet files, and Arrow files and streams as Hugging Face datasets are kept in."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.files import reading, sniffing
from pipeline.files.streaming import MAX_VALUE
from pipeline.foreign import arrowbodies, arrowtypes, savedsets
from pipeline.importers import Source

if TYPE_CHECKING:
    import pyarrow as pa

PARQUET, ARROW = b"PAR1", b"ARROW1"
STREAM = b"\xff\xff\xff\xff"
"""How an Arrow stream begins."""

ROWS = 500
"""How many rows become records at once."""

GROUP = 512 * 2**20
"""How many bytes a group of rows of a Parquet file may unfold to."""

BATCH = 2**30
"""How many bytes a part of an Arrow file may unfold to; what is not packed is mapped, not read."""


def is_columnar(head: bytes) -> bool:
    """Whether a file that begins so is one of these."""
    return head.startswith((PARQUET, ARROW, STREAM))


def records(source: Source) -> Iterator[list[reading.Row | RefusedRow]]:
    """The rows as records, numbered from 1, in chunks.

    Raises:
        RefusedFile: where the file is damaged, or unfolds to more than may be.
    """
    columns(source)
    number = 0
    with _reading():
        for batch in _batches(source):
            batch.validate(full=True)  # else a place that leads out of it ends the process
            for start in range(0, batch.num_rows, ROWS):
                part = arrowtypes.plain(batch.slice(start, ROWS))
                yield from _rows(part, number)
                number += part.num_rows


@contextmanager
def _reading() -> Iterator[None]:
    """Say of a file what its reader finds wrong with it.

    Raises:
        RefusedFile: where the reader finds it damaged.
    """
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError, OverflowError, LookupError, EOFError) as error:
        raise RefusedFile(f"it is damaged ({str(error)[:200]})") from None


def _rows(part: "pa.RecordBatch", before: int) -> Iterator[list[reading.Row | RefusedRow]]:
    """The records of a part; of a large one a row at a time."""
    if part.num_rows > 1 and part.get_total_buffer_size() > 0 and _size(part) > reading.CHUNK_SIZE:
        half = part.num_rows // 2
        yield from _rows(part.slice(0, half), before)
        yield from _rows(part.slice(half), before + half)
        return
    if part.num_rows == 1 and _size(part) > MAX_VALUE:
        yield [RefusedRow(before + 1, f"it is longer than {MAX_VALUE // 2**20} MB")]
        return
    found: list[dict[str, Any]] = part.to_pylist()
    yield list(enumerate(found, before + 1))


def _size(part: "pa.RecordBatch") -> int:
    """How many bytes the rows have once each is written out, dictionaries included."""
    import pyarrow as pa
    import pyarrow.compute as pc

    size = 0
    for column in part.columns:
        if pa.types.is_dictionary(column.type):
            lengths = pc.binary_length(column.dictionary).take(column.indices)
            size += pc.sum(lengths).as_py() or 0
        else:
            size += column.nbytes
    return size


def columns(source: Source) -> tuple[str, ...]:
    """The names of the columns, which a file without rows has as well.

    Raises:
        RefusedFile: where the file is damaged, or two of its columns have one name.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = _file(source)
    with _reading():
        if source.head.startswith(PARQUET):
            names = pq.read_schema(file).names
        else:
            opening = pa.ipc.open_file if source.head.startswith(ARROW) else pa.ipc.open_stream
            names = opening(file).schema.names
    if len(names) > sniffing.MOST_COLUMNS:
        raise RefusedFile(f"it has more than {sniffing.MOST_COLUMNS} columns")
    if len(set(names)) < len(names):
        twice = min(name for name in names if names.count(name) > 1)
        raise RefusedFile(f"two of its columns are called {twice!r}")
    return tuple(names)


def _file(source: Source) -> "pa.NativeFile":
    import pyarrow as pa

    content = source.content
    return pa.BufferReader(content) if content is not None else pa.memory_map(str(source.path))


def _batches(source: Source) -> Iterator["pa.RecordBatch"]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = _file(source)
    if source.head.startswith(PARQUET):
        whole = pq.ParquetFile(file)
        for group in range(whole.num_row_groups):
            if whole.metadata.row_group(group).total_byte_size > GROUP:
                raise RefusedFile(
                    f"one of its groups of rows unfolds to more than {GROUP // 2**20} MB; "
                    "write it with smaller ones"
                )
        # A text that repeats stays one text: what is packed cannot unfold to any size.
        texts = [f.name for f in whole.schema_arrow if pa.types.is_string(f.type)]
        left = whole.metadata.num_rows
        for batch in pq.ParquetFile(file, read_dictionary=texts).iter_batches(ROWS):
            left -= batch.num_rows
            yield batch
        if left:  # where a column is cut short, its reader ends without a word
            raise ValueError(f"{left:,} of its {whole.metadata.num_rows:,} rows cannot be read")
        return
    savedsets.check(source)
    is_file = source.head.startswith(ARROW)
    content = file.read_buffer()
    for size in arrowbodies.of_file(content) if is_file else arrowbodies.of_stream(content):
        if size > BATCH:
            raise RefusedFile(f"one of its batches has more than {BATCH // 2**20} MB")
    if is_file:
        opened = pa.ipc.open_file(content)
        yield from map(opened.get_batch, range(opened.num_record_batches))
    else:
        yield from pa.ipc.open_stream(content)
