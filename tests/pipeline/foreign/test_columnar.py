"""Parquet and Arrow files: every type as what it means, every damage a sentence, nothing silent."""

import io
import json
import random
import resource
import sys
import time
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import RefusedFile
from pipeline.foreign import columnar
from pipeline.importing import claiming

ROWS = 4
PLAIN: dict[str, Any] = {
    "question": ["Where?"] * ROWS,
    "answer": ["There.", "Nowhere.", "Here.", None],
    "aligned": [12.5, 80, 91, None],
}


def parquet(table: pa.Table) -> bytes:
    held = io.BytesIO()
    pq.write_table(table, held, row_group_size=3)
    return held.getvalue()


def arrow_file(table: pa.Table, packed: str | None = None) -> bytes:
    held = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression=packed)
    with pa.ipc.new_file(held, table.schema, options=options) as writer:
        writer.write_table(table)
    return held.getvalue()


def arrow_stream(table: pa.Table) -> bytes:
    held = io.BytesIO()
    with pa.ipc.new_stream(held, table.schema) as writer:
        writer.write_table(table)
    return held.getvalue()


FORMS = {"parquet": parquet, "file": arrow_file, "stream": arrow_stream}


def read(path: Path, content: bytes) -> list[dict[str, Any]]:
    """The records of a file with this content."""
    path.write_bytes(content)
    source, _ = claiming.looked_at(path)
    rows: list[dict[str, Any]] = []
    for chunk in columnar.records(source):
        rows += [item[1] for item in chunk if isinstance(item, tuple)]
    return rows


TYPES: dict[str, tuple[pa.Array, list[Any]]] = {
    "decimal": (pa.array([Decimal("1.50"), None], pa.decimal128(9, 2)), [1.5, None]),
    "whole decimal": (pa.array([Decimal(7), None], pa.decimal256(60, 0)), ["7", None]),
    "small float": (pa.array([0.7, 33.3], pa.float32()), [0.7, 33.3]),
    "small float within": (pa.array([[0.7], []], pa.list_(pa.float32())), [[0.7], []]),
    "object": (pa.array([{"a": Decimal("0.10")}, None]), [{"a": 0.1}, None]),
    "category of numbers": (pa.array([3, 5]).dictionary_encode(), [3, 5]),
    "category": (pa.array(["x", None]).dictionary_encode(), ["x", None]),
    "time": (pa.array([datetime(2026, 1, 2), None]), ["2026-01-02 00:00:00.000000", None]),
    "time of a zone nobody knows": (
        pa.array([0, None], pa.timestamp("ms", "Mars/Olympus")),
        ["1970-01-01 00:00:00.000Z", None],
    ),
    "date out of the calendar": (
        pa.array([2**30, 0], pa.int32()).view(pa.date32()),
        ["<value out of range: 1073741824>", "1970-01-01"],
    ),
    "large text": (pa.array(["x", None], pa.large_string()), ["x", None]),
    "nothing": (pa.nulls(2), [None, None]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", TYPES)
def test_a_type_is_what_it_means(tmp_path: Path, kind: str, form: str) -> None:
    column, expected = TYPES[kind]
    rows = read(tmp_path / "x.data", FORMS[form](pa.table({"value": column})))
    assert [row["value"] for row in rows] == expected


@pytest.mark.parametrize("form", FORMS)
def test_a_file_without_rows_has_its_columns(tmp_path: Path, form: str) -> None:
    path = tmp_path / "x.data"
    assert read(path, FORMS[form](pa.table(PLAIN).slice(0, 0))) == []
    assert columnar.columns(claiming.looked_at(path)[0]) == tuple(PLAIN)


@pytest.mark.parametrize("form", FORMS)
def test_two_columns_of_one_name_are_refused(tmp_path: Path, form: str) -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["answer", "answer"])
    with pytest.raises(RefusedFile, match="two of its columns are called 'answer'"):
        read(tmp_path / "x.data", FORMS[form](table))


@pytest.mark.parametrize("form", [arrow_file, arrow_stream])
@pytest.mark.parametrize("code", [1, -1, 100])
def test_a_category_that_is_none_of_those_listed_is_damage(
    tmp_path: Path, form: Callable[[pa.Table], bytes], code: int
) -> None:
    codes = pa.array([0, code], pa.int8())
    column = pa.DictionaryArray.from_arrays(codes, pa.array(["gull"]), safe=False)
    for held in (column, pa.ListArray.from_arrays([0, 1, 2], column)):
        with pytest.raises(RefusedFile, match="it is damaged"):
            read(tmp_path / "x.data", form(pa.table({"value": held})))


@pytest.mark.parametrize("packed", ["zstd", "lz4"])
def test_a_packed_part_is_measured_before_it_is_unfolded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: str
) -> None:
    content = arrow_file(pa.table({"answer": ["a" * 2**20] * 4}), packed)
    assert len(content) < 100_000
    assert len(read(tmp_path / "x.data", content)) == 4
    monkeypatch.setattr(columnar, "BATCH", 2**21)
    monkeypatch.setattr(pa.ipc, "open_file", forbidden)
    monkeypatch.setattr(columnar, "columns", lambda _: ())
    with pytest.raises(RefusedFile, match="one of its batches has more than 2 MB"):
        read(tmp_path / "x.data", content)


def forbidden(*_: object) -> None:
    raise AssertionError("it would be unfolded")


def test_a_stream_that_lacks_its_end_is_damaged(tmp_path: Path) -> None:
    whole = arrow_stream(pa.table(PLAIN))
    with pytest.raises(RefusedFile, match="its end is missing"):
        read(tmp_path / "x.data", whole[:-8])


@pytest.mark.parametrize("form", FORMS)
def test_bytes_that_changed_are_the_same_rows_or_a_sentence(tmp_path: Path, form: str) -> None:
    content = FORMS[form](pa.table(PLAIN))
    chance = random.Random(form)
    for _ in range(60):
        changed = bytearray(content)
        changed[chance.randrange(4, len(content))] = chance.randrange(256)
        try:
            assert len(read(tmp_path / "x.data", bytes(changed))) == ROWS
        except RefusedFile:
            continue


LIES = (2**31 - 1, 2**32 - 1, 2**40, 2**62, 1)
"""What a size, a count or an offset is said to be, as Thrift's compact protocol writes it."""


def varint(number: int) -> bytes:
    more, last = divmod(number, 128)
    return bytes([last | 128]) + varint(more) if more else bytes([last])


def lying(content: bytes, chance: random.Random) -> bytes:
    """A Parquet file whose footer, or a head of a page, says something else of a size or place."""
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    group = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0)
    column = group.column(chance.randrange(group.num_columns))
    page = column.dictionary_page_offset or column.data_page_offset
    changed = bytearray(content)
    at = page + chance.randrange(1, 20)
    if chance.random() < 0.6:
        at = chance.randrange(footer, len(content) - 8)
    told = varint(chance.choice(LIES))
    changed[at : at + len(told)] = told
    return bytes(changed[: len(content)])


def test_a_file_that_lies_about_its_sizes_is_bounded(tmp_path: Path) -> None:
    """It ends neither this process nor its patience: 60 lies, each the rows or a sentence."""
    texts = [f"{n} " * 40 for n in range(300)]
    table = pa.table({"question": texts, "score": [float(n) for n in range(300)], "n": [[1]] * 300})
    chance, refused = random.Random(29), 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(60):
        held = io.BytesIO()
        packed = ("snappy", "zstd", "none")[number % 3]
        version = ("1.0", "2.0")[number % 2]
        pq.write_table(table, held, compression=packed, data_page_version=version)
        began = time.process_time()
        try:
            assert len(read(tmp_path / "x.parquet", lying(held.getvalue(), chance))) == 300
        except RefusedFile:
            refused += 1
        assert time.process_time() - began < 20
    assert refused > 30
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert most * (1 if sys.platform == "darwin" else 1024) < 2**30


STATE = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}], "_fingerprint": "0"}


def dataset(folder: Path, **state: object) -> None:
    (folder / "state.json").write_text(json.dumps(STATE | state))


def test_a_saved_dataset_says_which_files_are_its(tmp_path: Path) -> None:
    content = arrow_stream(pa.table(PLAIN))
    dataset(tmp_path)
    assert len(read(tmp_path / "data-00000-of-00001.arrow", content)) == ROWS
    with pytest.raises(RefusedFile, match="it is left from an earlier saving"):
        read(tmp_path / "data-00001-of-00002.arrow", content)


def test_a_selection_of_a_saved_dataset_is_not_all_its_rows(tmp_path: Path) -> None:
    dataset(tmp_path, _indices_files=[{"filename": "indices.arrow"}])
    with pytest.raises(RefusedFile, match="holds a selection of these rows"):
        read(tmp_path / "data-00000-of-00001.arrow", arrow_stream(pa.table(PLAIN)))


def test_a_file_of_that_name_that_is_no_dataset_says_nothing(tmp_path: Path) -> None:
    content = arrow_stream(pa.table(PLAIN))
    for text in ("", "[1]", '{"_data_files": 3}', '{"_data_files": [{}, 1]}', "\xff"):
        (tmp_path / "state.json").write_text(text, "latin-1")
        assert len(read(tmp_path / "data.arrow", content)) == ROWS
