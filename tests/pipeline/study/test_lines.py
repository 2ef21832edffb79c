import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.study import lines
from pipeline.study.errors import FolderConflict
from pipeline.study.lines import GrowingFile
from tests.pipeline.study.lying import lying_in


def test_a_journal_holds_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.jsonl"
    with GrowingFile(path) as journal:
        journal.write([{"a": 1}, {"b": "ü\n"}])
        assert list(lying_in(path)) == [{"a": 1}, {"b": "ü\n"}]
        journal.write([])
    with GrowingFile(path) as journal:
        journal.write([{"c": 3}])
    assert [*lying_in(path)][-1] == {"c": 3}


@given(cut=st.integers(0, 40))
def test_an_unfinished_line_is_passed_over_and_dropped(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("cut") / "x.jsonl"
    content = b'{"a":1}\n{"b":2}\n{"c":"long value"}\n'
    path.write_bytes(content[:cut])
    whole = content[:cut].count(b"\n")
    assert len(list(lying_in(path))) == whole
    with GrowingFile(path) as journal:
        journal.write([{"new": True}])
    records = list(lying_in(path))
    assert len(records) == whole + 1
    assert records[-1] == {"new": True}


def test_a_long_unfinished_line_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"a":1}\n' + b"x" * 300_000)
    with GrowingFile(path):
        pass
    assert path.read_bytes() == b'{"a":1}\n'


def test_packing_is_reproducible_and_reads_alike(tmp_path: Path) -> None:
    path = tmp_path / "samples" / "run" / "x.jsonl"
    with GrowingFile(path) as journal:
        journal.write([{"n": n} for n in range(100)])
    content = path.read_bytes()
    (done,) = lines.pack(tmp_path)
    packed = done.read_bytes()
    assert not path.exists()
    assert gzip.decompress(packed) == content
    assert [record["n"] for record in lying_in(path)] == list(range(100))
    with pytest.raises(FolderConflict, match="packed"):
        GrowingFile(path)
    path.write_bytes(content)
    lines.pack(tmp_path)
    assert done.read_bytes() == packed


def test_a_file_is_replaced_at_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "x.json"
    lines.write_json(path, {"a": "ü"})
    lines.write_json(path, {"a": 2})
    assert json.loads(path.read_text()) == {"a": 2}
    assert [p.name for p in path.parent.iterdir()] == ["x.json"]
