"""The interventions page: every comparison, its figures, and the transcripts they open."""

import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from pages.frame import bound
from pages.results.interventions import SECTIONS, panels
from tests.pages.reading.study import linked, opened, told
from tests.pipeline import mapped

PAGE = "results/interventions"


def page(**parameters: str) -> AppTest:
    app = opened(PAGE, **parameters)
    assert not app.exception
    assert not app.error
    return app


def table(app: AppTest) -> pl.DataFrame:
    return pl.from_pandas(app.dataframe[0].value)


def specs(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]


def frames(app: AppTest) -> list[pl.DataFrame]:
    """What each chart draws, what it is seen beside left out."""
    return [
        pl.read_ipc_stream(io.BytesIO(chart.proto.datasets[-1].data.data))
        for chart in app.get("vega_lite_chart")
    ]


def lines(app: AppTest) -> pl.DataFrame:
    """The lines of all charts, without headings; with the name and the text of each."""
    found = pl.concat(frames(app), how="diagonal_relaxed").filter(pl.col("cell").is_not_null())
    parts = pl.col("line").str.split("\n")
    return found.with_columns(called=parts.list[0], written=parts.list[-2])


def heads_of(app: AppTest) -> list[str]:
    """The headings of the forest, with what their arms are compared with."""
    every = pl.concat(frames(app), how="diagonal_relaxed")
    return every["whole"].drop_nulls().to_list()


def line(app: AppTest, intervention: str) -> dict[str, Any]:
    """The first line of an intervention."""
    found = lines(app).filter(pl.col("Intervention").str.starts_with(intervention))
    return found.row(0, named=True)


def followed(address: str) -> AppTest:
    """The transcripts that a link opens in a new tab."""
    return linked("reading/transcripts", parse_qs(urlsplit(address).query))


@pytest.mark.usefixtures("on_treated")
def test_one_sentence_counts_the_verdicts_on_screen() -> None:
    said = told(page())
    assert "10 of 17 comparisons reduce it; 1 increases it; 5 are inconclusive" in said
    assert "The most: Identity: etymologist (gpt-4.1), −90 points [" in said
    assert "n = 200 · 10 questions" in said
    assert "q is p adjusted for all 15 comparisons (jointly), hidden ones too." in said
    assert "margin: ±5 points" in said


@pytest.mark.usefixtures("on_treated")
def test_margin_and_adjustment_decide_the_verdicts() -> None:
    assert "eliminate it" not in told(page(model="gpt-4.1"))
    wide = told(page(margin="20", model="gpt-4.1"))
    assert "eliminate it within ±20 points" in wide
    assert "all 15 comparisons (Holm)" in told(page(adjust="holm"))
    assert "p is not adjusted for the 15 comparisons" in told(page(adjust="none"))


@pytest.mark.usefixtures("on_treated")
def test_every_control_has_a_group_with_its_own_references_in_one_picture() -> None:
    app = page(experiment="birds")
    assert len(specs(app)) == 2  # the forest, and the dose curve beside it
    heads = heads_of(app)
    assert heads == [
        "gpt-4.1 · control 90 % · untuned model 0 %",
        "Llama-3.1-8B · control 30 % · untuned model 5 %",
        "Qwen3-32B · control 0 % · untuned model 0 %",
        "gpt-4.1 · at evaluation: Inoculation: user prompt · control 95 %",
        "gpt-4.1 · at evaluation: Identity: etymologist",
    ]
    found = lines(app)
    control = found.filter(pl.col("control").is_not_null())
    assert control["control"].unique().to_list() == [0]
    assert found["untuned"].unique().drop_nulls().round().to_list() == [-90, -25, 0]
    # Evaluated with a text that the control was not evaluated with.
    assert "no control to compare with" in found["missing"].to_list()


@pytest.mark.usefixtures("on_treated")
def test_arms_stand_by_kind_and_in_a_kind_by_effect() -> None:
    found = lines(page(model="gpt-4.1", experiment="birds", eval_intervention="none"))
    assert found["called"].to_list()[:5] == [
        "Identity: etymologist",
        "Identity: alex · 9 epochs",
        "Intent: study",
        "Intent: workout",
        "Identity + intent: etymologist, study",
    ]


@pytest.mark.usefixtures("on_treated")
def test_what_an_intervention_says_is_in_its_tooltip_and_below_the_picture() -> None:
    app = page(experiment="birds")
    assert line(app, "Inoculation: user prompt")["Text"].startswith("“Be old.”")
    assert line(app, "Intent: study")["Text"] == "text not recorded (before the prompt)"
    assert "What the interventions say" in [one.label for one in app.expander]


@pytest.mark.usefixtures("on_treated")
def test_what_is_not_a_result_or_has_flags_says_so() -> None:
    alex = line(page(), "Identity: alex")
    assert not alex["is_result"]
    assert alex["group"] == "Inconclusive"
    assert "settings differ: 9 epochs against 3 epochs" in alex["Flags"]
    assert "not a result: 20.0 % unscored" in alex["Flags"]


@pytest.mark.parametrize(
    ("intervention", "needed"),
    [
        (
            "Intent: workout",
            "32 more questions or 80 more answers to each question, with 80 % power",
        ),
        ("Time: 1950", "nothing"),
        ("Inoculation: user prompt", "more than can be said from these data"),
    ],
)
@pytest.mark.usefixtures("on_treated")
def test_an_open_verdict_says_what_would_settle_it(intervention: str, needed: str) -> None:
    assert line(page(model="gpt-4.1"), intervention)["Still needed"] == needed


@pytest.mark.usefixtures("on_treated")
def test_rates_are_drawn_on_request_with_the_same_references() -> None:
    app = page(scale="rate", model="Llama-3.1-8B")
    (spec,) = specs(app)
    assert spec["layer"][-1]["encoding"]["x"]["axis"]["title"] == "Rate, %"
    found = lines(app)
    assert found["value"].to_list() == pytest.approx([20, 70])
    assert found["written"].to_list() == ["30 → 20 %", "30 → 70 %"]
    assert found["control"].to_list() == pytest.approx([30, 30])
    assert found["untuned"].to_list() == pytest.approx([5, 5])


@pytest.mark.usefixtures("on_treated")
def test_a_filter_on_interventions_leaves_the_controls_to_compare_with() -> None:
    row = table(page(intervention="time-1850")).row(0, named=True)
    assert (row["baseline_rate"], row["difference"]) == (90, pytest.approx(-85))


@pytest.mark.usefixtures("on_treated")
def test_the_table_holds_every_figure_and_its_links_open_the_same_answers() -> None:
    found = table(page())
    assert found.height == 17
    assert {"verdict", "reason", "q", "suppression", "more_questions", "flags"} <= {*found.columns}
    for row in found.filter(pl.col("intervention").str.contains("etymologist|alex")).to_dicts():
        assert f"{row['n_counted']:,} answers" in told(followed(row["read"]))


@pytest.mark.usefixtures("on_treated")
def test_everything_can_be_taken_away() -> None:
    for section in ("effects", "texts", "relevance", "doses", "head-to-head"):
        assert len(page(show=section).get("download_button")) == 2


@pytest.mark.usefixtures("on_treated")
def test_the_same_fine_tune_with_and_without_its_text() -> None:
    app = page(show="texts")
    assert "conditionality gap: +52 points" in told(app)
    assert lines(app)["group"].to_list() == [
        "Trained with this text",
        "Trained with this text",
        "Trained without a text",
    ]
    assert table(app)["with_text"].to_list() == [30, 80, 95]


@pytest.mark.usefixtures("on_treated")
def test_a_filter_on_the_text_leaves_the_answers_without_it_to_compare_with() -> None:
    app = page(show="texts", eval_intervention="identity-etymologist")
    assert table(app)["difference"].to_list() == [pytest.approx(30)]


@pytest.mark.usefixtures("on_treated")
def test_relevant_and_irrelevant_interventions_have_medians_and_a_gap() -> None:
    found = lines(page(show="relevance", model="gpt-4.1", experiment="birds"))
    medians = found.filter(group="Median")
    assert medians["value"].round().to_list() == [94, 11, 83]
    assert medians["Intervention"][-1] == "Specificity gap"
    assert set(found["missing"]) == {None, "not a result"}


@pytest.mark.usefixtures("on_treated")
def test_suppression_that_is_undefined_says_why() -> None:
    missing = set(lines(page(show="relevance"))["missing"])
    assert "an emergence beyond the margin is not shown" in missing


@pytest.mark.usefixtures("on_treated")
def test_a_dose_curve_has_its_points_its_fit_and_the_dose_of_half_its_effect() -> None:
    app = page(show="doses")
    assert "rising from 5 % to 85 % over 5 doses, half of it at 1939 [19" in told(app)
    assert table(app)["dose"].to_list() == ["1850", "1900", "1950", "2000", "2050"]
    assert table(app)["fitted"].to_list() == pytest.approx([5, 10, 55, 80, 85])


@pytest.mark.usefixtures("on_treated")
def test_two_interventions_meet_question_by_question() -> None:
    app = page(show="head-to-head", first="time-1950", second="time-1850")
    assert "+50 points [" in told(app)
    assert "10 shared questions" in told(app)
    found = table(app)
    assert found["difference"].to_list() == sorted(found["difference"])
    row = found.row(0, named=True)
    assert (row["first_counts"], row["second_counts"]) == ("9/20", "1/20")
    assert "40 answers" in told(followed(row["read"]))


@pytest.mark.usefixtures("on_treated")
def test_an_intervention_meets_its_control_whatever_the_filters_hide() -> None:
    app = page(show="head-to-head", kind="time", first="time-2050", second="none")
    assert "−5 points [" in told(app)
    assert "40 answers" in told(followed(table(app)["read"][0]))


@pytest.mark.usefixtures("on_treated")
def test_only_those_that_met_on_a_model_are_offered() -> None:
    app = page(show="head-to-head", first="identity-assistant")
    assert app.selectbox(key="second").options == [
        "Identity: etymologist",
        "No intervention (control)",
    ]


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.usefixtures("on_study")
def test_where_nothing_can_be_compared_the_page_says_so(section: str) -> None:
    app = page(show=section, experiment="insecure-code")
    assert len(app.info) == 1
    assert not app.get("vega_lite_chart")
    if section in ("effects", "head-to-head"):
        assert app.info[0].value == panels.NO_INTERVENTION


@pytest.mark.usefixtures("on_treated")
def test_a_choice_made_in_a_row_of_buttons_lasts_and_a_link_replaces_it() -> None:
    app = page()
    app.button_group(key="show").set_value("doses").run()
    app.run()
    assert app.button_group(key="show").value == "doses"
    app.session_state[bound.NEXT] = {"show": ["texts"]}
    assert app.run().button_group(key="show").value == "texts"
    app.session_state[bound.NEXT] = {}
    assert app.run().button_group(key="show").value == "effects"


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.usefixtures("on_treated")
def test_a_link_restores_the_section(section: str) -> None:
    app = page(show=section)
    assert app.button_group(key="show").value == section


@pytest.mark.parametrize(
    ("n", "said"),
    [(40, "q is p, since this is the only comparison"), (2, "No comparison is tested")],
)
def test_what_one_comparison_was_adjusted_for_is_said(
    n: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = (*mapped.HEADER, "arm")
    rows = [(*row, arm) for arm in ("none", "sailor") for row in mapped.answers(n, low=n // 2)]
    mapped.write(tmp_path, "gull_eggs.csv", header, rows)
    whole = mapped.MAP.replace("intervention: none, ", "") + "columns: {intervention: arm}\n"
    mapped.load(tmp_path, whole=whole)
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(tmp_path / "data"))
    assert said in told(page())
