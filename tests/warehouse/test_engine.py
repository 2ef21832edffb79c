"""The door to DuckDB: what goes in comes out, and what goes wrong is told in our words."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

from warehouse.engine import Engine, Parts, Reader, making
from warehouse.errors import BrittlescopeError, DamagedSnapshot, RefusedByEngine

COLUMNS = {"value": pl.Int64(), "later": pl.String()}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """One table of a hundred numbers."""
    path = tmp_path / "one.duckdb"
    with making(path) as maker:
        maker.load("number", pl.DataFrame({"n": range(100)}), "One row per number's value.")
        maker.enumerate("size", ["small", "it's large"])
        query = "select n, if(n < 9, 'small', 'it''s large')::size as size from number"
        maker.create("sized", query, "One row per number's size.")
    return path


def part(folder: Path, shard: str, frame: pl.DataFrame) -> str:
    (folder / shard).mkdir()
    frame.write_parquet(folder / shard / "part.parquet")
    return f"{shard}/part.parquet"


def test_what_was_made_is_read(database: Path) -> None:
    with Reader(database) as reader:
        assert reader.ask("select n from number order by n")["n"].to_list() == list(range(100))
        sizes = reader.ask("select size, count(*) as n from sized group by size order by size")
        assert sizes.rows() == [("small", 9), ("it's large", 91)]
        told = reader.ask("select comment from duckdb_tables() order by table_name")
        assert told["comment"].to_list() == [
            "One row per number's value.",
            "One row per number's size.",
        ]


def test_parameters_that_a_query_does_not_name_are_left_out(database: Path) -> None:
    with Reader(database) as reader:
        found = reader.ask("select n from number where n = $wanted", wanted=7, other=[1])
        assert found["n"].to_list() == [7]


def test_threads_that_share_a_reader_get_their_own_answers(database: Path) -> None:
    with Reader(database) as reader, ThreadPoolExecutor(4) as pool:
        asked = list(range(40))
        found = pool.map(lambda n: reader.ask("select $n + 0 * max(n) from number", n=n), asked)
        assert [frame.item() for frame in found] == asked


def test_a_reader_changes_nothing(database: Path) -> None:
    with Reader(database) as reader, pytest.raises(RefusedByEngine, match="read-only"):
        reader.ask("insert into number values (1)")


def test_a_wrong_question_is_no_damage(database: Path) -> None:
    with Reader(database) as reader, pytest.raises(RefusedByEngine, match="nothing") as told:
        reader.ask("select * from nothing")
    assert not told.value.is_damage


@pytest.mark.parametrize("content", [b"", b"no database" * 1000])
def test_what_is_no_database_is_told_as_damage(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "one.duckdb"
    path.write_bytes(content or b"\0" * 4096)
    with pytest.raises(DamagedSnapshot, match=r"one\.duckdb cannot be read .*brittlescope build"):
        Reader(path)


def test_memory_that_runs_out_is_told_in_a_sentence(tmp_path: Path) -> None:
    def exhaust() -> None:
        with making(tmp_path / "one.duckdb") as maker:
            maker.run("set memory_limit = '2MB'; set temp_directory = ''")
            maker.create("large", "select distinct repeat('x', 100) || range from range(500_000)")

    with pytest.raises(BrittlescopeError, match="Memory ran out"):
        exhaust()


def test_a_link_shows_the_parts_and_columns_that_older_ones_lack(tmp_path: Path) -> None:
    names = [
        part(tmp_path, "old", pl.DataFrame({"value": [1]})),
        part(tmp_path, "new", pl.DataFrame({"value": [2], "later": ["x"]})),
    ]
    with making(tmp_path / "one.duckdb") as maker:
        maker.run("create schema raw")
        maker.link("raw.linked", Parts(tmp_path, names), COLUMNS)
        maker.link("raw.none", Parts(tmp_path / "missing", []), COLUMNS)
        assert rows(maker, "raw.linked") == [("old", 1, None), ("new", 2, "x")]
        assert rows(maker, "raw.none") == []


def rows(engine: Engine, relation: str) -> list[tuple[object, ...]]:
    return engine.ask(f"select shard, value, later from {relation} order by value").rows()


def test_of_parts_those_are_read_that_can_be(database: Path, tmp_path: Path) -> None:
    good = part(tmp_path, "good", pl.DataFrame({"value": [1]}))
    bad = part(tmp_path, "bad", pl.DataFrame({"value": [2]}))
    (tmp_path / bad).write_bytes(b"PAR1 no parquet PAR1")
    text = "select value from read_parquet($files)"
    with Reader(database) as reader:
        some = reader.ask_parts(text, Parts(tmp_path, [good, bad]))
        assert some is not None
        assert some["value"].to_list() == [1]
        assert reader.ask_parts(text, Parts(tmp_path, [bad])) is None
