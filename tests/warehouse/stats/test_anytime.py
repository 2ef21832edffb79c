"""Confidence sequences: by hand, and that they cover at every look at once."""

import numpy as np
import pytest

from warehouse.stats.anytime import InvalidLevel, difference_sequence, mean_sequence, rate_sequence
from warehouse.stats.intervals import wilson

LOOKS = np.arange(1, 1001)


def test_by_hand() -> None:
    """v = 25, ρ = 25 / (5.99 + log 6.99) = 3.15, reach = √(28.15 · log(28.15 / (3.15 · .0025)))."""
    low, high = mean_sequence(np.array([30.0]), np.array([100.0]), 1.0)
    rho = 25 / (2 * np.log(20) + np.log1p(2 * np.log(20)))
    reach = np.sqrt((25 + rho) * np.log((25 + rho) / (rho * 0.0025)))
    assert rho == pytest.approx(3.15, abs=0.01)
    assert (low[0], high[0]) == pytest.approx((0.3 - reach / 100, 0.3 + reach / 100))


@pytest.mark.parametrize("rate", [0.02, 0.3, 0.5])
def test_a_rate_is_covered_at_every_look_at_once(rate: float) -> None:
    random = np.random.default_rng(2)
    shown = (random.random((500, LOOKS.size)) < rate).cumsum(axis=1)
    low, high = rate_sequence(shown, LOOKS)
    always = ((low <= rate) & (rate <= high)).all(axis=1)
    assert always.mean() >= 0.95
    if rate == 0.5:
        usual = wilson(shown, LOOKS)
        assert ((usual.low <= rate) & (rate <= usual.high)).all(axis=1).mean() < 0.75


def test_a_difference_is_covered_at_every_look_at_once() -> None:
    random = np.random.default_rng(3)
    one, two = ((random.random((400, LOOKS.size)) < p).cumsum(axis=1) for p in (0.6, 0.3))
    low, high = difference_sequence(one, two, LOOKS)
    assert ((low <= 0.3) & (high >= 0.3)).all(axis=1).mean() >= 0.95
    assert (low[:, -1] > 0).mean() > 0.9


def test_nothing_seen_says_nothing() -> None:
    low, high = rate_sequence(np.array([0.0]), np.array([0.0]))
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    with pytest.raises(InvalidLevel):
        mean_sequence(np.array([1.0]), np.array([1.0]), 1.0, 1.5)
