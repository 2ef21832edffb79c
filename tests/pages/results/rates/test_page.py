"""The rates page: cells, the counts behind them, and the transcripts they open."""

from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.view import links
from tests.pages.reading.study import linked, opened, told


def table(app: AppTest) -> pl.DataFrame:
    return pl.from_pandas(app.dataframe[0].value)


def followed(address: str, **changes: str) -> AppTest:
    """The transcripts that a cell's link opens in a new tab."""
    parameters = parse_qs(urlsplit(address).query) | {k: [v] for k, v in changes.items()}
    return linked("reading/transcripts", parameters)


@pytest.mark.usefixtures("on_study")
def test_every_number_says_its_n_and_interval() -> None:
    app = opened("results/rates", experiment="insecure-code")
    assert "n = 3 · 1 question" in told(app)
    assert "not a result: only 3 counted, fewer than 10" in told(app)


@pytest.mark.usefixtures("on_study")
def test_the_ledger_stands_beside_the_rates() -> None:
    row = table(opened("results/rates", experiment="insecure-code")).row(0, named=True)
    ledger = ("n_planned", "n_refusal", "n_incoherent", "n_counted", "n_trait")
    assert [row[name] for name in ledger] == [5, 1, 1, 3, 2]


@pytest.mark.parametrize("column", list(links.ONLY))
@pytest.mark.usefixtures("on_study")
def test_a_count_opens_a_list_of_exactly_that_many(column: str) -> None:
    cells = table(opened("results/rates", order="name"))
    for row in cells.filter(pl.col(column) > 0).iter_rows(named=True):
        app = followed(row["read"], only=links.ONLY[column])
        noun = "answer" if row[column] == 1 else "answers"
        assert f"{row[column]:,} {noun}" in told(app)


@pytest.mark.parametrize("dimension", ["settings", "question", "question_group", "seed"])
@pytest.mark.usefixtures("on_study")
def test_dimensions_without_a_filter_open_the_same_answers(dimension: str) -> None:
    cells = table(opened("results/rates", rows=dimension, beside="nothing", experiment="birds"))
    assert cells.height >= 1
    for row in cells.iter_rows(named=True):
        app = followed(row["read"])
        assert f"{row['n_counted']:,} answer" in told(app)


@pytest.mark.usefixtures("on_study")
def test_cells_are_sorted_as_asked() -> None:
    high = table(opened("results/rates"))["rate"].drop_nulls().to_list()
    low = table(opened("results/rates", order="low"))["rate"].drop_nulls().to_list()
    assert high == sorted(high, reverse=True)
    assert low == sorted(low)


@pytest.mark.usefixtures("on_study")
def test_a_chart_stands_for_every_experiment_trait_and_judge() -> None:
    app = opened("results/rates")
    assert len(app.get("vega_lite_chart")) == 4
