"""Variance shares: the balanced analysis of variance, recovery, and what cannot be told apart."""

import numpy as np
import polars as pl
import pytest

from tests.warehouse.stats.frames import cell, frame
from warehouse.stats.variance import NO_VARIATION, TOO_RARE, components, variance_shares


def test_a_balanced_design_gives_the_analysis_of_variance() -> None:
    # Two crossed factors, one observation a cell, known noise 0.1.
    random = np.random.default_rng(1)
    rows, columns = 6, 5
    y = random.normal(0, 2, (rows, 1)) + random.normal(0, 1, (1, columns))
    y = y + random.normal(0, 1, (rows, columns))
    row, column = (code.ravel() for code in np.indices(y.shape))
    got = components(y.ravel(), np.full(y.size, 0.1), [row, column, np.arange(y.size)])
    mean_row = columns * y.mean(axis=1).var(ddof=1)
    mean_column = rows * y.mean(axis=0).var(ddof=1)
    off = y - y.mean(axis=1, keepdims=True) - y.mean(axis=0) + y.mean()
    rest = (off**2).sum() / (rows - 1) / (columns - 1)
    expected = [(mean_row - rest) / columns, (mean_column - rest) / rows, rest - 0.1]
    assert got == pytest.approx(expected)


def study(
    random: np.random.Generator, sd: dict[str, float], models: int = 6, arms: int = 8,
    questions: int = 10, seeds: int = 1, answers: int = 200,
) -> pl.DataFrame:  # fmt: skip
    """Counts whose logits are sums of random effects of known standard deviations."""
    model = random.normal(0, sd.get("model", 0), models)
    arm = random.normal(0, sd.get("intervention", 0), arms)
    question = random.normal(0, sd.get("question", 0), questions)
    both = random.normal(0, sd.get("model × intervention", 0), (models, arms))
    cells = []
    for m in range(models):
        for a in range(arms):
            for s in range(seeds):
                run = random.normal(0, sd.get("seed", 0))
                rest = random.normal(0, sd.get("rest", 0), questions)
                logit = model[m] + arm[a] + question + both[m, a] + run + rest
                k = random.binomial(answers, 1 / (1 + np.exp(-logit)))
                dims = {"model": f"m{m}", "intervention": f"v{a}" if a else "none", "seed": s}
                cells.append(cell(k.tolist(), answers, **dims))
    return frame(*cells)


def test_components_are_recovered() -> None:
    random = np.random.default_rng(2)
    sd = {
        "model": 0.6,
        "intervention": 1.0,
        "question": 0.7,
        "model × intervention": 0.5,
        "rest": 0.4,
    }
    found = pl.concat([variance_shares(study(random, sd)) for _ in range(25)])
    mean = dict(found.group_by("factor").agg(pl.col("component").mean()).iter_rows())
    for factor, deviation in sd.items():
        assert mean[factor] == pytest.approx(deviation**2, rel=0.3), factor
    assert mean["model × question"] < 0.05
    assert mean["intervention × question"] < 0.05


def test_shares_add_up_and_intervals_hold_them() -> None:
    got = variance_shares(study(np.random.default_rng(3), {"model": 1, "intervention": 1}))
    assert got["share"].sum() == pytest.approx(1)
    assert (got["low"] <= got["share"]).all()
    assert (got["share"] <= got["high"]).all()
    # A component at zero is not certain to be.
    zero = got.filter(pl.col("component") == 0)
    assert zero.height
    assert (zero["high"] > 0).any()


def test_seeds_are_told_apart_only_where_there_are_some() -> None:
    random = np.random.default_rng(4)
    once = variance_shares(study(random, {"seed": 1.0}))
    assert "seed" not in once["factor"].to_list()
    twice = variance_shares(study(random, {"seed": 1.0}, seeds=3))
    largest = twice.sort("component")["factor"][-1]
    assert largest == "seed"
    assert twice.filter(factor="seed")["component"][0] == pytest.approx(1, rel=0.4)


def test_factors_of_one_level_are_left_out() -> None:
    got = variance_shares(study(np.random.default_rng(5), {"intervention": 1}, models=1))
    assert got["factor"].to_list() == ["intervention", "question", "intervention × question"]
    assert got["levels"].to_list() == [8, 10, 80]


def test_untuned_and_prompted_evaluations_are_left_out() -> None:
    counts = frame(cell([5, 6], 10, dataset="none"), cell([5, 6], 10, eval_intervention="alex"))
    assert variance_shares(counts).height == 0
    assert variance_shares(frame()).height == 0


def test_without_variance_there_are_no_shares() -> None:
    got = variance_shares(frame(cell([50] * 3, 100), cell([50] * 3, 100, model="b")))
    assert got["share"].null_count() == got.height > 0
    assert set(got["note"]) == {NO_VARIATION}


def test_where_the_rarer_outcome_is_hardly_seen_there_are_no_shares() -> None:
    for trait in ([1, 9, 4], [99, 91, 96]):
        got = variance_shares(frame(cell(trait, 100), cell(trait[::-1], 100, model="b")))
        assert got["share"].null_count() == got.height > 0
        assert set(got["note"]) == {TOO_RARE}
    told = variance_shares(frame(cell([20, 40, 30], 100), cell([30, 20, 10], 100, model="b")))
    assert told["note"].null_count() == told.height
    assert set(told["method"]) == {"moments"}


def test_a_single_observation_has_no_factors() -> None:
    assert variance_shares(frame(cell([5], 10))).height == 0


def test_variance_that_one_question_makes_has_shares_but_no_intervals() -> None:
    counts = frame(cell([50, 50, 100], 100), cell([50, 50, 0], 100, model="b"))
    got = variance_shares(counts)
    assert got["share"].sum() == pytest.approx(1)
    assert got["low"].null_count() == got.height


def test_judges_are_apart() -> None:
    counts = frame(cell([50, 90], 100), cell([10, 20], 100, judge="judge-b"))
    got = variance_shares(counts)
    assert got["judge"].to_list() == ["judge-a", "judge-b"]
    assert got["factor"].to_list() == ["question", "question"]
