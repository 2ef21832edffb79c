"""What mends a lake is told as its files were imported, and on a page."""

import shlex
from pathlib import Path

import pytest

from warehouse.lake import Damage, Lake
from warehouse.mending import again, commands, described
from warehouse.register import Pointer


def words(line: str) -> list[str]:
    return shlex.split(line.split(": ", 1)[1])


def named(folder: Path, count: int) -> list[str]:
    """Files in folders of four, of which the lake knows."""
    paths = [folder / f"study/{n // 4}/{n}.json" for n in range(count)]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return [str(path) for path in paths]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def known(data: Path, paths: list[str], *options: str) -> None:
    lake = Lake(data)
    lake.register.add([Pointer(path=path, shard="s", options=options) for path in paths])


def test_what_is_damaged_is_named_with_what_mends_it(tmp_path: Path) -> None:
    here = tmp_path / "it's here.json"
    here.touch()
    found = described(
        [Damage(str(here), Path("a"), "is missing"), Damage("/gone", Path("b"), "is short")],
        Path("my data"),
    )
    assert found.splitlines()[:2] == ["a is missing", "b is short"]
    (imported,) = [line for line in found.splitlines() if line.startswith("Import")]
    assert words(imported) == ["brittlescope", "--data", "my data", "import", str(here)]
    assert found.endswith("brittlescope --data 'my data' forget /gone")


def test_many_are_counted(data: Path) -> None:
    damages = [Damage("", Path(f"f{n}"), "is missing") for n in range(12)]
    assert "and 2 more; brittlescope verify --verbose names them all" in described(damages, data)
    assert described(damages, data).endswith("Import again whatever was imported here.")
    assert "f11 is missing" in described(damages, data, verbose=True)


def test_files_are_imported_again_as_they_were(data: Path, tmp_path: Path) -> None:
    one, two, three = named(tmp_path, 3)
    known(data, [one], "--as", "em-csv", "--map", "/m y.yaml")
    known(data, [two, three])
    first, second = commands([one, two, three], data)
    assert words(first)[3:] == ["import", one, "--as", "em-csv", "--map", "/m y.yaml"]
    assert words(second)[3:] == ["import", two, three]
    assert again(Lake(data), one) == f"import {one} again with --as em-csv --map '/m y.yaml'"
    assert again(Lake(data), two) == f"import {two} again"


def test_many_files_are_named_by_their_folders(data: Path, tmp_path: Path) -> None:
    paths = named(tmp_path, 24)
    known(data, paths, "--map", "/m.yaml")
    command, rest = commands(paths, data)
    folders = sorted({str(Path(path).parent) for path in paths})
    assert words(command)[3:] == ["import", *folders, "--map", "/m.yaml"]
    assert rest == "These are 24 files; brittlescope verify --verbose names each."
    (whole,) = commands(paths, data, verbose=True)
    assert words(whole)[3:] == ["import", *paths, "--map", "/m.yaml"]


def test_folders_of_folders_are_named_where_there_are_many(data: Path, tmp_path: Path) -> None:
    paths = named(tmp_path, 80)
    known(data, paths)
    assert words(commands(paths, data)[0])[3:] == ["import", str(tmp_path / "study")]


@pytest.mark.parametrize("shard", [None, "other"])
def test_no_folder_is_named_that_holds_what_was_forgotten_or_told_otherwise(
    shard: str | None, data: Path, tmp_path: Path
) -> None:
    paths = named(tmp_path, 24)
    known(data, paths)
    other = Pointer(path=f"{tmp_path}/study/0/x.json", shard=shard, options=("--map", "/m.yaml"))
    Lake(data).register.add([other])
    command, rest = commands(paths, data)
    assert words(command)[3:] == ["import", *paths[:10]]
    assert rest == "and 14 more files; brittlescope verify --verbose names them all"
