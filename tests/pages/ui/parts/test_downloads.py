"""Files to take away: harmless CSV, exact Parquet, real SVG and PNG."""

import io
from functools import partial

import altair as alt
import polars as pl
import pytest

from pages.ui.parts import downloads
from warehouse import harmless


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_a_csv_is_a_formula(formula: str) -> None:
    text = downloads.csv(pl.DataFrame({"model": [formula, "plain", None], "n": [-1, 2, 3]}))
    back = pl.read_csv(io.BytesIO(text))
    assert back["model"].to_list() == [f"'{harmless.visible(formula)}", "plain", None]
    assert back["n"].to_list() == [-1, 2, 3]


def test_parquet_is_exact() -> None:
    frame = pl.DataFrame({"model": ["=1+1", None], "rate": [0.1, None]})
    assert pl.read_parquet(io.BytesIO(downloads.parquet(frame))).equals(frame)


def test_charts_become_pictures() -> None:
    draw = partial(alt.Chart, pl.DataFrame({"x": [1]}))
    chart = draw().mark_point().encode(x="x:Q")
    assert downloads.svg(lambda: chart).startswith(b"<svg")
    assert downloads.png(lambda: chart).startswith(b"\x89PNG")


def test_a_chart_takes_its_words_along_but_not_its_clicks() -> None:
    chart = alt.Chart(pl.DataFrame({"x": [1]})).mark_point().encode(x="x:Q")
    legend = "Hollow: not a result. Click a point, or a count, to read. Dashed: no interval."
    drawn = downloads.svg(lambda: downloads.explained(lambda: chart, legend)).decode()
    assert "Hollow: not a result." in drawn
    assert "Dashed: no interval." in drawn
    assert "Click" not in drawn
    assert downloads.explained(lambda: chart, "") is chart


def test_lists_are_joined_in_a_table_to_take_away() -> None:
    frame = pl.DataFrame({"flags": [["few", "unscored"], []]})
    assert downloads.csv(frame).decode().splitlines()[1:] == ["few; unscored", '""']
