"""Worst-case bounds with their sampling error: between a one-sided and a two-sided quantile."""

import numpy as np
import pytest

from tests.warehouse.stats.frames import cell, frame
from warehouse.stats.intervals import wilson
from warehouse.stats.rates import rates
from warehouse.stats.worstcase import interval

MANY = np.array([np.inf])


def test_bounds_that_are_one_have_the_usual_interval() -> None:
    rate, size = np.array([0.3]), np.array([100.0])
    low, high = interval(rate, rate, size, MANY, 0.95)
    usual = wilson([30], [100])
    assert (low[0], high[0]) == pytest.approx((usual.low[0], usual.high[0]), abs=1e-6)


def test_bounds_far_apart_are_each_one_sided() -> None:
    low, high = interval(np.array([0.3]), np.array([0.7]), np.array([100.0]), MANY, 0.95)
    one_sided = wilson([30, 70], [100, 100], 0.9)
    assert (low[0], high[0]) == pytest.approx((one_sided.low[0], one_sided.high[1]), abs=1e-6)


def test_it_covers_the_rate_wherever_it_lies() -> None:
    random = np.random.default_rng(5)
    for unscored in (0.0, 0.02, 0.2):
        k = random.binomial(200, 0.4, 4000) / 200
        low, high = interval(k, k + unscored, np.full(4000, 200.0), np.full(4000, np.inf), 0.95)
        for truth in (0.4, 0.4 + unscored):
            assert np.mean((low <= truth) & (truth <= high)) > 0.94


def test_rates_have_it() -> None:
    counts = frame(cell([3, 5, 6, 4], 10, n_planned=20, n_unparsed=10, n_unscored_excluded=10))
    row = rates(counts, ["model"], "prompts").row(0, named=True)
    assert row["worst_interval_low"] < row["worst_low"] == 18 / 80
    assert row["worst_high"] == 58 / 80 < row["worst_interval_high"]
    assert row["is_result"] is False
