"""Verdicts in words: what one sentence says of many effects."""

from typing import Any

import polars as pl
import pytest

from pages.ui.words import verdicts
from warehouse.stats.equivalence import VERDICTS

EFFECT: dict[str, Any] = {
    "intervention": "identity-etymologist",
    "model": "gpt-4.1",
    "verdict": "reduced",
    "excess": 0.1,
    "difference": -0.5,
    "difference_low": -0.7,
    "difference_high": -0.3,
    "is_result": True,
    "baseline_is_result": True,
    "n_counted": 200,
    "paired": 10,
}
SCHEMA = {"verdict": pl.String(), "excess": pl.Float64(), "difference": pl.Float64()}


def effects(*changes: dict[str, Any]) -> pl.DataFrame:
    rows = [EFFECT | {"intervention": f"intent-{n}"} | row for n, row in enumerate(changes)]
    return pl.DataFrame(rows, schema_overrides=SCHEMA)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{}], "1 intervention reduces it."),
        ([{}, {}], "all 2 interventions reduce it."),
        (
            [{"verdict": "eliminated"}] * 5 + [{"verdict": "inconclusive"}],
            "5 of 6 interventions eliminate it within ±5 points; 1 is inconclusive.",
        ),
        (
            [{"verdict": "nothing to suppress"}, {"verdict": None}],
            "1 of 2 interventions has nothing to suppress; 1 has no control to compare with.",
        ),
        (
            [{"excess": None}, {"excess": None, "verdict": "increased"}],
            "1 of 2 interventions reduces it; 1 increases it; none can be called eliminated: there "
            "is no untuned model to compare with.",
        ),
    ],
)
def test_verdicts_are_counted_in_the_order_of_telling(
    rows: list[dict[str, Any]], said: str
) -> None:
    assert verdicts.sentence(effects(*rows), 0.05) == said


def test_interventions_that_repeat_are_comparisons() -> None:
    twice = effects({"intervention": "time-1850"}, {"intervention": "time-1850"})
    assert verdicts.sentence(twice, 0.05) == "all 2 comparisons reduce it."


def test_the_margin_is_the_one_given() -> None:
    assert "±12.5 points" in verdicts.sentence(effects({"verdict": "eliminated"}), 0.125)


def test_nothing_to_compare_is_said() -> None:
    assert verdicts.sentence(effects({}).clear(), 0.05) == verdicts.NONE
    assert verdicts.answer(effects({}).clear(), 0.05).startswith("No intervention")


def test_the_answer_names_the_largest_reduction_that_is_a_result() -> None:
    rows = effects(
        {},
        {"difference": -0.9, "baseline_is_result": False},
        {"difference": 0.2, "verdict": "increased"},
    )
    assert verdicts.answer(rows, 0.05).endswith(
        "The most: Intent: 0 (gpt-4.1), −50 points [−70, −30], n = 200 · 10 questions."
    )
    assert verdicts.strongest(rows.filter(pl.col("difference") > 0)) == ""


def test_every_verdict_has_a_mark_of_its_own_colour_and_shape() -> None:
    assert [verdicts.name(verdict) for verdict in (*VERDICTS, None)] == list(verdicts.MARKS)
    assert len({shape for _, shape in verdicts.MARKS.values()}) == len(verdicts.MARKS)
    known = [verdicts.MARKS[verdicts.name(verdict)][0] for verdict in VERDICTS]
    assert len(set(known)) == len(known)
