"""In how many models a trait is said to emerge, from frames written by hand."""

from typing import Any

import polars as pl
import pytest

from pages.ui.words import emergence
from tests.warehouse.stats.test_landscape import effects
from tests.warehouse.stats.test_landscape import tuned as controls
from warehouse.stats import landscape
from warehouse.stats.comparisons import UNSOUND
from warehouse.stats.equivalence import VERDICTS


def tuned(*changes: dict[str, Any]) -> pl.DataFrame:
    return controls(*({"difference_high": 0.9} | change for change in changes))


def told(*changes: dict[str, Any], verdicts: tuple[str, ...] = ()) -> str:
    of = (
        effects(*({"verdict": verdict} for verdict in verdicts))
        if verdicts
        else effects({}).clear()
    )
    rows = landscape.landscape(tuned(*changes), of, 0.05)
    return emergence.headline(landscape.headline(rows))


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


def test_a_headline_begins_with_the_rate_and_ends_with_what_is_open() -> None:
    assert told({}, verdicts=("reduced", "reduced", "increased", "inconclusive")) == (
        "90 % [80, 95] (gpt-4.1, n = 100 · 10 questions); emerges in 1 of 1 model. "
        "2 of 4 interventions reduce it, 1 increases it."
    )
    assert told({}, {"model": "b", "rate": 0.2, "is_result": False}) == (
        "Up to 90 % [80, 95] (gpt-4.1, n = 100 · 10 questions); emerges in 1 of 1 model, "
        "open in 1 more."
    )


def test_what_changes_nothing_and_what_nobody_tried_are_told_apart() -> None:
    still = {"difference_low": -0.2}
    assert told(still, verdicts=("inconclusive",) * 3).endswith(
        "; not shown to emerge in 1 model. None of 3 interventions is shown to change it."
    )
    assert told(still, verdicts=("inconclusive",)).endswith(
        ". The 1 intervention is not shown to change it."
    )
    assert told({}, verdicts=("reduced",)).endswith(". The 1 intervention reduces it.")
    assert told(still).endswith("; not shown to emerge in 1 model.")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            {"baseline": None, "baseline_is_result": None, "difference_low": None},
            "90 % [80, 95] (gpt-4.1, n = 100 · 10 questions); no untuned model to compare with.",
        ),
        (
            {"difference_low": None},
            "90 % [80, 95] (gpt-4.1, n = 100 · 10 questions); too few questions to compare with "
            "the untuned model.",
        ),
        (
            {
                "is_result": False,
                "flags": [UNSOUND + "only 8 counted, fewer than 10, 12.5 % unscored"],
            },
            "No result: fewer than 10 counted and too much unscored.",
        ),
    ],
)
def test_why_emergence_is_open_is_said_after_the_rate(change: dict[str, Any], why: str) -> None:
    assert told(change) == why


def test_a_headline_has_at_most_thirty_words() -> None:
    names = ({"model": f"A model with a long name {n}", "dataset": f"d{n % 7}"} for n in range(300))
    several = [
        {"n_counted": 123_456} | name | {"baseline_is_result": n % 3 > 0}
        for n, name in enumerate(names)
    ]
    for verdicts in ((), ("inconclusive",), tuple(VERDICTS) * 40):
        text = told(*several, {"n_counted": 1_000_000}, verdicts=verdicts)
        words = [word for word in text.split() if any(letter.isalnum() for letter in word)]
        assert len(words) <= emergence.MOST, text
