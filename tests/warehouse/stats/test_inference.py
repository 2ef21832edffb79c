"""What a comparison shows does not depend on how its family is adjusted for."""

import numpy as np
import polars as pl
import pytest

from tests.warehouse.stats.frames import beta_counts, cell, frame
from warehouse.stats.adjust import INTERVALS
from warehouse.stats.comparisons import compare
from warehouse.stats.inference import Inference, infer


def of_arms(
    random: np.random.Generator, arms: int, answers: int, runs: int = 1, below: float = 0.0
) -> pl.DataFrame:
    """Arms whose rates are 60 % less `below`, beside a control at 60 %; ten questions vary."""
    told = []
    for number in range(arms + 1):
        mean = 0.6 - below * (number > 0)
        for seed in range(runs):
            own = beta_counts(random, mean, 0.1, 10, answers, 1)[1][0]
            name = f"arm-{number}" if number else "none"
            told.append(cell(own.tolist(), answers, intervention=name, seed=seed))
    return frame(*told)


@pytest.mark.parametrize("unit", ["prompts", "new-prompts", "both"])
def test_simultaneous_intervals_hold_zero_where_the_adjusted_p_does_not_exclude_it(
    unit: str,
) -> None:
    counts = of_arms(np.random.default_rng(3), 8, 20, runs=3, below=0.2)
    comparison = compare(counts, "control", unit)
    each, all_at_once = (infer(comparison, "joint", intervals=how) for how in INTERVALS)
    assert (all_at_once.q == each.q).all()
    outside = (all_at_once.interval.low > 0) | (all_at_once.interval.high < 0)
    assert (outside == (each.q <= 0.05)).all()
    assert (all_at_once.interval.low <= each.interval.low).all()
    assert (all_at_once.interval.high >= each.interval.high).all()
    wider = all_at_once.interval.high - all_at_once.interval.low
    assert (wider > each.interval.high - each.interval.low + 0.01).any()


@pytest.mark.parametrize("unit", ["prompts", "new-prompts", "both"])
def test_one_comparison_alone_is_not_adjusted(unit: str) -> None:
    counts = of_arms(np.random.default_rng(3), 1, 20, runs=3, below=0.2)
    more = pl.col("n_counted") * pl.when(intervention="none").then(5).otherwise(1)
    comparison = compare(counts.with_columns(n_counted=more), "control", unit)
    each, all_at_once = (infer(comparison, "joint", intervals=how) for how in INTERVALS)
    assert each.q == each.p == all_at_once.q
    assert np.array_equal(each.interval, all_at_once.interval)


def test_simultaneous_intervals_hold_all_differences_at_once() -> None:
    random = np.random.default_rng(11)
    held = np.zeros(2)
    for _ in range(60):
        comparison = compare(of_arms(random, 12, 20, below=0.3), "control", "new-prompts")
        for place, how in enumerate(INTERVALS):
            interval = infer(comparison, "joint", intervals=how).interval
            held[place] += bool(((interval.low <= -0.3) & (interval.high >= -0.3)).all())
    assert held[1] / 60 >= 0.9
    assert held[0] < held[1]


@pytest.mark.parametrize("of_control", [20, 200])
def test_an_adjustment_changes_nothing_but_the_adjusted_p(of_control: int) -> None:
    random = np.random.default_rng(8)
    arms = [
        cell(random.binomial(20, 0.3, 8).tolist(), 20, intervention=f"arm-{number}")
        for number in range(5)
    ]
    control = cell(random.binomial(of_control, 0.4, 8).tolist(), of_control)
    comparison = compare(frame(control, *arms), "control", "new-prompts")
    jointly, alone = (infer(comparison, how) for how in ("joint", "none"))
    for name in set(Inference._fields) - {"q"}:
        assert np.asarray(getattr(jointly, name)).tobytes() == (
            np.asarray(getattr(alone, name)).tobytes()
        )
    assert alone.q.tobytes() == alone.p.tobytes()
    assert np.nansum(jointly.q > alone.p) > 0
