"""Files to take away: harmless CSV, exact Parquet, figures by panel."""

import io
import json
import zipfile
from pathlib import Path

import altair as alt
import polars as pl
import pytest

from pages.printing import downloads
from pages.ui.view import store
from warehouse import harmless, rules
from warehouse.analysis import Analysis, written
from warehouse.counting import Slice


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_a_csv_is_a_formula(formula: str) -> None:
    text = downloads.csv(pl.DataFrame({"model": [formula, "plain", None], "n": [-1, 2, 3]}))
    back = pl.read_csv(io.BytesIO(text))
    assert back["model"].to_list() == [f"'{harmless.visible(formula)}", "plain", None]
    assert back["n"].to_list() == [-1, 2, 3]


def test_parquet_is_exact() -> None:
    frame = pl.DataFrame({"model": ["=1+1", None], "rate": [0.1, None]})
    assert pl.read_parquet(io.BytesIO(downloads.parquet(frame))).equals(frame)


def chart() -> alt.VConcatChart:
    plot = alt.Chart(pl.DataFrame({"x": [1]})).mark_point().encode(x="x:Q")
    return alt.vconcat(plot.properties(title="Birds"), plot.properties(title="Cities / 2"))


def test_a_figure_takes_its_words_along_but_not_its_clicks() -> None:
    legend = "Hollow: not a result. Click a point, or a count, to read. Dashed: no interval."
    drawn = downloads.figure(chart, "svg", "double", downloads.ALL, legend, "n = 5.").decode()
    assert "Hollow: not a result." in drawn
    assert "Dashed: no interval." in drawn
    assert "n = 5." in drawn
    assert "Click" not in drawn


def test_every_panel_can_have_a_file_of_its_own() -> None:
    packed = downloads.figure(chart, "svg", "single", downloads.EACH, "", "n = 5.")
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        assert files.namelist() == ["01_birds.svg", "02_cities-2.svg"]
        words = [files.read(name).decode() for name in files.namelist()]
    assert ["Birds" in one for one in words] == [True, False]
    assert b"Cities" in downloads.figure(chart, "svg", "single", "1", "", "n = 5.")


def test_a_parquet_file_says_what_its_numbers_are_of(on_study: Path) -> None:
    view = Analysis(Slice(experiment=("birds",)), rules.named("published"), margin=0.1)
    about = downloads.metadata(view)
    data = downloads.parquet(pl.DataFrame({"rate": [0.1]}), about)
    kept = pl.read_parquet_metadata(io.BytesIO(data))
    found = written.from_json(json.loads(kept["brittlescope.analysis"]), rules.available())
    assert found == view
    assert "“" in kept["brittlescope.says"]
    assert kept["brittlescope.snapshot"] == store.opened().snapshot.path.stem


def test_lists_are_joined_in_a_table_to_take_away() -> None:
    frame = pl.DataFrame({"flags": [["few", "unscored"], []]})
    assert downloads.csv(frame).decode().splitlines()[1:] == ["few; unscored", '""']
