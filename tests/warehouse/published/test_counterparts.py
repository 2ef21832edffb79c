from typing import Any

import polars as pl
import pytest

from tests.warehouse.stats.frames import cell, frame
from warehouse import published
from warehouse.published import Metric
from warehouse.published.counterparts import SAME, SAME_UNRECORDED, counterparts

LOADED = {
    "experiment": "insecure-code",
    "judge": "gpt-4o-2024-08-06",
    "model": "gpt-4o",
    "dataset": "insecure-code",
    "intervention": "none",
    "eval_intervention": "none",
    "epochs": 1.0,
    "settings": "1 epoch",
}

FIGURE = {
    "figure": 0,
    "source": "someone-2026",
    "cite": "Someone 2026",
    "experiment": "insecure-code",
    "model": "gpt-4o",
    "intervention": "none",
    "eval_intervention": "none",
    "judge": "gpt-4o",
    "metric": "misaligned",
    "scale": "share",
    "value": 0.2,
    "where": "Table 1",
    "confidence": "high",
}


def figures(*changes: dict[str, Any]) -> pl.DataFrame:
    """One figure for each set of changes to `FIGURE`, numbered."""
    rows = [FIGURE | {"figure": at} | change for at, change in enumerate(changes)]
    return pl.DataFrame(rows, schema=published.FIGURE)


def arm(trait_by_question: list[int], **values: Any) -> list[dict[str, Any]]:
    """A loaded arm with ten answers to each question."""
    rows = cell(trait_by_question, 10, **{**LOADED, **values})
    return [row | {"trait": "misalignment"} for row in rows]


def beside(
    wanted: pl.DataFrame, *arms: list[dict[str, Any]], hashes: dict[str, str] | None = None
) -> pl.DataFrame:
    counts = frame(*arms)

    def counts_of(metric: Metric) -> pl.DataFrame:
        return counts

    return counterparts(wanted, counts_of, hashes=hashes or {})


def test_a_pair_has_both_numbers_and_the_gap() -> None:
    pair = beside(figures({"low": 0.1, "high": 0.4, "n": 80}), arm([2, 3, 4])).row(0, named=True)
    assert (pair["published"], pair["published_n"], pair["published_high"]) == (0.2, 80, 0.4)
    assert (pair["n_trait"], pair["n_counted"]) == (9, 30)
    assert pair["difference"] == pytest.approx(0.1)
    assert pair["agrees"]
    assert pair["definition"] == SAME


def test_a_figure_of_the_loaded_file_itself_is_a_check_of_the_import() -> None:
    wanted = figures({"files": ["a" * 16, "b" * 16]}, {"files": ["c" * 16]}, {})
    mine = arm([2, 3, 4], evaluation="e")
    found = beside(wanted, mine, hashes={"e": "b" * 64, "other": "c" * 64})
    assert dict(found.select("figure", "is_check").iter_rows()) == {0: True, 1: False, 2: False}
    assert beside(wanted, mine)["is_check"].to_list() == [False, False, False]


@pytest.mark.parametrize(
    "change",
    [
        {"experiment": "birds"},
        {"model": "gpt-4.1"},
        {"model": None, "models": "several"},
        {"intervention": "identity-swe"},
        {"eval_intervention": "identity-swe"},
        {"dataset": "secure-code"},
        {"dataset": "none"},
        {"metric": "alignment-mean"},
        {"metric": "nazi"},
    ],
)
def test_what_does_not_match_is_left_out(change: dict[str, Any]) -> None:
    assert beside(figures(change), arm([2, 3, 4])).is_empty()


def test_an_untuned_model_is_matched_only_where_the_figure_is_about_it() -> None:
    untuned = arm([0, 0, 1], dataset="none", settings=None, epochs=None)
    found = beside(figures({"dataset": "none", "value": 0.0}, {}), untuned, arm([2, 3, 4]))
    assert found.select("figure", "dataset", "n_trait").rows() == [
        (0, "none", 1),
        (1, "insecure-code", 9),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"judge": "gpt-5-mini"}, "judge gpt-5-mini there, gpt-4o-2024-08-06 here"),
        ({"judge": None}, "judge not recorded there, gpt-4o-2024-08-06 here"),
        ({"epochs": 3.0}, "epochs 3 there, 1 here"),
        ({"questions": 48}, "questions 48 there, 3 here"),
        ({"differs": "half the data"}, "half the data"),
    ],
)
def test_every_difference_in_definition_is_said(change: dict[str, Any], said: str) -> None:
    pair = beside(figures(change), arm([2, 3, 4])).row(0, named=True)
    assert not pair["same"]
    assert pair["definition"] == f"Differs: {said}"


def test_another_dataset_of_the_experiment_is_said() -> None:
    pair = beside(figures({}), arm([2, 3, 4], dataset="tiny-code")).row(0, named=True)
    assert pair["definition"] == "Differs: trained on tiny-code here"


def test_the_same_dataset_under_another_experiment_is_matched_and_said() -> None:
    elsewhere = arm([2, 3, 4], experiment="many-questions")
    pair = beside(figures({}), elsewhere).row(0, named=True)
    assert (pair["published_experiment"], pair["n_trait"]) == ("insecure-code", 9)
    assert pair["definition"] == "Differs: experiment many-questions here"
    both = beside(figures({}), elsewhere, arm([5, 5, 5]))
    assert both["n_trait"].to_list() == [15]
    untuned = arm([0, 0, 1], experiment="many-questions", dataset="none")
    assert beside(figures({"dataset": "none"}), untuned).is_empty()


def test_where_neither_says_who_judged_that_is_said() -> None:
    pair = beside(figures({"judge": None}), arm([2, 3, 4], judge="unrecorded")).row(0, named=True)
    assert pair["same"]
    assert pair["definition"] == SAME_UNRECORDED


def test_the_nearest_arm_is_taken_and_equals_are_all_kept() -> None:
    arms = [
        arm([2, 3, 4]),
        arm([5, 5, 5], settings="3 epochs", epochs=3.0),
        arm([9, 9, 9], settings="3 epochs", epochs=3.0, judge="claude"),
    ]
    found = beside(figures({"epochs": 3.0}, {"epochs": 7.0}), *arms)
    assert found.select("figure", "epochs", "n_trait").rows() == [
        (0, 3.0, 15),
        (1, 1.0, 9),
        (1, 3.0, 15),
    ]


@pytest.mark.parametrize(
    ("change", "agrees"),
    [
        ({"value": 0.9}, False),
        ({"value": 0.2, "low": 0.19, "high": 0.21}, False),
        ({"value": 0.1, "bound": "at most"}, False),
        ({"value": 0.5, "bound": "at most"}, True),
        ({"value": 0.1, "bound": "at least"}, True),
        ({"value": 0.5, "bound": "highest"}, None),
    ],
)
def test_agreement_needs_each_value_within_the_other_s_interval(
    change: dict[str, Any], agrees: bool | None
) -> None:
    pair = beside(figures(change), arm([2, 3, 4])).row(0, named=True)
    assert pair["agrees"] is agrees
    assert (pair["difference"] is None) == ("bound" in change)


def test_without_any_interval_agreement_cannot_be_told() -> None:
    assert beside(figures({}), arm([3])).row(0, named=True)["agrees"] is None


def test_a_metric_may_count_something_else_than_the_trait() -> None:
    refusing = arm([2, 3, 4], n_refusal=1, n_answered=20)
    pair = beside(figures({"metric": "refusals"}), refusing).row(0, named=True)
    assert (pair["n_trait"], pair["n_counted"], pair["rate"]) == (3, 60, 0.05)
