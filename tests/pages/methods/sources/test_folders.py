"""Which folders may be added from: the allowed ones, what is below, and nothing that leads out."""

from pathlib import Path

import pytest

from pages.methods.sources import folders


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    (folder / "nests" / ".hidden").mkdir(parents=True)
    (folder / "nests" / "gull.csv").touch()
    (tmp_path / "kept").mkdir()
    (folder / "out").symlink_to(tmp_path / "kept")
    (folder / "in").symlink_to(folder / "nests")
    return folder


def test_what_is_below_is_offered_without_links_and_hidden_folders(given: Path) -> None:
    found = folders.below([given])
    assert [folders.called(one, [given]) for one in found] == ["given", "given/nests"]


def test_folders_of_one_name_are_told_apart(tmp_path: Path) -> None:
    allowed = [tmp_path / "a" / "runs", tmp_path / "b" / "runs"]
    assert folders.called(allowed[0], allowed) == str(allowed[0])


@pytest.mark.parametrize("name", ["", "nests", "nests/../nests", "in"])
def test_a_folder_inside_is_what_it_really_is(given: Path, name: str) -> None:
    found = folders.settled(str(given / name), [given])
    assert isinstance(found, Path)
    assert found in (given, given / "nests")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../kept", "leads out"),
        ("/etc", "leads out"),
        ("out", "leads out"),
        ("../given-too", "leads out"),
        ("none", "is no folder"),
        ("nests/gull.csv", "is no folder"),
        ("\0", "is no path"),
    ],
)
def test_nothing_leads_out(given: Path, name: str, why: str) -> None:
    found = folders.settled(str(given / name), [given])
    assert isinstance(found, str)
    assert why in found


def test_nothing_is_allowed_where_nobody_allowed_it(given: Path) -> None:
    assert isinstance(folders.settled(str(given), []), str)
    assert folders.below([]) == []
