"""Which intervals are said to be approximate, and that the others cover."""

from typing import Any

import polars as pl
import pytest

from bench.simulate import Cell, outcomes
from tests.warehouse.stats.frames import cell, frame
from warehouse.stats.approximate import approximate
from warehouse.stats.effects import effects
from warehouse.stats.rates import rates


@pytest.mark.parametrize(
    ("unit", "questions", "runs", "rate", "expected"),
    [
        ("new-prompts", 4, 1, 0.5, "4 questions"),
        ("new-prompts", 5, 1, 0.5, None),
        ("prompts", 2, 1, 0.5, None),
        ("prompts", 8, 1, 0.009, "a rate below 1 %"),
        ("prompts", 8, 1, 0.995, "a rate above 99 %"),
        ("both", 8, 2, 0.5, "2 runs"),
        ("both", 3, 2, 0.0, "3 questions, 2 runs, a rate below 1 %"),
        ("both", 8, 3, None, None),
        ("new-fine-tunes", 3, 2, 0.5, "2 runs"),
    ],
)
def test_every_reason(
    unit: str, questions: int, runs: int, rate: float | None, expected: str | None
) -> None:
    row = {"unit": unit, "questions": questions, "runs": runs, "rate": rate, "low": 0.1}
    columns = [pl.col(name) for name in row]
    for low, said in ((0.1, expected), (None, None)):
        found = pl.DataFrame([row | {"low": low}], schema_overrides={"low": pl.Float64})
        assert found.select(approximate(*columns)).item() == said


def only(found: pl.DataFrame) -> dict[str, Any]:
    assert found.height == 1
    return found.row(0, named=True)


def test_rates_and_effects_say_so() -> None:
    control = [cell([9, 8, 9, 7, 8], 20, seed=seed) for seed in range(2)]
    arm = [cell([1, 0, 2, 0, 0], 20, intervention="a", seed=seed) for seed in range(3)]
    counts = frame(*control, *arm)
    found = rates(counts, ["intervention"]).select("intervention", "approximate").rows()
    assert dict(found) == {"none": "2 runs", "a": None}
    row = only(effects(counts))
    assert row["approximate"] == "2 runs"
    assert row["flags"] == ["the interval is approximate: 2 runs"]
    assert only(rates(frame(*arm), ["intervention"], "prompts"))["approximate"] is None
    few = frame(cell([0, 0, 0], 20), cell([9, 8, 9], 20, intervention="a"))
    assert only(effects(few))["flags"] == ["the interval is approximate: 3 questions"]


@pytest.mark.exhaustive
@pytest.mark.parametrize("questions", [8, 20])
@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5])
@pytest.mark.parametrize("seeds", [1, 3])
def test_what_is_not_said_to_be_approximate_covers(questions: int, rate: float, seeds: int) -> None:
    for spread in (0.0, 1.0):
        for found in outcomes(Cell(questions, 20, rate, spread, seeds, uneven=False), 1000):
            assert found.right >= 0.9 - 0.02, found
