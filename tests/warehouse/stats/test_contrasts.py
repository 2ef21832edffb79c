"""Differences to a baseline: their p-values, their family, and what is not tested."""

from typing import Any

import pytest

from tests.warehouse.stats.frames import cell, frame
from warehouse.stats.contrasts import contrasts


def test_sign_flip_p_and_its_floor() -> None:
    counts = frame(cell([9] * 8, 10), cell([1] * 8, 10, intervention="alex"))
    row = contrasts(counts).row(0, named=True)
    assert row["p"] == row["p_floor"] == 2**-7
    assert row["q"] == row["p"]
    assert row["family"] == "1 comparison, Benjamini–Hochberg"
    still = contrasts(counts, unit="prompts").row(0, named=True)
    assert still["p"] < 1e-6
    assert still["p_floor"] is None


@pytest.mark.parametrize("adjustment", ["bh", "holm"])
def test_the_family_on_screen_is_adjusted_for(adjustment: Any) -> None:
    counts = frame(
        cell([6] * 10, 10),
        *(cell([6, 6, 5, 7, 6, 6, 5, 7, 6, 6], 10, intervention=f"null-{n}") for n in range(8)),
        cell([5, 4, 5, 5, 6, 5, 4, 6, 5, 5], 10, intervention="weak"),
    )
    alone = contrasts(counts, adjustment="none").filter(intervention="weak")
    among = contrasts(counts, adjustment=adjustment).filter(intervention="weak")
    assert alone["q"].to_list() == alone["p"].to_list() == among["p"].to_list()
    assert among["q"][0] == pytest.approx(9 * among["p"][0])


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
    assert row["family"] == "0 comparisons, Benjamini–Hochberg"


def test_what_is_not_a_result_has_a_difference_but_no_p() -> None:
    failed = {"n_planned": 20, "n_missing": 10, "n_unscored_excluded": 10}
    counts = frame(cell([9] * 8, 10), cell([0] * 8, 10, intervention="x", **failed))
    row = contrasts(counts).row(0, named=True)
    assert row["difference"] == pytest.approx(-0.9)
    assert row["p"] is row["q"] is None
