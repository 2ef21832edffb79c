"""The random-effects mean: against statsmodels, and what it covers with few models."""

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from warehouse.stats.randomeffects import pooled

VALUES = np.array([0.62, 0.10, 0.35, 0.91, 0.05, 0.48])
ERRORS = np.array([0.10, 0.05, 0.12, 0.04, 0.03, 0.15])


def test_as_statsmodels_has_it() -> None:
    theirs = combine_effects(VALUES, ERRORS**2, method_re="iterated", use_t=True)
    ours = pooled(VALUES, ERRORS)
    assert ours.spread**2 == pytest.approx(theirs.tau2, abs=1e-6)
    assert ours.mean == pytest.approx(theirs.mean_effect_re, abs=1e-6)
    low, high = theirs.conf_int()[3]  # Hartung and Knapp
    assert (ours.low, ours.high) == pytest.approx((low, high), abs=1e-5)


def test_two_alike_by_hand() -> None:
    """Nothing varies: the mean's error is .1/√2, and no narrower by chance."""
    got = pooled([0.3, 0.3], [0.1, 0.1])
    assert (got.mean, got.spread) == pytest.approx((0.3, 0))
    assert got.high - got.mean == pytest.approx(12.706 * 0.1 / 2**0.5, rel=1e-4)
    assert np.isnan(got.next_low)


def test_one_and_none_have_no_interval() -> None:
    assert pooled([0.3], [0.1]).mean == 0.3
    assert np.isnan(pooled([0.3], [0.1]).low)
    assert np.isnan(pooled([], []).mean)


def test_coverage_of_the_mean_and_of_the_next_one() -> None:
    random = np.random.default_rng(9)
    covered = []
    for _ in range(400):
        own = random.normal(0.4, 0.2, 6)
        errors = random.uniform(0.03, 0.2, 6)
        got = pooled(random.normal(own[:5], errors[:5]), errors[:5])
        covered.append((got.low <= 0.4 <= got.high, got.next_low <= own[5] <= got.next_high))
    mean, following = np.mean(covered, axis=0)
    assert mean > 0.93
    assert following > 0.9
