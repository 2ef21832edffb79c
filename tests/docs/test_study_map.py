"""The published schema of study maps is the one that reads them, and the examples fit it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from docs import studymap
from pipeline.maps import mapping
from warehouse import definitions

ROOT = Path(__file__).parents[2]
MAPS = sorted((ROOT / "examples").glob("map*/*.yaml"))


def test_the_schema_is_the_one_that_reads() -> None:
    published = (ROOT / "docs" / "study-map.schema.json").read_text()
    assert published == studymap.schema(), "run make docs"


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_an_example_names_only_what_the_schema_has(path: Path) -> None:
    schema: dict[str, Any] = json.loads(studymap.schema())
    known = schema["$defs"]
    told: Any = definitions.parse(path.read_text(), path.name)
    assert set(told) <= set(known["Definition"]["properties"])
    for entry in told["files"]:
        assert set(entry) <= set(known["MapEntry"]["properties"])
    mapping.load(path)


def test_the_documented_map_is_one(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "formats.md").read_text()
    (told,) = re.findall(r"^``` yaml\n(.*?)^```", page, re.M | re.S)
    (tmp_path / "map.yaml").write_text(told)
    assert mapping.load(tmp_path / "map.yaml").definition.study == "cliffs"
