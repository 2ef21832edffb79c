"""Measures: the same numbers as the statistics', written short, and why there are none."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pages.results.brittleness import measures
from pages.ui.view import arms
from tests.pages.reading.study import built
from tests.warehouse import results
from warehouse import rules
from warehouse.analysis import Analysis
from warehouse.counting import Slice

VIEW = Analysis(Slice(experiment=("birds",)), rules.named("published"), "new-prompts")
ARM = {"model": "gpt-4.1", "eval_intervention": "none"}


def one(measure: str, view: Analysis = VIEW, **where: str) -> dict[str, object]:
    found = measures.of(measures.seen(view, measure), measure)
    tuned = found.filter(found["dataset"] != "none")
    (row,) = tuned.filter(**ARM | where).iter_rows(named=True)
    return row


@pytest.mark.usefixtures("on_treated")
def test_a_rate_is_that_of_the_statistics() -> None:
    row = one("rate", intervention="none")
    (wanted,) = (
        arms.rates(VIEW).filter(intervention="none", settings="3 epochs", **ARM).rows(named=True)
    )
    assert (row["value"], row["low"], row["high"]) == (
        wanted["rate"],
        wanted["low"],
        wanted["high"],
    )
    assert row["short"] == "90 %"


@pytest.mark.usefixtures("on_treated")
@pytest.mark.parametrize("measure", ["rate", "coherent", "unscored", "emergence"])
def test_controls_stay_beside_what_is_filtered(measure: str) -> None:
    narrowed = VIEW.slice.narrowed(intervention="identity-etymologist", model="gpt-4.1")
    found = measures.of(measures.seen(replace(VIEW, slice=narrowed), measure), measure)
    assert set(found["intervention"]) == {"identity-etymologist", "none"}
    assert set(found["model"]) == {"gpt-4.1"}


@pytest.mark.usefixtures("on_treated")
def test_emergence_is_in_points_and_signed() -> None:
    row = one("emergence", intervention="none")
    assert row["value"] == pytest.approx(0.9)
    assert row["short"] == "+90"
    assert str(row["text"]).startswith("+90 points [")
    assert one("emergence", intervention="identity-etymologist")["short"] == "0"


@pytest.mark.usefixtures("on_treated")
def test_suppression_is_a_share_of_the_emergence() -> None:
    assert one("suppression", intervention="identity-etymologist")["short"] == "100 %"
    nothing = one("suppression", intervention="identity-etymologist", model="Qwen3-32B")
    assert nothing["value"] is None
    assert nothing["text"] == "undefined: an emergence beyond the margin is not shown"
    grown = one("suppression", intervention="identity-assistant", model="Llama-3.1-8B")
    assert grown["short"] == "−160 %"


@pytest.mark.usefixtures("on_treated")
def test_a_verdict_is_broken_into_two_lines_at_most() -> None:
    wide = replace(VIEW, margin=0.3)
    row = one("verdict", wide, intervention="identity-etymologist", model="Qwen3-32B")
    assert row["verdict"] == "nothing to suppress"
    assert row["short"] == "nothing to\nsuppress"
    assert "margin" in str(row["text"])


@pytest.mark.usefixtures("on_treated")
def test_too_much_unscored_is_not_a_result_but_a_share_of_its_own() -> None:
    assert one("rate", intervention="identity-alex")["is_result"] is False
    row = one("unscored", intervention="identity-alex")
    assert row["is_result"] is True
    assert row["short"] == "20 %"
    assert row["text"] == "40 of 200 planned answers unscored"
    assert row["n"] == row["n_planned"]


@pytest.mark.usefixtures("on_treated")
def test_the_coherent_trait_rate_has_a_rule_of_its_own() -> None:
    assert measures.seen(VIEW, "rate") == VIEW
    assert measures.seen(VIEW, "coherent").rule.name == "coherent-trait"
    # Nobody judged the coherence of these answers.
    assert one("coherent", intervention="none")["text"] == "undefined: nothing counted"


def test_cuts_hold_in_the_coherent_trait_rate_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results.write(tmp_path, results.misalignment([(10, 90), (10, 60), (90, 90), (10, 20)]))
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(built(tmp_path / "data", tmp_path / "results")))
    published = rules.named("published")
    usual, strict = (
        measures.seen(Analysis(Slice(), published, "prompts", coherence_cut=cut), "coherent")
        for cut in (None, 80)
    )
    assert measures.of(usual, "coherent")["value"].to_list() == [0.5]
    assert measures.of(strict, "coherent")["value"].to_list() == [0.25]


@pytest.mark.usefixtures("on_study")
def test_without_an_untuned_model_emergence_is_undefined_and_says_why() -> None:
    row = one("emergence", intervention="none")
    assert row["value"] is None
    assert row["text"] == "undefined: no untuned model to compare with"
    assert row["short"] == ""


@pytest.mark.usefixtures("on_treated")
def test_questions_are_measured_one_by_one() -> None:
    for measure in measures.MEASURES:
        found = measures.of(measures.seen(VIEW, measure), measure, ("question",))
        assert found.select(*arms.KEY, "question").is_unique().all()
    rates = measures.of(VIEW, "emergence", ("question",)).filter(
        model="gpt-4.1", intervention="none", eval_intervention="none"
    )
    assert rates.height == 10
    assert rates["value"].mean() == pytest.approx(0.9)


def test_what_the_doctor_doubts_is_said(
    realdata: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = realdata / "brittle-weird-gen-history"
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(built(tmp_path, study)))
    found = measures.of(VIEW, "rate")
    (collapsed,) = found.filter(model="Llama-3.1-70B").rows(named=True)
    assert collapsed["short"] == "91 %"
    assert "the multi-way judgement confirms 9" in collapsed["doubt"]
    assert "88 of 100 answers are called OTHER" in collapsed["doubt"]
    (sound,) = found.filter(model="gpt-4.1", intervention="none").rows(named=True)
    assert sound["doubt"] is None


@pytest.mark.usefixtures("on_treated")
def test_the_usual_measure_is_the_rate_unless_want_of_scores_leaves_no_result() -> None:
    rates = pl.DataFrame({"is_result": [True, False], "unscored_share": [0.0, 0.9]})
    assert measures.standard(rates) == "rate"
    none = rates.with_columns(is_result=pl.lit(value=False))
    assert measures.standard(none) == "rate"
    assert measures.standard(none.with_columns(unscored_share=pl.lit(0.9))) == "unscored"
    assert measures.standard(rates.clear()) == "rate"
