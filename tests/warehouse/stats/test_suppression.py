"""Suppression: the ratio by hand, its undefined cases, and its coverage."""

import numpy as np
import pytest
from scipy.stats import beta, norm

from warehouse.stats.estimates import Estimate
from warehouse.stats.suppression import ThreeArms, arms, suppression


def independent(control: float, arm: float, untuned: float, size: float) -> ThreeArms:
    zero, many = np.zeros(1), np.array([np.inf])
    one, two, three = (
        Estimate(np.array([p]), np.array([size]), many) for p in (control, arm, untuned)
    )
    return ThreeArms(one, two, three, zero, zero, zero)


def test_fieller_by_hand() -> None:
    # Large samples, so that the floor on variances does not matter: A = 0.3, B = 0.5.
    of = independent(0.6, 0.3, 0.1, 1e4)
    value, (low, high) = suppression(of, 0.95)
    assert value[0] == pytest.approx(0.6)
    v = [p * (1 - p) / 1e4 for p in (0.6, 0.3, 0.1)]
    # (A - S B)² = z² Var(A - S B) at both bounds.
    for bound in (low[0], high[0]):
        variance = (1 - bound) ** 2 * v[0] + v[1] + bound**2 * v[2]
        assert (0.3 - bound * 0.5) ** 2 == pytest.approx(1.959964**2 * variance, rel=1e-3)
    # And close to the delta method.
    reach = 1.96 * np.sqrt((0.4**2 * v[0] + v[1] + 0.6**2 * v[2]) / 0.25)
    assert (low[0], high[0]) == pytest.approx((0.6 - reach, 0.6 + reach), abs=1e-3)


def test_all_none_and_more_than_none() -> None:
    assert suppression(independent(0.8, 0.1, 0.1, 100), 0.95)[0][0] == pytest.approx(1)
    assert suppression(independent(0.8, 0.8, 0.1, 100), 0.95)[0][0] == 0
    assert suppression(independent(0.8, 0.9, 0.1, 100), 0.95)[0][0] < 0


def test_an_uncertain_emergence_has_no_ratio() -> None:
    value, (low, high) = suppression(independent(0.12, 0.1, 0.1, 50), 0.95)
    assert value[0] == pytest.approx(1)
    assert np.isnan([low[0], high[0]]).all()
    assert np.isnan(suppression(independent(0.1, 0.1, 0.1, 50), 0.95)[0][0])


def test_certain_looking_rates_are_not_certain() -> None:
    _, (low, high) = suppression(independent(1.0, 0.0, 0.0, 100), 0.95)
    assert low[0] < 0.98
    assert high[0] > 1.02


def test_arms_pair_their_questions() -> None:
    trait = np.array([[8, 6, 9, 7], [4, 2, 5, 3], [1, 0, 2, 1]])
    of = arms(trait, np.full((3, 4), 10), np.zeros(4, np.int64), 1, fixed=False)
    # Covariances of means of questions, as numpy has them.
    expected = np.cov(trait / 10) / 4
    assert of.control_arm[0] == pytest.approx(expected[0, 1])
    assert of.control_untuned[0] == pytest.approx(expected[0, 2])
    assert of.arm_untuned[0] == pytest.approx(expected[1, 2])
    still = arms(trait, np.full((3, 4), 10), np.zeros(4, np.int64), 1, fixed=True)
    assert still.control_arm[0] == 0


@pytest.mark.parametrize("unit", ["prompts", "new-prompts"])
@pytest.mark.parametrize("icc", [0.1, 0.3])
def test_coverage(unit: str, icc: float) -> None:
    random = np.random.default_rng(50)
    cells, strength = 2000, (1 - icc) / icc
    grid = np.linspace(0, 1, 2001)[1:-1]
    got = {}
    for questions, answers in ((8, 10), (10, 50)):
        at = np.repeat(np.arange(cells), questions)
        for means in ((0.6, 0.1, 0.02), (0.9, 0.02, 0.02), (0.5, 0.3, 0.05), (0.4, 0.4, 0.0)):
            # The three arms share the ease of a question, by a normal copula.
            shared = random.standard_normal((cells, questions))
            own = []
            for mean in means:
                score = norm.cdf(0.6 * shared + 0.8 * random.standard_normal(shared.shape))
                quantiles = beta.ppf(grid, mean * strength, (1 - mean) * strength)
                own.append(np.interp(score, grid, quantiles) if mean else np.zeros(shared.shape))
            rates = np.array(own)
            trait = random.binomial(answers, rates).reshape(3, -1)
            of = arms(trait, np.full(trait.shape, answers), at, cells, fixed=unit == "prompts")
            _, (low, high) = suppression(of, 0.95)
            true = rates.mean(axis=2 if unit == "prompts" else (1, 2))
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = (true[0] - true[1]) / (true[0] - true[2])
            defined = ~np.isnan(low)
            assert defined.mean() > 0.5
            got[questions, means] = ((low <= ratio) & (ratio <= high))[defined].mean()
    assert min(got.values()) > 0.925, got
