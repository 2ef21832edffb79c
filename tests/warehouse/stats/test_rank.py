"""Ranks: by hand, undefined cases, coverage of rank intervals and calibration of the chances."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import expit
from scipy.stats import norm

from tests.warehouse.stats.frames import cell, frame
from warehouse.stats.estimates import Estimate
from warehouse.stats.rank import (
    ALONE,
    MOST,
    NO_INTERVAL,
    NOT_A_RESULT,
    ONE_QUESTION,
    OTHER_MODELS,
    OTHER_QUESTIONS,
    TOO_MANY,
    _best,
    rank,
)

LOW, MIDDLE, HIGH = [0, 1] * 5, [10, 12] * 5, [18, 17] * 5


def ranked(*arms: list[dict[str, Any]], **asked: Any) -> dict[str, dict[str, Any]]:
    found = rank(frame(cell([15] * 10, 20), *arms), **asked)
    return {row["intervention"]: row for row in found.iter_rows(named=True)}


def test_arms_far_apart_have_certain_ranks() -> None:
    found = ranked(
        *(cell(k, 20, intervention=name) for k, name in ((MIDDLE, "b"), (LOW, "a"), (HIGH, "c")))
    )
    assert {name: row["rank"] for name, row in found.items()} == {"a": 1, "b": 2, "c": 3}
    assert all(row["rank_low"] == row["rank"] == row["rank_high"] for row in found.values())
    assert [round(found[name]["p_best"], 2) for name in "abc"] == [1, 0, 0]
    assert found["b"]["rate_ranked"] == pytest.approx(0.55)
    assert (found["a"]["questions"], found["a"]["ranked"], found["a"]["unit"]) == (
        *(10, 3),
        "new-prompts",
    )


def test_arms_that_are_alike_share_the_first_place() -> None:
    found = ranked(*(cell([0] * 10, 20, intervention=name) for name in "abcd"))
    for row in found.values():
        assert (row["rank"], row["rank_low"], row["rank_high"]) == (1, 1, 4)
        assert row["p_best"] == pytest.approx(0.25, abs=0.03)
    assert sum(row["p_best"] for row in found.values()) == pytest.approx(1)


def test_two_rates_of_fixed_questions_are_compared_as_normal_ones() -> None:
    rate, size = np.array([0.48, 0.5]), np.array([2000.0, 2000.0])
    estimate = Estimate(rate, size, np.full(2, np.inf))
    chance = norm.cdf(0.02 / np.sqrt(estimate.variance.sum()))
    assert _best(estimate, np.zeros((2, 10)), 0)[0] == pytest.approx(chance, abs=0.02)


def test_shared_questions_make_the_chance_surer() -> None:
    estimate = Estimate(np.array([0.45, 0.5]), np.array([40.0, 40.0]), np.full(2, 9.0))
    alone = _best(estimate, np.zeros((2, 10)), 0)[0]
    spread = np.linspace(-1, 1, 10) * (90 * estimate.variance[0] / 4.0741) ** 0.5
    together = _best(estimate, np.vstack([spread, spread]), 0)[0]
    assert alone < 0.8
    assert together > 0.95


@pytest.mark.parametrize(
    ("unit", "runs", "expected"),
    [("auto", 1, "new-prompts"), ("auto", 2, "both"), ("prompts", 1, "prompts"),
     ("new-fine-tunes", 3, "new-fine-tunes")],
)  # fmt: skip
def test_every_unit(unit: str, runs: int, expected: str) -> None:
    arms = [
        cell([k + (seed % 2) for k in shown], 20, intervention=name, seed=seed)
        for name, shown in (("a", LOW), ("b", HIGH))
        for seed in range(runs)
    ]
    found = ranked(*arms, unit=unit)
    assert {row["unit"] for row in found.values()} == {expected}
    assert (found["a"]["rank"], found["b"]["rank"]) == (1, 2)
    assert found["a"]["p_best"] > 0.95


def test_what_cannot_be_ranked_says_why() -> None:
    found = ranked(
        cell(LOW, 20, intervention="a"),
        cell(HIGH, 20, intervention="b"),
        cell(MIDDLE, 20, intervention="unscored", n_unparsed=5),
        cell([3] * 10, 20, intervention="elsewhere", question="other"),
        cell(LOW, 20, intervention="alone", settings="9 epochs"),
    )
    assert {n: r["rank_note"] for n, r in found.items()} == {
        "a": None,
        "b": None,
        "unscored": NOT_A_RESULT,
        "elsewhere": OTHER_QUESTIONS,
        "alone": ALONE,
    }
    assert found["unscored"]["rank"] is found["elsewhere"]["p_best"] is None
    assert found["a"]["ranked"] == 2
    two = [cell([k], 20, intervention=name) for k, name in ((3, "a"), (5, "b"))]
    assert {r["rank_note"] for r in ranked(*two).values()} == {ONE_QUESTION}
    two = [cell(MIDDLE, 20, intervention=name) for name in "ab"]
    assert {r["rank_note"] for r in ranked(*two, unit="both").values()} == {NO_INTERVAL}


def test_a_question_that_one_arm_did_not_count_is_left_out_for_all() -> None:
    short = [20] * 9 + [0]
    found = ranked(cell(MIDDLE, 20, intervention="a"), cell([*LOW[:9], 0], short, intervention="b"))
    assert {row["questions"] for row in found.values()} == {9}
    assert found["a"]["rate_ranked"] == pytest.approx(98 / 180)


def test_over_models_by_their_mean() -> None:
    arms = [
        cell(k, 20, intervention=name, model=model, settings=f"{model} epochs")
        for model, name, k in (
            ("x", "a", LOW),
            ("x", "b", MIDDLE),
            ("y", "a", MIDDLE),
            ("y", "b", HIGH),
            ("y", "only-y", LOW),
        )
    ]
    found = ranked(*arms, over_models=True)
    assert (found["a"]["rank"], found["b"]["rank"]) == (1, 2)
    assert found["a"]["rate_ranked"] == pytest.approx((0.025 + 0.55) / 2)
    assert found["a"]["n_models"] == 2
    assert found["only-y"]["rank_note"] == OTHER_MODELS
    assert "model" not in found["a"]
    # The difference is the same in both models, which the questions of either alone would show.
    assert found["a"]["p_best"] > 0.99


def test_thousands_of_arms_are_not_held_against_each_other() -> None:
    found = ranked(*(cell([3, 4], 20, intervention=f"arm-{n}") for n in range(MOST + 1)))
    assert {row["rank_note"] for row in found.values()} == {TOO_MANY}
    assert {row["rank"] for row in found.values()} == {None}


def test_nothing_to_rank() -> None:
    found = rank(frame(cell([15] * 10, 20)))
    assert found.is_empty()
    assert {"rank", "p_best", "intervention"} <= set(found.columns)


def simulated(
    random: np.random.Generator, arms: int, runs: int
) -> tuple[pl.DataFrame, np.ndarray[Any, Any]]:
    """Arms whose true rates differ by half a logit, and the order of these."""
    mean = random.normal(-0.5, 0.5, arms)
    hard, others = random.normal(0, 1, 10), random.normal(0, 1, 2000)
    told = [cell([5] * 10, 20)]
    for arm in range(arms):
        own = hard + mean[arm] + random.normal(0, 0.25, 10)
        for seed in range(runs):
            rate = expit(own + random.normal(0, 0.3 * (runs > 1)))
            shown = random.binomial(20, rate).tolist()
            told.append(cell(shown, 20, intervention=f"arm-{arm}", seed=seed))
    true = expit(others[:, None] + mean).mean(axis=0)
    return frame(*told), np.argsort(np.argsort(true)) + 1


@pytest.mark.parametrize(
    ("runs", "studies"),
    [(1, 60), (2, 15), pytest.param(1, 1000, marks=pytest.mark.exhaustive),
     pytest.param(3, 600, marks=pytest.mark.exhaustive)],
)  # fmt: skip
def test_rank_intervals_cover_and_chances_are_calibrated(runs: int, studies: int) -> None:
    random = np.random.default_rng(21)
    held, chance, best = [], [], []
    for _ in range(studies):
        counts, true = simulated(random, 5, runs)
        found = rank(counts).sort("intervention")
        low, high = (found[name].to_numpy() for name in ("rank_low", "rank_high"))
        held.append(((low <= true) & (true <= high)).mean())
        chance += found["p_best"].to_list()
        best += (true == 1).tolist()
    assert np.mean(held) >= 0.95
    said, came = np.array(chance), np.array(best, float)
    for least, most in ((0.0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1.01)):
        chosen = (said >= least) & (said < most)
        slack = 0.04 + 3 * 0.5 / max(chosen.sum(), 1) ** 0.5
        assert not chosen.any() or abs(said[chosen].mean() - came[chosen].mean()) <= slack
