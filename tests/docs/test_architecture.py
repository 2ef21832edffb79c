"""The way of an answer through the program is the one that the documentation walks."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
WALK = TEXT.partition("## One answer, from")[2].partition("\n## ")[0]
STEPS = re.findall(r"`([\w.]+)`\s+of\s+`([\w/]+)\.py`", WALK)
SQL = re.findall(r"`([\w/]+\.sql)`", TEXT)


@pytest.mark.parametrize(("name", "module"), STEPS)
def test_what_an_answer_passes_is_there(name: str, module: str) -> None:
    place: object = importlib.import_module(module.removesuffix("/__init__").replace("/", "."))
    for part in name.split("."):
        place = getattr(place, part)
    assert callable(place)


def test_the_walk_goes_from_the_file_to_the_cell() -> None:
    assert [module.split("/")[0] for _, module in STEPS].count("pages") >= 4
    assert STEPS[0] == ("find", "pipeline/importing/finding")
    assert ("heatmap", "pages/results/brittleness/heatmap") in STEPS
    named = set(re.findall(r"`([\w/]+\.py)`", WALK))
    assert named == {f"{module}.py" for _, module in STEPS}, "every file is named with a function"


@pytest.mark.parametrize("path", SQL)
def test_a_query_that_is_named_is_there(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("place", ["pages", "pipeline", "warehouse"])
def test_every_room_is_told(place: str) -> None:
    """Folders of pages and pipeline; of the warehouse, whose modules lie flat, those too."""
    inside = [path for path in (ROOT / place).iterdir() if path.name[0] not in "_."]
    rooms = [f"{path.name}/" for path in inside if path.is_dir()]
    if place == "warehouse":
        rooms += [path.name for path in inside if path.suffix == ".py"]
    assert rooms
    sections = {"judging/", "methods/", "reading/", "results/"}  # of the navigation: their pages
    told = {room for room in rooms if f"`{room}`" in TEXT or f"`{place}/{room}" in TEXT}
    assert not set(rooms) - told - sections
