"""The lake: shards appear whole or not at all, and nobody needs a lock."""

import errno
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.warehouse.tables import live
from warehouse import clock, shardframes
from warehouse.errors import CannotWrite
from warehouse.lake import Lake
from warehouse.register import Pointer
from warehouse.shardframes import small_relations
from warehouse.shards import Origin, bulk_files

PATH = Path("/study/results.json")


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
        "imported_at": clock.stamp(),
    }
    return Origin(**{**fields, **other})


def samples(*answers: str | None) -> pl.DataFrame:
    return pl.DataFrame(
        {"sample_key": range(len(answers)), "answer": pl.Series(answers, dtype=pl.String)}
    )


def put(lake: Lake, path: Path = PATH, *answers: str | None, **other: Any) -> str:
    """A file with these answers, imported."""
    made = origin(path=str(path), **other)
    with lake.writing():
        with lake.write(made) as writer:
            writer.take("sample", samples(*answers))
            writer.take("judge", pl.DataFrame({"judge_key": ["j"], "name": ["Judge"]}))
        lake.point([Pointer(path=str(path), shard=writer.name, size=5, mtime_ns=7)])
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
    monkeypatch.setattr(shardframes, "PART_ROWS", 4)
    with lake.writing(), lake.write(origin()) as writer:
        for _ in range(5):
            writer.take("sample", samples("a", "b"))
    shard = lake.shard(writer.name)
    assert shard is not None
    heights = [pl.read_parquet(f).height for f in bulk_files(lake.shards, [shard], "sample")]
    assert heights == [4, 4, 2]


def test_a_writer_that_fails_leaves_nothing(lake: Lake) -> None:
    def fail() -> None:
        with lake.writing(), lake.write(origin()) as writer:
            writer.take("sample", samples("a"))
            raise RuntimeError("the importer failed")

    with pytest.raises(RuntimeError, match="the importer failed"):
        fail()
    assert not lake.shards.exists()
    assert not list(lake.tmp.iterdir())


def test_the_same_shard_written_twice_at_once_is_one(lake: Lake) -> None:
    first, second = lake.write(origin()), lake.write(origin())
    with lake.writing(), first:
        first.take("sample", samples("a"))
        with second:
            second.take("sample", samples("a"))
    assert [folder.name for folder in lake.shards.iterdir()] == [first.name]
    assert not list(lake.tmp.iterdir())


def damage(file: Path, loss: str) -> None:
    content = file.read_bytes()
    if loss == "is missing":
        file.unlink()
    elif loss == "garbled":
        file.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    elif loss == "another file's":
        file.write_bytes(b"[]")
    elif loss == "shortened":
        file.write_bytes(content[:-1])
    else:
        file.unlink()
        file.mkdir()  # as good as unreadable, for whoever may read everything


LOSSES = ("is missing", "garbled", "another file's", "shortened", "unreadable")


@pytest.mark.parametrize("part", ["sample-0000.parquet", "shard.json"])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_shard_the_disk_damaged_is_named_and_mended_by_writing_it_again(
    lake: Lake, part: str, loss: str
) -> None:
    name = put(lake, PATH, "a", "b")
    damage(lake.shards / name / part, loss)
    assert lake.shard(name) is None
    whole, (found,) = lake.survey(lake.pointers())
    assert not whole
    assert found.source == str(PATH)
    assert found.file == lake.shards / name / part
    assert found.what.startswith(
        ("is missing", "is not what was written", "has ", "cannot be read")
    )
    put(lake, PATH, "a", "b")
    assert [shard.name for shard in live(lake)] == [name]
    assert lake.survey(lake.pointers())[1] == []


def test_a_shard_that_is_lost_whole_is_named(lake: Lake) -> None:
    name = put(lake, PATH, "a")
    shutil.rmtree(lake.shards / name)
    (found,) = lake.survey(lake.pointers())[1]
    assert found == (str(PATH), lake.shards / name / "shard.json", "is missing")


def test_a_shard_that_cannot_be_published_is_an_error(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(errno.ENOSPC, "the disk is full")

    with lake.writing():
        writer = lake.write(origin()).__enter__()
        writer.take("sample", samples("a"))
        monkeypatch.setattr(Path, "rename", fails)
        with pytest.raises(CannotWrite, match=r"No space left on device\). Free some room"):
            writer.__exit__(None)
    assert live(lake) == []
    assert not list(lake.tmp.iterdir())


def test_a_new_version_supersedes_and_two_paths_of_one_content_count_once(lake: Lake) -> None:
    put(lake, PATH, "old")
    new = put(lake, PATH, "new", sha256="cd" * 32)
    assert [shard.name for shard in live(lake)] == [new]
    put(lake, Path("/copy/results.json"), "new", sha256="cd" * 32)
    assert [shard.name for shard in live(lake)] == [new]
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
    here.forget([other])
    assert here.content() != there.content()


def test_forget_takes_a_file_or_a_folder_but_no_namesake(lake: Lake) -> None:
    paths = [Path(p) for p in ("/a/one.json", "/a/b/two.json", "/ab/three.json")]
    for path in paths:
        put(lake, path, "x", identity=str(path))
    assert lake.forget([Path("/a/b/two.json")]) == ["/a/b/two.json"]
    assert lake.forget([Path("/a")]) == ["/a/one.json"]
    assert [pointer.path for pointer in lake.pointers()] == ["/ab/three.json"]


def test_refusals_are_listed_with_a_limit(lake: Lake) -> None:
    with lake.writing(), lake.write(origin()) as writer:
        rows = [{"source_row": row, "reason": "odd", "raw": "?"} for row in range(5)]
        writer.take("quarantine", pl.DataFrame(rows))
    shard = lake.shard(writer.name)
    assert shard is not None
    assert (shard.refused, shard.taken) == (5, 0)
    assert lake.refusals(shard, 2) == [(0, "odd"), (1, "odd")]


class TestTidy:
    def test_what_nothing_needs_goes(self, lake: Lake) -> None:
        put(lake, PATH, "old")
        kept = put(lake, PATH, "kept", sha256="cd" * 32)
        shown = put(lake, PATH, "shown", sha256="ef" * 32)
        put(lake, Path("/another"), "new", sha256="01" * 32)
        put(lake, PATH, "kept", sha256="cd" * 32)
        lake.forget([Path("/another")])
        assert lake.tidy(keep=[shown]) == 2
        assert {folder.name for folder in lake.shards.iterdir()} == {kept, shown}

    def test_without_knowing_what_is_shown_no_shard_goes(self, lake: Lake) -> None:
        put(lake, PATH, "old")
        lake.forget([PATH])
        assert lake.tidy() == 0
        assert len(list(lake.shards.iterdir())) == 1

    def test_nothing_goes_while_somebody_writes(self, lake: Lake) -> None:
        put(lake, PATH, "old")
        lake.forget([PATH])
        left = lake.tmp / "left"
        left.mkdir()
        writer = subprocess.Popen(
            [
                *(sys.executable, "-c"),
                "import sys; from pathlib import Path; from warehouse.lake import Lake\n"
                "with Lake(Path(sys.argv[1])).writing():\n"
                "    print('writing', flush=True); sys.stdin.read()",
                str(lake.root.parent),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "writing\n"
            assert lake.tidy(keep=()) == 0
            assert left.exists()
        finally:
            writer.kill()
            writer.communicate()
        assert lake.tidy(keep=()) == 1
        assert not left.exists()

    def test_what_dead_writers_and_early_versions_left_goes(self, lake: Lake) -> None:
        put(lake, PATH, "a")
        (lake.tmp / "0123.4.some-host").mkdir()
        (lake.tmp / "0123.4.some-host" / "sample-0000.parquet").touch()
        (lake.tmp / "a file").touch()
        (lake.root / "current").mkdir()
        (lake.root / "current" / "x.json.1.ab").touch()
        lake.tidy(keep=())
        assert not list(lake.tmp.iterdir())
        assert not (lake.root / "current").exists()
        assert len(live(lake)) == 1

    def test_there_may_be_nothing_to_tidy(self, lake: Lake) -> None:
        assert lake.tidy(keep=()) == 0
        assert not lake.root.exists()


def test_what_is_written_only_its_owner_may_read(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    put(Lake(data), PATH, "a")
    paths = [tmp_path / "new", data, *data.rglob("*")]
    assert {oct(p.stat().st_mode & 0o777) for p in paths if p.is_dir()} == {"0o700"}
    assert {oct(p.stat().st_mode & 0o777) for p in paths if p.is_file()} == {"0o600"}
