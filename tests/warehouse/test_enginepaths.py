"""DuckDB reaches the folder that is meant, whatever it is called."""

from pathlib import Path

import duckdb
import polars as pl
import pytest

from warehouse import enginepaths

NAMES = ("plain", "a*b", "q?", "[a]", "back\\slash", "quo'te", "new\nline", "key=value")


@pytest.mark.parametrize("has_descriptors", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_parts_of_a_folder_are_read_and_no_namesake_s(
    name: str, has_descriptors: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_descriptors:  # as on macOS
        monkeypatch.setattr(enginepaths, "_DESCRIPTORS", tmp_path / "none")
    for folder, value in ((name, 1), ("axb", 2), ("qx", 2), ("a", 2)):
        (tmp_path / folder).mkdir(exist_ok=True)
        pl.DataFrame({"value": [value]}).write_parquet(tmp_path / folder / "part.parquet")
    file = f"{enginepaths.plain(tmp_path / name)}/part.parquet"
    found = duckdb.connect().execute(
        "select value from read_parquet($files, hive_partitioning = false)", {"files": [file]}
    )
    assert found.fetchall() == [(1,)]


@pytest.mark.parametrize("name", NAMES)
def test_a_database_is_written_and_read_where_it_is_meant(name: str, tmp_path: Path) -> None:
    path = tmp_path / name / "one.duckdb"
    path.parent.mkdir()
    with enginepaths.written(path) as place, duckdb.connect(place) as con:
        con.execute("create table one as select 1 as value")
    assert [file.name for file in path.parent.iterdir()] == ["one.duckdb"]
    with enginepaths.readable(path) as place:
        con = duckdb.connect(place, read_only=True)
    assert con.execute("from one").fetchall() == [(1,)]
    con.close()


def test_a_name_is_found_once_for_each_folder(tmp_path: Path) -> None:
    folder = tmp_path / "a*b"
    folder.mkdir()
    assert enginepaths.plain(folder) == enginepaths.plain(folder)
