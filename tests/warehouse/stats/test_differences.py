"""Differences of rates: published values, the paired error, coverage and error rates."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import beta, norm, ttest_1samp
from statsmodels.stats.proportion import confint_proportions_2indep

from warehouse.stats.differences import (
    Difference,
    InvalidMargin,
    bounds,
    independent,
    log_odds_ratio,
    nonzero,
    of_fixed_questions,
    of_sampled_questions,
    take,
    within,
)
from warehouse.stats.estimates import Estimate, clustered, fixed

COUNTS = st.lists(
    st.tuples(st.integers(1, 40), st.integers(0, 40), st.integers(1, 40), st.integers(0, 40)).map(
        lambda c: (min(c[:2]), max(c[:2]), min(c[2:]), max(c[2:]))
    ),
    min_size=2,
    max_size=12,
)


def one_cell(method: Any, cell: list[tuple[int, int, int, int]]) -> Difference:
    difference: Difference = method(*np.array(cell).T, np.zeros(len(cell), int), 1)
    return difference


def test_newcombe_s_example() -> None:
    # Newcombe 1998, Stat. Med. 17:873, table II, example (a), method 10: 56/70 - 48/80.
    low, high = bounds(one_cell(of_fixed_questions, [(56, 70, 48, 80)]), 0.95)
    assert (low[0].round(4), high[0].round(4)) == (0.0524, 0.3339)


@given(st.integers(1, 90), st.integers(0, 90), st.integers(1, 90), st.integers(0, 90))
def test_one_question_agrees_with_statsmodels(n1: int, k1: int, n2: int, k2: int) -> None:
    k1, k2 = min(n1, k1), min(n2, k2)
    expected = confint_proportions_2indep(k1, n1, k2, n2, method="newcomb")
    low, high = bounds(one_cell(of_fixed_questions, [(k1, n1, k2, n2)]), 0.95)
    assert (low[0], high[0]) == pytest.approx(expected, abs=1e-9)


def test_the_paired_error_is_that_of_the_question_differences() -> None:
    one, two = np.array([9, 2, 5, 7, 1, 8]), np.array([3, 1, 2, 5, 1, 1])
    n = np.full(6, 10)
    difference = of_sampled_questions(one, n, two, n, np.zeros(6, int), 1)
    d = (one - two) / 10
    assert difference.value[0] == pytest.approx(d.mean())
    assert difference.variance[0] == pytest.approx(d.var(ddof=1) / 6)
    assert difference.freedom[0] == 5


def test_in_the_middle_the_interval_is_nearly_the_paired_t_interval() -> None:
    random = np.random.default_rng(1)
    own = random.uniform(0.2, 0.8, 40)
    one, two = random.binomial(200, own), random.binomial(200, own - 0.1)
    n = np.full(40, 200)
    low, high = bounds(of_sampled_questions(one, n, two, n, np.zeros(40, int), 1), 0.95)
    t = ttest_1samp((one - two) / 200, 0).confidence_interval(0.95)
    assert (low[0], high[0]) == pytest.approx((t.low, t.high), abs=0.001)


def test_questions_that_never_differ_are_no_certainty() -> None:
    # Five questions always, five never, in both arms: no sampled question showed a difference.
    cell = [(10, 10, 10, 10)] * 5 + [(0, 10, 0, 10)] * 5
    new, still = one_cell(of_sampled_questions, cell), one_cell(of_fixed_questions, cell)
    assert new.variance[0] == pytest.approx(0.25 * 0.5 / 10)
    assert bounds(still, 0.95).high[0] > 0.03
    assert bounds(new, 0.95).high[0] > 0.2
    # With answers in between, the sampling of answers is what is left.
    between = [(5, 10, 5, 10), (9, 10, 9, 10), (1, 10, 1, 10), (3, 10, 3, 10)]
    assert one_cell(of_sampled_questions, between).variance[0] == pytest.approx(
        one_cell(of_fixed_questions, between).variance[0]
    )


def test_unequally_counted_questions_weigh_the_same() -> None:
    for method in (of_fixed_questions, of_sampled_questions):
        difference = one_cell(method, [(10, 10, 0, 10), (0, 2, 0, 40)])
        assert difference.value[0] == 0.5


@given(COUNTS)
def test_bounds_hold_the_difference_and_mirror(cell: list[tuple[int, int, int, int]]) -> None:
    swapped = [(k2, n2, k1, n1) for k1, n1, k2, n2 in cell]
    for method in (of_fixed_questions, of_sampled_questions):
        difference = one_cell(method, cell)
        low, high = bounds(difference, 0.95)
        assert -1 <= low[0] <= difference.value[0] <= high[0] <= 1
        assert high[0] > low[0]
        back = bounds(one_cell(method, swapped), 0.95)
        assert (-back.high[0], -back.low[0]) == pytest.approx((low[0], high[0]))


def nested(difference: Difference, alpha: float, hair: float = 1e-9) -> bool:
    """Whether the bounds widen from level 0 up to 1 - 2 alpha, as p-values presume."""
    levels = np.linspace(0.02, 1 - 2 * alpha, 60)
    lows, highs = np.array([[float(b[0]) for b in bounds(difference, at)] for at in levels]).T
    return bool((np.diff(lows) <= hair).all() and (np.diff(highs) >= -hair).all())


@pytest.mark.parametrize(
    "few", [[(1, 3, 0, 2), (3, 4, 2, 2)], [(4, 20, 1, 20), (19, 20, 17, 20)], [(0, 9, 1, 9)] * 3]
)
def test_bounds_widen_with_the_level_where_few_questions_agree_by_chance(few: Any) -> None:
    assert nested(one_cell(of_sampled_questions, few), 0.005, hair=0.001)


@settings(max_examples=50)
@given(COUNTS, st.sampled_from([0.01, 0.05, 0.2]), st.sampled_from([0.05, 0.2, 0.5]))
def test_p_values_say_what_the_bounds_say(
    cell: list[tuple[int, int, int, int]], alpha: float, margin: float
) -> None:
    for method in (of_fixed_questions, of_sampled_questions):
        difference = one_cell(method, cell)
        low, high = bounds(difference, 1 - 2 * alpha)
        if not nested(difference, alpha):
            continue  # bounds that narrow as the level rises: see `bounds`
        clear = min(abs(high[0] - margin), abs(low[0] + margin), abs(low[0]), abs(high[0])) > 1e-6
        if clear:
            assert (within(difference, margin)[0] <= 2 * alpha) == (
                -margin < low[0] <= high[0] < margin
            )
            assert (nonzero(difference)[0] <= 2 * alpha) == (low[0] > 0 or high[0] < 0)


def test_p_value_of_one_question_is_nearly_the_z_test() -> None:
    p = nonzero(one_cell(of_fixed_questions, [(300, 1000, 260, 1000)]))[0]
    z = 0.04 / np.sqrt((0.3 * 0.7 + 0.26 * 0.74) / 1000)
    assert p == pytest.approx(2 * norm.sf(z), rel=0.02)


@pytest.mark.parametrize("margin", [0, 1, -0.1, float("nan")])
def test_a_margin_lies_between_zero_and_one(margin: float) -> None:
    with pytest.raises(InvalidMargin, match="between 0 and 1"):
        within(one_cell(of_fixed_questions, [(1, 2, 1, 2)]), margin)


def test_one_question_tells_nothing_of_others() -> None:
    difference = one_cell(of_sampled_questions, [(9, 10, 1, 10)])
    assert np.isnan(bounds(difference, 0.95)).all()
    assert np.isnan([within(difference, 0.05)[0], nonzero(difference)[0]]).all()


def test_log_odds_ratio_by_hand() -> None:
    # Woolf with ½ added: (10.5 · 15.5) / (10.5 · 5.5) and 1/10.5 + 1/10.5 + 1/5.5 + 1/15.5.
    value, (low, high) = log_odds_ratio(one_cell(of_fixed_questions, [(10, 20, 5, 20)]), 0.95)
    expected = np.log(15.5 / 5.5)
    reach = 1.959964 * np.sqrt(2 / 10.5 + 1 / 5.5 + 1 / 15.5)
    assert [value[0], low[0], high[0]] == pytest.approx(
        [expected, expected - reach, expected + reach]
    )


def test_welch_s_degrees_of_freedom() -> None:
    one = clustered([40, 60, 55, 35], [100] * 4, [0] * 4, 1)
    two = clustered([20, 30, 25], [100] * 3, [0] * 3, 1)
    a, b = one.variance[0], two.variance[0]
    expected = (a + b) ** 2 / (a**2 / 3 + b**2 / 2)
    assert independent(one, two).freedom[0] == pytest.approx(expected)
    still = fixed([20], [100], [0], 1)
    mixed = independent(one, still).freedom[0]
    assert mixed == pytest.approx((a + still.variance[0]) ** 2 / (a**2 / 3))
    assert np.isinf(independent(still, still).freedom[0])
    assert independent(one, clustered([5], [10], [0], 1)).freedom[0] == 0


def test_taking_cells() -> None:
    both = of_fixed_questions(
        np.array([1, 5]), np.array([9, 9]), np.array([2, 2]), np.array([9, 9]), [0, 1], 2
    )
    taken = take(both, np.array([1, -1, 0]))
    assert taken.value[[0, 2]].tolist() == both.value[[1, 0]].tolist()
    assert np.isnan(taken.value[1])
    none = Difference(*(Estimate(*[np.zeros(0)] * 3),) * 2, np.zeros(0), np.zeros(0))
    assert np.isnan(take(none, np.array([-1])).value).all()


# --- Simulation -------------------------------------------------------------------------

STUDIES = 1500
Rates = NDArray[np.float64]


def two_arms(
    random: np.random.Generator, means: tuple[float, float], icc: float, tie: float,
    questions: int, answers: int,
) -> tuple[Rates, Rates, Difference, Difference]:  # fmt: skip
    """Own rates of two arms and their differences, questions tied by a normal copula."""
    shape = (STUDIES, questions)
    normal = random.standard_normal((2, *shape))
    normal[1] = tie * normal[0] + np.sqrt(1 - tie**2) * normal[1]
    grid = np.linspace(0, 1, 2001)[1:-1]
    own = []
    for mean, score in zip(means, normal, strict=True):
        if icc == 0 or mean == 0:
            own.append(np.full(shape, mean))
        else:
            strength = (1 - icc) / icc
            quantiles = beta.ppf(grid, mean * strength, (1 - mean) * strength)
            own.append(np.interp(norm.cdf(score), grid, quantiles))
    counts = [random.binomial(answers, rates).ravel() for rates in own]
    n = np.full(STUDIES * questions, answers)
    at = np.repeat(np.arange(STUDIES), questions)
    arguments = counts[0], n, counts[1], n, at, STUDIES
    return own[0], own[1], of_fixed_questions(*arguments), of_sampled_questions(*arguments)


@pytest.mark.parametrize("icc", [0.0, 0.25, 0.45])
@pytest.mark.parametrize("tie", [0.0, 0.8])
def test_coverage(icc: float, tie: float) -> None:
    random = np.random.default_rng(30)
    still, new = {}, {}
    for size in ((8, 10), (10, 100)):
        for means in ((0.0, 0.0), (0.02, 0.0), (0.1, 0.05), (0.3, 0.1), (0.5, 0.5), (0.02, 0.9)):
            one, two, fixed_pair, sampled_pair = two_arms(random, means, icc, tie, *size)
            truth = one.mean(axis=1) - two.mean(axis=1)
            low, high = bounds(fixed_pair, 0.95)
            still[size, means] = ((low <= truth + 1e-12) & (truth - 1e-12 <= high)).mean()
            # The copula's grid cuts the tails: the mean of the drawn rates is the truth.
            truth_new = one.mean() - two.mean()
            low, high = bounds(sampled_pair, 0.95)
            new[size, means] = ((low <= truth_new) & (truth_new <= high)).mean()
    assert min(still.values()) > 0.93, still
    assert min(new.values()) > 0.93, new


def test_log_odds_coverage_in_the_middle() -> None:
    random = np.random.default_rng(31)
    for means in ((0.5, 0.5), (0.6, 0.3), (0.8, 0.3)):
        *_, sampled = two_arms(random, means, 0.2, 0.5, 10, 30)
        truth = np.log(means[0] / (1 - means[0])) - np.log(means[1] / (1 - means[1]))
        _, (low, high) = log_odds_ratio(sampled, 0.95)
        assert ((low <= truth) & (truth <= high)).mean() > 0.93


@pytest.mark.parametrize("icc", [0.0, 0.1, 0.25, 0.45])
def test_rates_at_the_margin_are_rarely_called_equivalent(icc: float) -> None:
    # The hardest cells: exactly at the margin. Equivalence is claimed at α = 0.05.
    random = np.random.default_rng(32)
    claimed: dict[Any, float] = {}
    for size in ((8, 10), (10, 10), (8, 100), (10, 100)):
        for means, margin in (
            ((0.05, 0.0), 0.05),
            ((0.10, 0.0), 0.10),
            ((0.20, 0.0), 0.20),
            ((0.10, 0.05), 0.05),
            ((0.30, 0.10), 0.20),
            ((0.60, 0.50), 0.10),
        ):
            one, two, still, new = two_arms(random, means, icc, 0.5, *size)
            claimed[size, means, "new"] = (within(new, margin) <= 0.05).mean()
            beyond = np.abs(one.mean(axis=1) - two.mean(axis=1)) >= margin - 1e-12
            claimed[size, means, "these"] = (within(still, margin)[beyond] <= 0.05).mean()
    # The worst of 48 cells, each known to ± 0.011.
    assert max(claimed.values()) < (0.062 if icc < 0.45 else 0.08), claimed
    assert np.mean(list(claimed.values())) < 0.02, claimed
