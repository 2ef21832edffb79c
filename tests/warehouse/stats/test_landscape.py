"""Where a trait emerges and what interventions leave: from frames by hand, and from counts."""

from typing import Any

import polars as pl
import pytest

from warehouse.stats import landscape
from warehouse.stats.landscape import Headline

CONTROL: dict[str, Any] = {
    "study": "a",
    "experiment": "birds",
    "trait": "persona",
    "judge": "judge-a",
    "model": "gpt-4.1",
    "dataset": "archaic-birds",
    "intervention": "none",
    "eval_intervention": "none",
    "settings": "3 epochs",
    "sampling": "temperature 1",
    "rate": 0.9,
    "low": 0.8,
    "high": 0.95,
    "n_counted": 100,
    "n_trait": 90,
    "questions": 10,
    "is_result": True,
    "flags": [],
    "baseline": "untuned",
    "baseline_rate": 0.1,
    "baseline_is_result": True,
    "difference": 0.8,
    "difference_low": 0.4,
    "difference_high": 0.9,
}

TREATED: dict[str, Any] = {
    name: CONTROL[name]
    for name in (*landscape.KEY, "eval_intervention")
} | {
    "intervention": "identity-alex",
    "baseline_settings": "3 epochs",
    "baseline_sampling": "temperature 1",
    "verdict": "reduced",
}  # fmt: skip


def tuned(*changes: dict[str, Any]) -> pl.DataFrame:
    schema = {"flags": pl.List(pl.String()), "settings": pl.String(), "sampling": pl.String()}
    return pl.DataFrame(
        [CONTROL | change for change in changes],
        schema_overrides=schema,
        infer_schema_length=None,
    )


def effects(*changes: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([TREATED | change for change in changes], infer_schema_length=None)


def found(rows: pl.DataFrame) -> Headline:
    return landscape.headline(rows)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, "emerges"),
        ({"difference_low": 0.05}, "not shown"),
        ({"difference_low": -0.1, "difference_high": 0.04}, "absent"),
        ({"difference_low": -0.1}, "not shown"),
        (
            {"baseline": None, "baseline_is_result": None, "difference_low": None},
            "no untuned model",
        ),
        ({"is_result": False}, "not a result"),
        ({"baseline_is_result": False}, "not a result"),
        ({"difference_low": None, "difference_high": None}, "no interval"),
    ],
)
def test_every_fine_tune_is_in_one_state(change: dict[str, Any], state: str) -> None:
    rows = landscape.controls(tuned(change), 0.05)
    assert rows["state"].to_list() == [state]
    assert state in landscape.MEANINGS


def test_only_what_has_no_intervention_stands_for_a_model_and_a_dataset() -> None:
    rows = landscape.controls(
        tuned(
            {},
            {"intervention": "identity-alex", "rate": 0.1},
            {"eval_intervention": "identity-alex", "rate": 0.2},
            {"settings": "9 epochs", "n_counted": 500, "rate": 0.3},
            {"dataset": "small-birds", "eval_intervention": None},
        ),
        0.05,
    )
    assert rows.select("dataset", "rate", "ways").rows() == [
        ("archaic-birds", 0.3, 2),
        ("small-birds", 0.9, 1),
    ]


def test_interventions_are_those_of_that_very_control() -> None:
    of = effects(
        {},
        {"verdict": "eliminated", "intervention": "identity-alex"},
        {"verdict": "inconclusive", "intervention": "time-1950"},
        {"verdict": None},
        {"baseline_settings": "9 epochs"},
        {"eval_intervention": "identity-alex"},
        {"model": "another"},
    )
    (row,) = landscape.landscape(tuned({}), of, 0.05).to_dicts()
    assert row["verdicts"] == ["eliminated", "reduced", "inconclusive"]
    assert (row["tried"][0], row["tried"][2]) == ("identity-alex", "time-1950")
    assert row["lower"] == 2


def test_without_interventions_there_are_no_verdicts() -> None:
    (row,) = landscape.landscape(tuned({}), effects({}).clear(), 0.05).to_dicts()
    assert row["verdicts"] == row["tried"] == []
    assert row["lower"] == 0


def test_a_headline_counts_what_can_be_told_and_names_the_highest() -> None:
    rows = tuned(
        {"rate": 0.5},
        {"model": "b", "rate": 0.95, "baseline_is_result": False},
        {"model": "c", "rate": 0.99, "is_result": False},
        {"model": "d", "rate": 0.4, "difference_low": -0.1},
    )
    head = found(landscape.landscape(rows, effects({}, {"verdict": "increased"}), 0.05))
    assert (head.models, head.fine_tunes, head.known, head.emerged) == (4, 4, 2, 1)
    assert head.highest is not None
    assert head.highest["model"] == "b"
    assert head.strongest is not None
    assert head.strongest["model"] == "gpt-4.1"
    assert head.verdicts == {"reduced": 1, "increased": 1}
    assert not head.ways


def test_nothing_comes_to_nothing() -> None:
    head = found(landscape.controls(tuned({}).clear(), 0.05))
    assert head == Headline(0, 0, None, None, {}, {}, [], ways=False)
