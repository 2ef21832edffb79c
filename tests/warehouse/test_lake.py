"""The lake: shards appear whole or not at all, and nobody needs a lock."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from warehouse import lake as lakes
from warehouse.lake import Lake, Origin, bulk_files, small_relations

PATH = Path("/study/results.json")
OLD = 0


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def origin(**other: Any) -> Origin:
    fields: dict[str, Any] = {
        "path": str(PATH),
        "sha256": "ab" * 32,
        "size": 5,
        "mtime_ns": 7,
        "identity": "study/results.json",
        "importer": "some",
        "version": 1,
        "imported_at": lakes.now(),
    }
    return Origin(**{**fields, **other})


def samples(*answers: str | None) -> pl.DataFrame:
    return pl.DataFrame(
        {"sample_key": range(len(answers)), "answer": pl.Series(answers, dtype=pl.String)}
    )


def put(lake: Lake, path: Path = PATH, *answers: str | None, **other: Any) -> str:
    """A file with these answers, imported."""
    made = origin(path=str(path), **other)
    with lake.write(made) as writer:
        writer.take("sample", samples(*answers))
        writer.take("judge", pl.DataFrame({"judge_key": ["j"], "name": ["Judge"]}))
    lake.point(path, made, writer.name)
    return writer.name


def test_a_shard_comes_back_as_it_was_written(lake: Lake) -> None:
    name = put(lake, PATH, "wren", None, "")
    shard = lake.shard(name)
    assert shard is not None
    assert (shard.taken, shard.refused, shard.rows) == (3, 0, {"sample": 3, "judge": 1})
    (file,) = bulk_files(lake.shards, [shard], "sample")
    found = pl.read_parquet(file)
    assert found["answer"].to_list() == ["wren", None, ""]
    assert found["answer_chars"].to_list() == [4, None, 0]
    assert small_relations([shard])["judge"].row(0, named=True)["name"] == "Judge"
    pointer = lake.pointer(PATH)
    assert pointer is not None
    assert (pointer.shard, pointer.size, pointer.mtime_ns) == (name, 5, 7)


def test_equal_answers_have_equal_hashes_that_never_change(lake: Lake) -> None:
    shard = lake.shard(put(lake, PATH, "abc", "abc", "owl"))
    assert shard is not None
    first, second, third = pl.read_parquet(next(bulk_files(lake.shards, [shard], "sample")))[
        "answer_hash"
    ]
    assert first == second == 0x78AF5F94892F3950 >> 1  # XXH3's 64 bits, without the last
    assert third != first


def test_long_input_goes_to_disk_in_parts(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lakes, "PART_ROWS", 4)
    with lake.write(origin()) as writer:
        for _ in range(5):
            writer.take("sample", samples("a", "b"))
    shard = lake.shard(writer.name)
    assert shard is not None
    heights = [pl.read_parquet(f).height for f in bulk_files(lake.shards, [shard], "sample")]
    assert heights == [4, 4, 2]


def test_a_writer_that_fails_leaves_nothing(lake: Lake) -> None:
    def fail() -> None:
        with lake.write(origin()) as writer:
            writer.take("sample", samples("a"))
            raise RuntimeError("the importer failed")

    with pytest.raises(RuntimeError, match="the importer failed"):
        fail()
    assert not lake.shards.exists()
    assert not list(lake.tmp.iterdir())


def test_the_same_shard_written_twice_at_once_is_one(lake: Lake) -> None:
    first, second = lake.write(origin()), lake.write(origin())
    with first:
        first.take("sample", samples("a"))
        with second:
            second.take("sample", samples("a"))
    assert [folder.name for folder in lake.shards.iterdir()] == [first.name]
    assert not list(lake.tmp.iterdir())


@pytest.mark.parametrize("loss", ["gone", "short", "description"])
def test_a_shard_the_disk_damaged_is_left_out_and_can_be_written_again(
    lake: Lake, loss: str
) -> None:
    name = put(lake, PATH, "a", "b")
    part = lake.shards / name / "sample-0000.parquet"
    if loss == "gone":
        part.unlink()
    elif loss == "short":
        part.write_bytes(part.read_bytes()[:-1])
    else:
        (lake.shards / name / "shard.json").write_bytes(b"")
    assert lake.shard(name) is None
    assert lake.live() == []
    put(lake, PATH, "a", "b")
    assert [shard.name for shard in lake.live()] == [name]


def test_a_shard_that_cannot_be_published_is_an_error(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError("the disk is full")

    writer = lake.write(origin()).__enter__()
    writer.take("sample", samples("a"))
    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(OSError, match="the disk is full"):
        writer.__exit__(None)
    assert lake.live() == []
    assert not list(lake.tmp.iterdir())


def test_a_new_version_supersedes_and_two_paths_of_one_content_count_once(lake: Lake) -> None:
    put(lake, PATH, "old")
    new = put(lake, PATH, "new", sha256="cd" * 32)
    assert [shard.name for shard in lake.live()] == [new]
    put(lake, Path("/copy/results.json"), "new", sha256="cd" * 32)
    assert [shard.name for shard in lake.live()] == [new]
    assert len(lake.pointers()) == 2


def test_the_name_of_the_content_changes_with_the_content_alone(tmp_path: Path) -> None:
    here, there = Lake(tmp_path / "here"), Lake(tmp_path / "there")
    other = Path("/other.json")
    for lake, order in ((here, (PATH, other)), (there, (other, PATH))):
        empty = lake.content()
        for path in order:
            put(lake, path, "a", identity=str(path))
        assert lake.content() != empty
    assert here.content() == there.content()
    here.forget(other)
    assert here.content() != there.content()


def test_forget_takes_a_file_or_a_folder_but_no_namesake(lake: Lake) -> None:
    paths = [Path(p) for p in ("/a/one.json", "/a/b/two.json", "/ab/three.json")]
    for path in paths:
        put(lake, path, "x", identity=str(path))
    assert lake.forget(Path("/a/b/two.json")) == ["/a/b/two.json"]
    assert lake.forget(Path("/a")) == ["/a/one.json"]
    assert [pointer.path for pointer in lake.pointers()] == ["/ab/three.json"]


def test_refusals_are_listed_with_a_limit(lake: Lake) -> None:
    with lake.write(origin()) as writer:
        rows = [{"source_row": row, "reason": "odd", "raw": "?"} for row in range(5)]
        writer.take("quarantine", pl.DataFrame(rows))
    shard = lake.shard(writer.name)
    assert shard is not None
    assert (shard.refused, shard.taken) == (5, 0)
    assert lake.refusals(shard, 2) == [(0, "odd"), (1, "odd")]


class TestSweep:
    def test_unneeded_shards_go_once_they_are_old(self, lake: Lake) -> None:
        old = put(lake, PATH, "old")
        kept = put(lake, PATH, "kept", sha256="cd" * 32)
        shown = put(lake, PATH, "shown", sha256="ef" * 32)
        new = put(lake, PATH, "new", sha256="01" * 32)
        lake.forget(PATH)
        for name in (old, kept, shown):
            os.utime(lake.shards / name, (OLD, OLD))
        lake.renew(kept)
        lake.renew("a shard there is not")
        assert lake.sweep(keep=[shown]) == 1
        assert {folder.name for folder in lake.shards.iterdir()} == {kept, shown, new}

    def test_what_a_path_points_at_stays_however_old(self, lake: Lake) -> None:
        os.utime(lake.shards / put(lake, PATH, "a"), (OLD, OLD))
        assert lake.sweep(keep=()) == 0
        assert len(lake.live()) == 1

    def test_leftovers_of_dead_writers_go_and_those_of_living_ones_stay(self, lake: Lake) -> None:
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        here = socket.gethostname()
        stay = {f"a.{os.getpid()}.{here}", "b.1.some.other-host", "stray", "", lake.room().name}
        old = {"c.1.some.other-host", "old stray", f"d.x.{here}"}
        for name in (stay | old | {f"e.{dead.pid}.{here}"}) - {""}:
            (lake.tmp / name).mkdir(parents=True)
        for name in old:
            os.utime(lake.tmp / name, (OLD, OLD))
        lake.sweep(keep=())
        assert {folder.name for folder in lake.tmp.iterdir()} == stay - {""}

    def test_half_written_pointers_go_once_they_are_old(self, lake: Lake) -> None:
        put(lake, PATH, "a")
        old, new = lake.current / ".x.json.1.ab", lake.current / ".y.json.1.cd"
        for file in (old, new):
            file.touch()
        os.utime(old, (OLD, OLD))
        lake.sweep(keep=())
        assert not old.exists()
        assert new.exists()
        assert len(lake.pointers()) == 1

    def test_there_may_be_nothing_to_sweep(self, lake: Lake) -> None:
        assert lake.sweep(keep=()) == 0


def test_replace_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pointer"
    lakes.replace(path, b"first")

    def fails(_: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="full"):
        lakes.replace(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]
