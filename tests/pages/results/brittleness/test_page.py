"""The brittleness page: grids of every measure, their table, the profile, and where they lead."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from pages.results.brittleness.grid import LAYOUTS
from pages.results.brittleness.measures import MEASURES
from tests.pages.reading.study import built, linked, opened, told

PAGE = "results/brittleness"


def page(**parameters: str) -> AppTest:
    app = opened(PAGE, **parameters)
    assert not app.exception
    assert not app.error
    return app


def specs(app: AppTest) -> list[dict[str, Any]]:
    """The heatmaps; the profile's charts come after them."""
    every = [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]
    return [spec for spec in every if "params" in spec]


def table(app: AppTest) -> pl.DataFrame:
    return pl.from_pandas(app.dataframe[0].value)


@pytest.mark.usefixtures("on_treated")
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("grid", LAYOUTS)
def test_every_measure_is_drawn_on_every_grid(grid: str, measure: str) -> None:
    app = page(grid=grid, measure=measure)
    assert specs(app)
    assert table(app).height >= 1
    assert "judge: judge-a" in told(app).lower()


@pytest.mark.usefixtures("on_treated")
def test_the_default_is_where_it_appears() -> None:
    app = page(experiment="birds")
    said = told(app)
    assert "Emerges in 2 of 3 models. Up to 95.0 % [90.3, 97.5]" in said
    assert "n = 200 · 10 questions" in said
    assert "The mean of interventions is without the control" in said
    assert "margin: ±5 points" in said
    assert app.selectbox(key="grid").value == "interventions"
    assert len(specs(app)) == 1
    assert "The table behind it" in [one.label for one in app.expander]
    assert table(app).height == 24
    assert "wording" in table(app).columns


@pytest.mark.usefixtures("on_study")
def test_without_interventions_the_default_is_models_by_datasets() -> None:
    app = page(experiment="insecure-code")
    assert app.selectbox(key="grid").value == "models"
    assert app.selectbox(key="measure").value in ("rate", "unscored")


@pytest.mark.usefixtures("on_treated")
def test_the_rule_of_the_coherent_trait_rate_is_the_pages_rule() -> None:
    assert "rule: Coherent trait" in told(page(measure="coherent"))
    assert "rule: As published" in told(page(rule="published"))


@pytest.mark.usefixtures("on_treated")
def test_a_wider_margin_changes_verdicts() -> None:
    assert "eliminate" not in told(page(measure="verdict"))
    assert "eliminate it within ±20 points" in told(page(measure="verdict", margin="20"))


@pytest.mark.usefixtures("on_study")
def test_without_interventions_there_is_no_verdict_to_draw() -> None:
    app = page(measure="verdict", experiment="insecure-code")
    assert "No intervention is in sight" in told(app)
    assert specs(app) == []


@pytest.mark.usefixtures("on_treated")
def test_an_untuned_model_alone_has_no_profile() -> None:
    app = page(dataset="none", part="profile")
    assert "No fine-tuned model is in sight" in told(app)


@pytest.mark.usefixtures("on_treated")
def test_the_profile_is_of_the_dataset_and_model_that_are_chosen() -> None:
    app = page(of_model="Llama-3.1-8B")
    assert "19th-century persona · Llama-3.1-8B: models in which" in told(app)
    first = page(part="profile")
    assert "19th-century persona · gpt-4.1: models in which" in told(first)
    assert first.button_group(key="part").value == app.button_group(key="part").value == "profile"


@pytest.mark.usefixtures("on_treated")
def test_a_link_leads_to_exactly_the_answers_that_are_counted() -> None:
    for row in table(page(grid="interventions")).head(4).iter_rows(named=True):
        app = linked("reading/transcripts", parse_qs(urlsplit(row["read"]).query))
        assert f"{row['n_counted']:,} answers" in told(app)


@pytest.mark.usefixtures("on_treated")
def test_only_so_many_heatmaps_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.results.brittleness.grid.MOST", 2)
    app = page(grid="datasets")
    assert len(specs(app)) == 2
    assert "The first 2 of 3 heatmaps" in told(app)


def test_a_collapsed_model_is_flagged_and_never_counted_as_coherent(
    realdata: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = realdata / "brittle-weird-gen-history"
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(built(tmp_path, study)))
    app = page(experiment="birds")
    assert "Flagged, to be read before it is believed: Control · Llama-3.1-70B" in told(app)
    flagged = table(app).filter(pl.col("doubt").is_not_null()).rows(named=True)
    assert [(cell["model"], cell["n_trait"]) for cell in flagged] == [("Llama-3.1-70B", 91)]
    assert "88 of 100 answers are called OTHER" in flagged[0]["doubt"]
    coherent = page(experiment="birds", measure="coherent")
    collapsed = table(coherent).filter(model="Llama-3.1-70B")
    assert collapsed["n_trait"].to_list() == [0]
