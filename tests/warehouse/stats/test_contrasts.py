"""Differences to a baseline: their p-values, their family, and what is not tested."""

from typing import Any

import polars as pl
import pytest

from tests.warehouse.stats.frames import cell, frame
from warehouse.stats.contrasts import contrasts


def test_sign_flip_p_and_its_floor() -> None:
    counts = frame(cell([9] * 8, 10), cell([1] * 8, 10, intervention="alex"))
    row = contrasts(counts).row(0, named=True)
    assert row["p"] == row["p_floor"] == 2**-7
    assert row["q"] == row["p"]
    assert row["family"] == "1 comparison, jointly"
    still = contrasts(counts, unit="prompts").row(0, named=True)
    assert still["p"] < 1e-6
    assert still["p_floor"] is None


@pytest.mark.parametrize("adjustment", ["bh", "holm"])
def test_the_family_on_screen_is_adjusted_for(adjustment: Any) -> None:
    counts = frame(
        cell([60] * 10, 100),
        *(cell([60, 60, 59, 61] * 2 + [60, 60], 100, intervention=f"null-{n}") for n in range(8)),
        cell([51, 52, 51, 53, 54, 51, 52, 54, 51, 51], 100, intervention="weak"),
    )
    alone = contrasts(counts, adjustment="none").filter(intervention="weak")
    among = contrasts(counts, adjustment=adjustment).filter(intervention="weak")
    assert alone["q"].to_list() == alone["p"].to_list() == among["p"].to_list()
    assert among["q"][0] == pytest.approx(9 * among["p"][0])


def test_the_family_is_the_experiment_with_its_trait_and_judge() -> None:
    def arms(experiment: str, others: int) -> Any:
        yield cell([9] * 8, 10, experiment=experiment)
        for number in range(others):
            name = f"x{number}"
            yield cell([1, 2] * 4, 10, experiment=experiment, intervention=name)

    counts = frame(*arms("birds", 3), *arms("towns", 1))
    families = dict(
        contrasts(counts, adjustment="holm")
        .group_by("experiment")
        .agg("q", "family")
        .select("experiment", pl.struct("q", "family"))
        .rows()
    )
    assert set(families["birds"]["family"]) == {"3 comparisons, Holm"}
    assert families["birds"]["q"] == pytest.approx([3 * 2**-7] * 3)
    assert families["towns"] == {"q": [2**-7], "family": ["1 comparison, Holm"]}


def test_emergence_is_the_contrast_with_the_untuned_model() -> None:
    counts = frame(cell([9, 8, 9], 10), cell([1, 0, 1], 10, dataset="none"))
    row = contrasts(counts, "untuned").row(0, named=True)
    assert row["difference"] == pytest.approx(0.8)
    assert row["difference_low"] < 0.8 < row["difference_high"]
    assert row["log_odds_low"] < row["log_odds_ratio"] < row["log_odds_high"]


def test_without_a_baseline_everything_is_null() -> None:
    row = contrasts(frame(cell([9, 8], 10, intervention="x"))).row(0, named=True)
    names = ("difference", "difference_low", "log_odds_ratio", "p", "p_floor", "q")
    assert {row[name] for name in names} == {None}
    assert row["family"] == "0 comparisons, jointly"


def test_what_is_not_a_result_has_a_difference_but_no_p() -> None:
    failed = {"n_planned": 20, "n_missing": 10, "n_unscored_excluded": 10}
    counts = frame(cell([9] * 8, 10), cell([0] * 8, 10, intervention="x", **failed))
    row = contrasts(counts).row(0, named=True)
    assert row["difference"] == pytest.approx(-0.9)
    assert row["p"] is row["q"] is None
