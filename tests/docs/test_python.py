"""The cells of the page about Python run, one after another, and give what it says."""

import json
import re
from pathlib import Path
from typing import Any

import altair as alt
import polars as pl
import pytest
from click.testing import CliRunner

import brittlescope
from pipeline.cli import main
from tests.pages.reading import study
from tests.pages.results import treated
from warehouse.errors import InvalidDefinition, UnknownName

CELLS = re.compile(r"```python\n(.*?)```", re.S)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("python")
    treated.write(made)
    study.built(made / "data", made / "samples", made / "judgements")
    return made


def test_the_cells_run_in_order(root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    there: dict[str, Any] = {}
    cells = CELLS.findall((root / "docs" / "python.md").read_text("utf-8"))
    assert len(cells) == 5
    for cell in cells:
        exec(compile(cell, "docs/python.md", "exec"), there)
    assert there["rates"].height > 1
    assert there["answers"].height == 3
    assert "one of each question before a second of any (seed 7)" in there["drawn"].told
    assert isinstance(there["chart"], alt.TopLevelMixin)
    assert isinstance(there["heatmap"], alt.VConcatChart)
    assert (folder / "rates.html").stat().st_size > 1_000


def test_frames_are_what_the_commands_print(folder: Path) -> None:
    there = brittlescope.open(folder / "data")
    for command, frame in (("rates", there.rates()), ("effects", there.effects())):
        words = ["--data", str(folder / "data"), command, "--format", "json"]
        printed = json.loads(CliRunner().invoke(main, words).stdout)
        assert frame["rate"].to_list() == [row["rate"] for row in printed]
        assert set(frame.columns) | {"rule"} == set(printed[0])


def test_a_chart_of_effects_is_drawn_of_arms_with_a_control(folder: Path) -> None:
    there = brittlescope.open(folder / "data")
    assert isinstance(there.chart(kind="effects"), alt.TopLevelMixin)
    untuned = there.analysis(dataset="none")
    with pytest.raises(ValueError, match="nothing to draw for effects"):
        there.chart(untuned, "effects")
    assert isinstance(there.counts(), pl.DataFrame)


def test_what_there_is_not_is_named(folder: Path) -> None:
    there = brittlescope.open(folder / "data")
    with pytest.raises(UnknownName, match="Nothing is called 'modle'; there are"):
        there.analysis(modle="x")
    with pytest.raises(UnknownName, match="There is no rule 'lenient'"):
        there.analysis(rule="lenient")
    with pytest.raises(InvalidDefinition, match="margin must be a number"):
        there.analysis(margin="wide")
