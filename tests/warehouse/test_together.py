"""All raters of a trait at once: α of people, of judges and of both, against its definition."""

from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.warehouse import contested
from tests.warehouse.test_agreed import OURS, THEIRS, two_judges
from warehouse import together
from warehouse.analysis import Analysis
from warehouse.store import Store

NAN = float("nan")


def defined(units: list[list[float]], apart: Callable[[float, float], float]) -> float:
    """α as Krippendorff writes it: 1 less the observed over the expected disagreement."""
    units = [held for unit in units if len(held := [v for v in unit if not np.isnan(v)]) > 1]
    pooled = [value for unit in units for value in unit]
    observed = sum(
        sum(apart(*pair) for pair in permutations(unit, 2)) / (len(unit) - 1) for unit in units
    )
    expected = sum(apart(*pair) for pair in permutations(pooled, 2))
    return 1 - (len(pooled) - 1) * observed / expected


def by_order(units: list[list[float]]) -> Callable[[float, float], float]:
    """The squared distance of two values by how many lie between them."""
    pooled = np.array([v for u in units if np.isfinite(u).sum() > 1 for v in u if not np.isnan(v)])

    def apart(one: float, other: float) -> float:
        low, high = sorted((one, other))
        between = ((pooled >= low) & (pooled <= high)).sum()
        ends = ((pooled == low).sum() + (pooled == high).sum()) / 2
        return 0.0 if low == high else float(between - ends) ** 2

    return apart


def test_two_judges_have_the_alpha_of_their_pair_and_one_of_their_own(tmp_path: Path) -> None:
    rows = together.together(two_judges(tmp_path), Analysis()).to_dicts()
    assert [row["who"] for row in rows] == ["everybody", "judges"]
    labels = {"19": 1.0, "LLM": 0.0}
    values = [[labels.get(label or "", NAN) for label in judge] for judge in (OURS, THEIRS)]
    units = [list(unit) for unit in zip(*values, strict=True)]
    known = defined(units, lambda one, other: float(one != other))
    assert [row["alpha"] for row in rows] == pytest.approx([known, known])
    assert (rows[0]["n"], rows[0]["raters"]) == (6, ["another · 1", "rules · 1"])
    assert rows[0]["sees"] == pytest.approx([4 / 7, 4 / 7])
    assert rows[0]["counted"] == [7, 7]


def test_one_judge_alone_has_no_row(tmp_path: Path) -> None:
    found = together.together(Store(contested.built(tmp_path)), Analysis())
    assert (found.height, found.schema) == (0, together.SCHEMA)


@pytest.mark.parametrize("fine", [1, 0.37], ids=["few values", "many values"])
def test_scores_are_held_against_each_other_by_order_and_distance(fine: float) -> None:
    random = np.random.default_rng(3)
    truth = random.integers(0, 5, 60) * 20 + random.integers(0, 9, 60) * (fine != 1) * fine
    held = pl.DataFrame(
        [
            {"sample_key": at, "question": f"q{at % 7}", "answer_hash": at, "judge": name}
            | {"is_trait": score < 40, "score": score}
            for name, off in (("a", 0), ("b", 20), ("c", 40))
            for at, score in enumerate(
                np.clip(truth + off * random.integers(-1, 2, 60), 0, 100).tolist()
            )
            if (at + off) % 9  # each rater left some out
        ]
    )
    found = together._of(held)
    assert found is not None
    wide = held.pivot("judge", index="sample_key", values="score").drop("sample_key")
    units = [[NAN if v is None else float(v) for v in row] for row in wide.rows()]
    known = defined(units, lambda one, other: (one - other) ** 2)
    assert found["alpha_interval"] == pytest.approx(known)
    if fine != 1:
        units = [[float(np.clip(value // 10, 0, 9)) for value in unit] for unit in units]
    known = defined(units, by_order(units))
    assert found["alpha_ordinal"] == pytest.approx(known)
    assert found["alpha_interval_low"] < found["alpha_interval"] < found["alpha_interval_high"]
