import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.study import layout
from pipeline.study.errors import FolderConflict
from pipeline.study.layout import Folder, Journal


def test_a_journal_holds_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.jsonl"
    with Journal(path) as journal:
        journal.write([{"a": 1}, {"b": "ü\n"}])
        assert list(layout.read(path)) == [{"a": 1}, {"b": "ü\n"}]
        journal.write([])
    with Journal(path) as journal:
        journal.write([{"c": 3}])
    assert [*layout.read(path)][-1] == {"c": 3}


@given(cut=st.integers(0, 40))
def test_an_unfinished_line_is_passed_over_and_dropped(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("cut") / "x.jsonl"
    content = b'{"a":1}\n{"b":2}\n{"c":"long value"}\n'
    path.write_bytes(content[:cut])
    whole = content[:cut].count(b"\n")
    assert len(list(layout.read(path))) == whole
    with Journal(path) as journal:
        journal.write([{"new": True}])
    records = list(layout.read(path))
    assert len(records) == whole + 1
    assert records[-1] == {"new": True}


def test_a_long_unfinished_line_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"a":1}\n' + b"x" * 300_000)
    with Journal(path):
        pass
    assert path.read_bytes() == b'{"a":1}\n'


@pytest.mark.parametrize("line", [b"{broken\n", b"[1]\n", b'"text"\n'])
def test_a_damaged_line_is_named(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"{}\n" + line)
    with pytest.raises(FolderConflict, match=r"x\.jsonl, line 2 is damaged"):
        list(layout.read(path))


def test_packing_is_reproducible_and_reads_alike(tmp_path: Path) -> None:
    path = tmp_path / "samples" / "run" / "x.jsonl"
    with Journal(path) as journal:
        journal.write([{"n": n} for n in range(100)])
    content = path.read_bytes()
    (done,) = layout.pack(tmp_path)
    packed = done.read_bytes()
    assert not path.exists()
    assert gzip.decompress(packed) == content
    assert [record["n"] for record in layout.read(path)] == list(range(100))
    with pytest.raises(FolderConflict, match="packed"):
        Journal(path)
    path.write_bytes(content)
    layout.pack(tmp_path)
    assert done.read_bytes() == packed


def test_a_file_is_replaced_at_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "x.json"
    layout.write_json(path, {"a": "ü"})
    layout.write_json(path, {"a": 2})
    assert json.loads(path.read_text()) == {"a": 2}
    assert [p.name for p in path.parent.iterdir()] == ["x.json"]


def test_sample_keys_are_stable_and_63_bits() -> None:
    key = layout.sample_key("0123456789abcdef", "run/eval", "question", 3)
    assert key == layout.sample_key("0123456789abcdef", "run/eval", "question", 3)
    assert key == 8_750_967_379_456_151_234
    keys = {layout.sample_key("s", "e", f"q{q}", i) for q in range(100) for i in range(100)}
    assert len(keys) == 10_000
    assert all(0 <= key < 2**63 for key in keys)


def test_a_folder_is_worked_in_by_one_process(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    with (
        folder.locked(),
        pytest.raises(FolderConflict, match="Another process"),
        folder.locked(),
    ):
        pass
    with folder.locked():
        assert folder.path.is_dir()


def test_only_its_owner_may_look_into_a_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "data" / "studies" / "out")
    with folder.locked():
        made = [folder.path, *folder.path.parents[:2]]
        assert {path.stat().st_mode & 0o777 for path in made} == {0o700}
