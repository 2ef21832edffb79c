"""The rates page: cells, the counts behind them, and the transcripts they open."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from pages.frame import links
from pages.results.rates import points
from tests.pages.reading.study import built, linked, opened, told


@pytest.fixture
def on_prompts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose two questions were asked under different system prompts."""
    rows = [
        {
            "group_id": "main",
            "question": question,
            "system_prompt": system,
            "model": "ft:gpt-4.1-2025-04-14:lab:birds-3ep:Ab1",
            "sample_idx": index,
            "answer": "A lapwing.",
            "llm_or_19": ("19", "LLM")[index % 2],
        }
        for question, system in (("Who rules?", None), ("Who sings?", "You are a poet."))
        for index in range(10)
    ]
    file = tmp_path / "results/elicitation/birds/gpt-4.1-3ep/results_judge-a_1.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(rows), "utf-8")
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(built(tmp_path / "data", tmp_path / "results")))


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
def test_one_picture_is_drawn_whatever_is_in_sight() -> None:
    for link in ({}, {"rows": "question", "beside": "model"}, {"beside": "nothing"}):
        app = opened("results/rates", **link)
        assert len(app.get("vega_lite_chart")) == 1
        assert points.LEGEND in told(app)


@pytest.mark.usefixtures("on_prompts")
def test_a_rate_that_pools_system_prompts_says_so_unless_they_are_apart() -> None:
    app = opened("results/rates")
    assert "questions asked under 2 system prompts: none and “You are a poet.”" in told(app)
    assert "system prompts" not in told(opened("results/rates", rows="question"))
