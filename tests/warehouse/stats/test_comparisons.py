"""Who is compared with whom: matching, fallbacks, and what is flagged."""

from typing import Any

import polars as pl
import pytest

from tests.warehouse.stats.frames import cell, frame
from warehouse.errors import UnknownName
from warehouse.stats.comparisons import compare

CONTROL = [9, 8, 9]


def few(questions: int) -> str:
    """What is said of so few questions."""
    return f"the interval is approximate: {questions} questions"


def names(cells: pl.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return cells.select(columns).rows()


def test_interventions_are_compared_with_the_control_of_their_model_and_dataset() -> None:
    counts = frame(
        cell(CONTROL, 10),
        cell([1, 0, 0], 10, intervention="alex"),
        cell([7, 7, 7], 10, model="model-b"),
        cell([2, 2, 2], 10, model="model-b", intervention="alex"),
        cell([5, 5, 5], 10, model="model-b", dataset="code", intervention="alex"),
        cell([0, 0, 0], 10, dataset="none"),
    )
    cells = compare(counts).cells
    assert names(cells, "model", "dataset", "intervention", "baseline", "baseline_trait") == [
        ("model-a", "birds", "alex", "control", 26),
        ("model-b", "birds", "alex", "control", 21),
        ("model-b", "code", "alex", None, None),
    ]
    assert cells["flags"].to_list() == [
        *([few(3)], [few(3)], ["no baseline to compare with: control"]),
    ]
    assert cells["paired"].to_list() == [3, 3, 0]


def test_judges_traits_experiments_and_evaluation_texts_are_not_mixed() -> None:
    counts = frame(
        cell(CONTROL, 10),
        cell([1], 10, intervention="alex", judge="judge-b"),
        cell([1], 10, intervention="alex", experiment="cities"),
        cell([1], 10, intervention="alex", eval_intervention="alex"),
    )
    assert compare(counts).cells["baseline"].null_count() == 3


def test_the_control_with_the_same_settings_is_preferred() -> None:
    counts = frame(
        cell([9, 9], 100, settings="10 epochs"),
        cell([5, 5], 10, settings="3 epochs"),
        cell([1, 1], 10, intervention="alex"),
    )
    cells = compare(counts).cells
    assert names(cells, "baseline_settings", "baseline_trait") == [("3 epochs", 10)]
    assert cells["flags"].to_list() == [[few(2)]]


def test_other_settings_are_flagged() -> None:
    counts = frame(
        cell([5, 5], 10, settings="10 epochs"),
        cell([9, 9], 100, settings="5 epochs"),
        cell([1, 1], 10, intervention="alex"),
        cell([1, 1], 10, intervention="bare", settings=None),
    )
    cells = compare(counts).cells
    assert cells["baseline_settings"].to_list() == ["5 epochs", "5 epochs"]
    assert cells["flags"].to_list() == [
        ["settings differ: 3 epochs against 5 epochs", few(2)],
        ["settings unknown", few(2)],
    ]


def test_flags_name_what_a_reader_must_know() -> None:
    counts = frame(
        cell([5, 5], 10, n_planned=12, n_missing=2, n_unscored_excluded=2, temperature=1.0),
        cell([1, 1, 0], [10, 5, 4], intervention="alex", temperature=0.7),
        cell([0, 0], 0, intervention="bare", n_planned=5, n_missing=5),
    )
    flags = dict(names(compare(counts).cells, "intervention", "flags"))
    assert flags["alex"] == [
        "the baseline is not a result: 16.7 % unscored",
        "1 question is not paired: not asked of the baseline (q02)",
        "questions are unevenly counted: pooled, the difference is -39.5 points",
        "sampled differently: temperature 0.7 against temperature 1",
        few(2),
    ]
    assert flags["bare"] == [
        "nothing counted in this cell",
        "the baseline is not a result: 16.7 % unscored",
        "sampled differently: in a way not recorded against temperature 1",
    ]


def test_questions_only_one_of_the_two_was_asked_are_left_out_and_said() -> None:
    counts = frame(
        cell([5, 5, 5, 5], 10),
        [
            row | {"question": f"other-{row['question']}"}
            for row in cell([9], 10, intervention="alex")
        ],
        cell([1, 1, 1], 10, intervention="alex", evaluation="shared"),
    )
    comparison = compare(counts)
    assert comparison.pairs["question"].to_list() == ["q00", "q01", "q02"]
    assert comparison.difference.value.tolist() == pytest.approx([-0.4])
    assert "only 3 of 4 questions are shared" in comparison.cells["flags"][0].to_list()


def test_every_fine_tune_is_compared_with_the_untuned_model() -> None:
    counts = frame(
        cell(CONTROL, 10),
        cell([1, 0, 0], 10, intervention="alex", settings="1 epoch"),
        cell([1, 0, 1], 10, dataset="none", settings=None),
        cell([3, 3, 3], 10, dataset="none", settings=None, eval_intervention="alex"),
    )
    cells = compare(counts, "untuned").cells
    assert names(cells, "intervention", "baseline", "baseline_trait", "flags") == [
        ("alex", "untuned", 2, [few(3)]),
        ("none", "untuned", 2, [few(3)]),
    ]


def test_evaluations_with_a_text_are_compared_with_the_same_run_without() -> None:
    counts = frame(
        cell([0, 1], 10, intervention="alex"),
        cell([8, 9], 10, intervention="alex", eval_intervention="alex"),
        cell([5, 5], 10, eval_intervention="alex"),
    )
    cells = compare(counts, "unprompted").cells
    assert names(cells, "intervention", "baseline_trait", "baseline") == [
        ("alex", 1, "unprompted"),
        ("none", None, None),
    ]


def test_two_interventions_head_to_head() -> None:
    counts = frame(
        cell(CONTROL, 10),
        cell([0, 1, 0], 10, intervention="alex"),
        cell([4, 4, 4], 10, intervention="soldier"),
    )
    comparison = compare(counts, "alex")
    assert names(comparison.cells, "intervention", "baseline", "baseline_trait") == [
        ("soldier", "alex", 1)
    ]
    assert comparison.difference.value.tolist() == pytest.approx([11 / 30])


def test_seeds_of_one_condition_are_one_arm() -> None:
    counts = frame(
        *(cell([7 + seed, 6], 10, seed=seed) for seed in range(3)),
        *(cell([seed, 1], 10, seed=seed, intervention="alex") for seed in range(2)),
    )
    tunes = compare(counts, "control", "new-fine-tunes")
    assert tunes.cells["runs"].to_list() == [2]
    # Each run at the mean of its questions: control 0.65, 0.7, 0.75; alex 0.05, 0.1.
    assert tunes.difference.value.tolist() == pytest.approx([0.075 - 0.7])
    assert 1 <= tunes.difference.freedom[0] <= 3


def test_an_untuned_model_needs_no_seeds() -> None:
    counts = frame(
        *(cell([7, 6 + seed], 10, seed=seed) for seed in range(3)),
        cell([1, 1], 10, dataset="none"),
    )
    difference = compare(counts, "untuned", "new-fine-tunes").difference
    assert difference.freedom[0] >= 2


def test_further_dimensions_separate_arms() -> None:
    groups = ("short", "long")
    counts = frame(
        *(cell([k + 3, k], 10, question_group=g) for k, g in enumerate(groups)),
        *(cell([k, k], 10, question_group=g, intervention="alex") for k, g in enumerate(groups)),
    )
    cells = compare(counts, by=["question_group"]).cells
    assert names(cells, "question_group", "n_trait", "baseline_trait") == [
        ("long", 2, 5),
        ("short", 0, 3),
    ]


def test_what_is_known_of_the_intervention_is_carried_along() -> None:
    counts = frame(
        cell(CONTROL, 10),
        cell([1, 1, 1], 10, intervention="y1850", kind="time", relevance="relevant", dose=1850.0),
    )
    cells = compare(counts).cells
    assert names(cells, "kind", "relevance", "dose") == [("time", "relevant", 1850.0)]


def test_nothing_to_compare() -> None:
    for baseline in ("control", "untuned", "unprompted"):
        for unit in ("prompts", "new-prompts", "new-fine-tunes"):
            assert compare(frame(), baseline, unit).cells.height == 0
            assert compare(frame(cell(CONTROL, 10)), baseline, unit).pairs.height == 0


def test_unknown_baseline() -> None:
    with pytest.raises(UnknownName, match=r"no baseline 'soldier'; choose .*: alex, none\."):
        compare(frame(cell(CONTROL, 10), cell([1], 10, intervention="alex")), "soldier")


def test_questions_can_be_compared_one_by_one() -> None:
    counts = frame(
        cell([9, 1], 10),
        cell([2, 1], 10, intervention="identity-x"),
    )
    cells = compare(counts, by=("question",)).cells.sort("question")
    assert cells["paired"].to_list() == [1, 1]
    assert cells["baseline_trait"].to_list() == [9, 1]
    assert cells["n_trait"].to_list() == [2, 1]
