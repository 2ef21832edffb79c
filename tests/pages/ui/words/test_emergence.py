"""In how many models a trait is said to emerge, from frames written by hand."""

from typing import Any

import polars as pl
import pytest

from pages.ui.words import emergence

CONTROL = {
    "model": "gpt-4.1",
    "dataset": "archaic-birds",
    "intervention": "none",
    "eval_intervention": "none",
    "settings": "3 epochs",
    "n_counted": 100,
    "rate": 0.9,
    "is_result": True,
    "baseline": "untuned",
    "baseline_is_result": True,
    "difference_low": 0.4,
}


def tuned(*changes: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([CONTROL | change for change in changes], infer_schema_length=None)


def test_models_in_which_it_emerges_are_counted() -> None:
    rows = tuned({}, {"model": "a", "difference_low": 0.06}, {"model": "b", "difference_low": 0.04})
    assert emergence.sentence(rows, 0.05) == "emerges in 2 of 3 models"
    assert emergence.sentence(rows, 0.1) == "emerges in 1 of 3 models"


def test_what_is_not_shown_is_not_called_absent() -> None:
    assert (
        emergence.sentence(tuned({"difference_low": -0.2}), 0.05)
        == "not shown to emerge in 1 model"
    )


def test_one_setting_stands_for_a_model_and_arms_with_interventions_for_none() -> None:
    rows = tuned(
        {"difference_low": 0.9, "settings": "9 epochs", "n_counted": 10},
        {"difference_low": 0.0},
        {"intervention": "identity-alex"},
        {"eval_intervention": "identity-alex"},
    )
    assert emergence.sentence(rows, 0.05) == (
        "not shown to emerge in 1 model "
        "(each in the way of training and sampling with most answers)"
    )


def test_fine_tunes_are_counted_where_a_model_has_several() -> None:
    rows = tuned({}, {"dataset": "small-birds", "difference_low": 0.0})
    assert emergence.sentence(rows, 0.05) == "emerges in 1 of 2 fine-tunes"


@pytest.mark.parametrize(
    "change",
    [
        {"baseline": None, "baseline_is_result": None, "difference_low": None},
        {"is_result": False},
        {"baseline_is_result": False},
        {"difference_low": None},
    ],
)
def test_what_cannot_be_told_is_left_out_and_said(change: dict[str, Any]) -> None:
    rows = tuned({}, {"model": "a"} | change)
    assert emergence.sentence(rows, 0.05) == "emerges in 1 of 1 model (of 1 more it cannot be told)"


def test_without_an_untuned_model_the_controls_are_told_instead() -> None:
    lone = {"baseline": None, "baseline_is_result": None, "difference_low": None}
    rows = tuned(lone, lone | {"model": "a", "rate": 0.0}, lone | {"model": "b", "rate": 0.5})
    assert emergence.sentence(rows, 0.05) == (
        "emergence cannot be told without an untuned model "
        "(0 % to 90 % in 3 models without an intervention)"
    )
    failed = tuned(lone | {"is_result": False})
    assert "(no control is a result)" in emergence.sentence(failed, 0.05)


def test_nothing_estimable_and_nothing_plain_are_said() -> None:
    assert emergence.sentence(tuned({"is_result": False}), 0.05) == (
        "emergence cannot be estimated in 1 model"
    )
    assert emergence.sentence(tuned({"intervention": "identity-alex"}), 0.05) == (
        "nothing was fine-tuned without an intervention here"
    )
