"""The beta-binomial likelihood: against scipy, and its interval's undefined cases."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import betabinom, t

from warehouse.stats.betabinomial import deviation_interval


def test_the_interval_is_where_the_likelihood_is_near_its_largest() -> None:
    trait, counted = np.array([1, 9, 4, 2, 8, 5]), np.full(6, 10)

    def loss(mean: float, correlation: float) -> float:
        strength = (1 - correlation) / correlation
        a, b = mean * strength, (1 - mean) * strength
        return -float(betabinom.logpmf(trait, counted, a, b).sum())

    best = minimize(lambda x: loss(*x), (0.5, 0.3), bounds=[(0.01, 0.99)] * 2, tol=1e-10).fun
    depth = t.ppf(0.975, 5) ** 2 / 2
    low, high = (
        bound.item() for bound in deviation_interval(trait, counted, np.zeros(6, int), 1, 0.95)
    )

    def reachable(deviation: float) -> bool:
        """Whether some mean makes a standard deviation plausible."""
        means = np.linspace(0.05, 0.95, 181)
        return any(
            loss(mean, deviation**2 / mean / (1 - mean)) <= best + depth
            for mean in means
            if 0 < deviation**2 / mean / (1 - mean) < 1
        )

    assert reachable(low + 0.01)
    assert reachable(high - 0.01)
    assert not reachable(low - 0.01)
    assert not reachable(high + 0.01)


def test_cells_are_apart_and_a_single_question_has_no_interval() -> None:
    together = deviation_interval([1, 9, 3, 5, 5], [10] * 5, np.array([0, 0, 1, 2, 2]), 4, 0.95)
    alone = deviation_interval([1, 9], [10] * 2, np.zeros(2, int), 1, 0.95)
    assert (together.low[0], together.high[0]) == (alone.low[0], alone.high[0])
    assert np.isnan([together.low[1], together.high[1], together.low[3]]).all()
    assert together.low[2] == 0


@pytest.mark.parametrize("trait", [0, 10])
def test_a_trait_never_or_always_seen_may_still_vary(trait: int) -> None:
    low, high = deviation_interval([trait] * 8, [10] * 8, np.zeros(8, int), 1, 0.95)
    assert low[0] == 0
    assert high[0] > 0.1
