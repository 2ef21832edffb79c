"""The verdict's order of precedence, case by case, and sentences that are true."""

import re
from typing import Any

import numpy as np
import pytest

from tests.warehouse.stats.frames import beta_counts, cell, frame
from warehouse.stats.effects import effects
from warehouse.stats.equivalence import (
    MEANINGS,
    VERDICTS,
    Evidence,
    Verdict,
    axes,
    told,
    verdicts,
)
from warehouse.stats.intervals import Interval

Bounds = tuple[float, float]
NONE = (np.nan, np.nan)


def evidence(
    change: float = -0.5,
    q: float = 0.001,
    around: Bounds = (-0.6, -0.4),
    excess: Bounds = (-0.03, 0.03),
    emergence: Bounds = (0.3, 0.7),
) -> Evidence:
    bounds = (Interval(*(np.array([end]) for end in pair)) for pair in (around, excess, emergence))
    return Evidence(np.array([change]), np.array([q]), *bounds)


def judged(**values: Any) -> Verdict | None:
    found = evidence(**values)
    return verdicts(found, axes(found, 0.05, 0.95), 0.05)[0]


def told_of(**values: Any) -> dict[str, list[str | bool | None]]:
    found = evidence(**values)
    return told(found, axes(found, 0.05, 0.95))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "eliminated"),
        ({"excess": (-0.03, 0.06)}, "reduced"),  # it may be beyond the margin
        ({"excess": (0.01, 0.04)}, "reduced"),  # within the margin, and shown to be there
        ({"excess": NONE}, "reduced"),  # no untuned model
        ({"emergence": NONE}, "reduced"),
        ({"emergence": (-0.01, 0.2)}, "reduced"),  # emergence itself is not established
        ({"q": 0.06}, "inconclusive"),
        ({"emergence": (-0.01, 0.04)}, "nothing to suppress"),
        ({"emergence": (-0.01, 0.06)}, "reduced"),  # there may be something
        ({"emergence": (-0.4, -0.1)}, "nothing to suppress"),
        ({"change": 0.5, "around": (0.4, 0.6), "emergence": (-0.02, 0.02)}, "increased"),
        ({"change": -0.02, "around": (-0.04, -0.01)}, "reduced"),  # shown, though small
        ({"change": -0.02, "around": (-0.04, 0.01), "q": 0.2}, "unchanged"),
        ({"change": 0.2, "around": (0.1, 0.3)}, "increased"),
        ({"change": 0.2, "around": (-0.1, 0.3), "q": 0.5}, "inconclusive"),
        ({"q": np.nan, "excess": NONE, "emergence": NONE}, "inconclusive"),  # not a result
        ({"change": np.nan, "q": np.nan, "around": NONE, "excess": NONE, "emergence": NONE}, None),
    ],
)
def test_verdict(values: dict[str, Any], expected: Verdict | None) -> None:
    assert judged(**values) == expected


def test_the_axes_are_told_apart() -> None:
    assert told_of() == {
        "change": ["lower"],
        "equivalent": [False],
        "residual": ["none"],
    }
    some = told_of(change=0.02, around=(0.01, 0.03), excess=(0.2, 0.3))
    assert some == {"change": ["higher"], "equivalent": [True], "residual": ["some"]}
    unknown = told_of(q=np.nan, excess=NONE)
    assert unknown == {"change": [None], "equivalent": [None], "residual": [None]}


def test_every_verdict_has_a_meaning() -> None:
    assert set(MEANINGS) == set(VERDICTS)


def test_no_arms_no_verdicts() -> None:
    none = np.zeros(0)
    empty = Evidence(none, none, *(Interval(none, none) for _ in range(3)))
    assert verdicts(empty, axes(empty, 0.05, 0.95), 0.05) == []


# --- Sentences against their numbers, over studies of every kind ------------------------


def studies() -> Any:
    """Thousands of arms: rates, spreads, sizes and margins of every kind, lopsided ones too."""
    random = np.random.default_rng(12)
    for margin in (0.02, 0.05, 0.15):
        cells = []
        for number in range(120):
            questions, answers = int(random.integers(1, 25)), int(random.choice([1, 5, 20, 200]))
            model = f"model-{number}"
            rates = random.choice([0.002, 0.02, 0.3, 0.7, 0.98], 4)
            arms = [("none", "none"), ("birds", "none"), ("birds", "x"), ("birds", "y")]
            for (dataset, intervention), rate in zip(arms, rates, strict=True):
                if random.random() < 0.1:
                    continue
                counted = answers * int(random.choice([1, 1, 10]))
                icc = float(random.choice([0, 0.2]))
                trait = beta_counts(random, rate, icc, questions, counted, 1)[1][0].tolist()
                dims = {"model": model, "dataset": dataset, "intervention": intervention}
                missing = counted if random.random() < 0.1 else 0
                planned = {"n_planned": counted + missing, "n_missing": missing}
                cells.append(cell(trait, counted, **dims, **planned))
        yield margin, frame(*cells)


@pytest.mark.parametrize("unit", ["prompts", "new-prompts"])
@pytest.mark.parametrize("adjustment", ["joint", "bh", "none"])
def test_every_sentence_is_true_of_its_numbers(unit: Any, adjustment: Any) -> None:
    seen = set()
    for margin, counts in studies():
        for row in effects(counts, unit, margin=margin, adjustment=adjustment).iter_rows(
            named=True
        ):
            seen.add(row["verdict"])
            _check(row, margin)
    assert seen >= {"eliminated", "reduced", "unchanged", "increased", "inconclusive", None} or (
        seen >= {"reduced", "unchanged", "increased", "inconclusive", None}
        and unit == "new-prompts"
    )


def _check(row: dict[str, Any], margin: float) -> None:
    """The verdict, the axes and every clause of the reason against the row's own numbers."""
    verdict, said = row["verdict"], row["reason"]
    low, high = row["difference_low"], row["difference_high"]
    if row["p"] is not None and low is not None:
        assert (row["p"] <= 0.05) == (low > 0 or high < 0)
        assert (row["p"] <= 0.05) == (row["log_odds_low"] > 0 or row["log_odds_high"] < 0)
        assert row["q"] >= row["p"] - 1e-12
    for name, ends in (("difference", (low, high)),):
        if ends[0] is not None:
            assert ends[0] <= row[name] <= ends[1]
    inside = low is not None and -margin < low and high < margin
    claims = {
        "increased": row["change"] == "higher" and row["difference"] > 0,
        "reduced": row["change"] == "lower" and row["difference"] < 0,
        "eliminated": row["change"] == "lower"
        and row["residual"] == "none"
        and row["emergence_low"] is not None
        and row["emergence_low"] > 0
        and not inside,
        "unchanged": inside and row["change"] == "not shown",
        "nothing to suppress": row["emergence_high"] is not None and row["emergence_high"] < margin,
        "inconclusive": row["change"] in ("not shown", None) and not (inside and row["equivalent"]),
        None: row["baseline"] is None or row["paired"] == 0,
    }
    assert claims[verdict], (verdict, said, row)
    if "Neither zero nor a change beyond" in said:
        assert low <= 0 <= high
        assert not inside
    if "less than the margin" in said:
        assert inside
    if "no difference shown" in said:
        assert row["q"] > 0.05
    if "it cannot be less" in said:
        assert row["p"] == row["p_floor"] > 0.05
    if "not a result" in said:
        assert not (row["is_result"] and row["baseline_is_result"])
    if "no untuned model" in said:
        assert row["excess_low"] is None
    for number in re.findall(r"against the untuned model ([+-][0-9.]+) points", said):
        assert float(number) == pytest.approx(
            100 * row["emergence" if verdict == "nothing to suppress" else "excess"], abs=0.051
        )
