"""Cells as rows: in words to look at, in names to take away, and where a click leads."""

from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest

from pages.results.brittleness import grid, measures, table
from pages.ui.parts import bounded
from pages.ui.view import store
from pages.ui.words import columns
from warehouse import rules
from warehouse.analysis import Analysis
from warehouse.counting import Slice

VIEW = Analysis(Slice(experiment=("birds",)), rules.named("published"), "new-prompts", margin=0.1)
LAYOUT = grid.LAYOUTS["interventions"]


def found(measure: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    return measures.of(VIEW, measure), store.counts(VIEW.slice, VIEW.rule)


@pytest.mark.usefixtures("on_treated")
def test_values_are_shares_to_take_away_and_shown_in_percent() -> None:
    cells, _ = found("rate")
    shown, raw = table.of(cells, "rate", LAYOUT, VIEW), table.raw(cells, "rate", VIEW)
    assert columns.shown(shown)["rate"].max() == pytest.approx(95)
    assert raw["rate"].max() == pytest.approx(0.95)
    assert raw.select("rule", "margin").unique().row(0) == ("published", 0.1)
    assert {"low", "high", "n_trait", "n_counted", "unit", "doubt"} <= set(raw.columns)


@pytest.mark.usefixtures("on_treated")
@pytest.mark.parametrize("measure", measures.MEASURES)
def test_every_measure_is_called_what_it_is(measure: str) -> None:
    cells, _ = found(measure)
    columns = table.of(cells, measure, LAYOUT, VIEW).columns
    assert set(measures.MEASURES[measure].columns) < set(columns)
    assert "value" not in columns


@pytest.mark.usefixtures("on_treated")
def test_every_row_links_to_its_answers() -> None:
    cells, _ = found("rate")
    shown = table.of(cells, "rate", LAYOUT, VIEW)
    row = shown.filter(dataset="Untuned (no dataset)", model="Qwen3-32B").row(0, named=True)
    parameters = parse_qs(urlsplit(row["read"]).query)
    assert parameters["dataset"] == ["none"]
    assert parameters["model"] == ["Qwen3-32B"]
    assert parameters["only"] == ["counted"]


@pytest.mark.usefixtures("on_treated")
def test_a_long_table_has_clickable_counts_alone() -> None:
    cells, _ = found("rate")
    many = pl.concat([cells] * 30)
    assert many.height > bounded.LINKED
    assert "read" not in table.of(many, "rate", LAYOUT, VIEW).columns


@pytest.mark.usefixtures("on_treated")
@pytest.mark.parametrize(
    ("measure", "intervention", "page", "only"),
    [
        ("rate", "time-1850", "reading/transcripts", ["counted"]),
        ("unscored", "time-1850", "reading/transcripts", ["planned"]),
        ("verdict", "time-1850", "results/interventions", None),
        ("emergence", "time-1850", "results/interventions", None),
        ("emergence", "none", "reading/transcripts", ["counted"]),
    ],
)
def test_a_click_leads_to_the_comparison_or_the_answers(
    measure: str, intervention: str, page: str, only: list[str] | None
) -> None:
    cells, counts = found(measure)
    row = cells.filter(pl.col("dataset") != "none", intervention=intervention).row(0, named=True)
    script, parameters = table.opened(row, measure, LAYOUT, VIEW, counts)
    assert script == page
    assert parameters["intervention"] == [intervention]
    assert parameters["margin"] == ["10"]
    assert parameters.get("only") == only
