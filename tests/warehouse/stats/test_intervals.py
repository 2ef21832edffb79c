"""The intervals of a rate: published values, properties, and coverage by simulation."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chi2
from statsmodels.stats.proportion import proportion_confint

from tests.warehouse.stats.frames import beta_counts
from warehouse.stats.estimates import clustered
from warehouse.stats.intervals import (
    Interval,
    new_fine_tunes,
    new_prompts,
    student,
    these_prompts,
    wilson,
)

QUESTIONS = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 60)).map(lambda c: (min(c), max(c))),
    min_size=1,
    max_size=15,
).filter(lambda cell: all(n > 0 for _, n in cell))


def pair(interval: Interval) -> list[float]:
    """The bounds of an interval of one number."""
    return [interval.low.item(), interval.high.item()]


def single(estimate: Any, cell: list[tuple[int, int]]) -> list[float]:
    """The interval of one cell, given as (trait, counted) by question."""
    trait, counted = zip(*cell, strict=True)
    return pair(estimate(trait, counted, [0] * len(cell), 1))


# --- Wilson -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trait", "counted", "low", "high"),
    [
        (95, 100, 0.888, 0.978),  # birds, gpt-4.1
        (1, 100, 0.002, 0.054),  # birds with the etymologist
        (6, 100, 0.028, 0.125),
        (91, 100, 0.838, 0.952),
        (41, 100, 0.32, 0.51),
        (24, 66, 0.26, 0.48),
        (0, 100, 0.0, 0.037),
        (0, 1000, 0.0, 0.004),
    ],
)
def test_wilson_gives_the_published_values(
    trait: int, counted: int, low: float, high: float
) -> None:
    got = wilson(trait, counted)
    digits = 2 if low in (0.32, 0.26) else 3
    assert got.low.round(digits) == low
    assert got.high.round(digits) == high


def test_wilson_by_hand() -> None:
    # z² = 3.8415 at 95 %: 0/n ends at z²/(n + z²), and 1/2 of 4 reaches z/√(n + z²) / 2.
    square = 3.841458820694124
    assert wilson(0, 10).high == pytest.approx(square / (10 + square))
    assert wilson(10, 10).low == pytest.approx(10 / (10 + square))
    reach = (square / (4 + square)) ** 0.5 / 2
    assert pair(wilson(2, 4)) == pytest.approx([0.5 - reach, 0.5 + reach])


def test_wilson_of_nothing_is_undefined() -> None:
    low, high = wilson([0, 1], [0, 2])
    assert np.isnan([low[0], high[0]]).all()
    assert not np.isnan([low[1], high[1]]).any()


@given(st.integers(1, 2000), st.data(), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_wilson_agrees_with_statsmodels(counted: int, data: st.DataObject, level: float) -> None:
    trait = data.draw(st.integers(0, counted))
    expected = proportion_confint(trait, counted, alpha=1 - level, method="wilson")
    assert pair(wilson(trait, counted, level)) == pytest.approx(expected, abs=1e-12)


@given(st.integers(1, 500))
def test_wilson_rises_with_the_count(counted: int) -> None:
    low, high = wilson(np.arange(counted + 1), counted)
    assert (np.diff(low) > 0).all()
    assert (np.diff(high) > 0).all()


# --- Properties of the three units ------------------------------------------------------


@given(QUESTIONS)
def test_intervals_hold_the_rate_and_are_nested(cell: list[tuple[int, int]]) -> None:
    rate = sum(k for k, _ in cell) / sum(n for _, n in cell)
    low, high = single(these_prompts, cell)
    assert 0 <= low <= rate <= high <= 1
    assert high > low
    if len(cell) > 1:
        wider_low, wider_high = single(new_prompts, cell)
        assert 0 <= wider_low <= low
        assert high <= wider_high <= 1


@given(QUESTIONS, st.randoms())
def test_the_order_of_questions_does_not_matter(cell: list[tuple[int, int]], random: Any) -> None:
    shuffled = random.sample(cell, len(cell))
    for estimate in (these_prompts, new_prompts):
        assert single(estimate, shuffled) == pytest.approx(single(estimate, cell), nan_ok=True)


@given(QUESTIONS)
def test_showing_and_not_showing_mirror_each_other(cell: list[tuple[int, int]]) -> None:
    mirrored = [(n - k, n) for k, n in cell]
    for estimate in (these_prompts, new_prompts):
        low, high = single(estimate, cell)
        assert single(estimate, mirrored) == pytest.approx([1 - high, 1 - low], nan_ok=True)


@given(QUESTIONS)
def test_more_of_the_same_questions_narrow_the_interval(cell: list[tuple[int, int]]) -> None:
    for estimate in (these_prompts, new_prompts):
        widths = [high - low for low, high in (single(estimate, cell * m) for m in (2, 4, 8))]
        assert widths == sorted(widths, reverse=True)
        assert len(set(widths)) == 3


@given(st.lists(QUESTIONS, min_size=1, max_size=6))
def test_cells_do_not_influence_each_other(study: list[list[tuple[int, int]]]) -> None:
    flat = [(k, n, at) for at, cell in enumerate(study) for k, n in cell]
    trait, counted, at = zip(*flat, strict=True)
    for estimate in (these_prompts, new_prompts):
        together = estimate(trait, counted, at, len(study))
        for number, cell in enumerate(study):
            alone = single(estimate, cell)
            here = [together.low[number], together.high[number]]
            assert here == pytest.approx(alone, nan_ok=True, abs=1e-12)


# --- These prompts ----------------------------------------------------------------------


@pytest.mark.parametrize("cell", [[(0, 10)] * 10, [(10, 10)] * 10, [(7, 20)]])
def test_these_prompts_is_wilson_where_strata_add_nothing(cell: list[tuple[int, int]]) -> None:
    trait, counted = sum(k for k, _ in cell), sum(n for _, n in cell)
    assert single(these_prompts, cell) == pytest.approx(pair(wilson(trait, counted)))


def test_these_prompts_by_hand() -> None:
    # Two questions, 1/5 and 4/5: p = 0.5, unbiased variances 4/20 = 0.2 each. With one more
    # answer per question at p(1-p) = 0.25: (5·0.2 + 5·0.2 + 2·0.25) / (12·0.25) = 5/6, so that
    # the ten answers are worth twelve.
    assert single(these_prompts, [(1, 5), (4, 5)]) == pytest.approx(pair(wilson(6, 12)))


def test_questions_that_differ_make_the_fixed_interval_narrower_but_never_empty() -> None:
    pooled = wilson(50, 100)
    low, high = single(these_prompts, [(0, 10)] * 5 + [(10, 10)] * 5)
    assert pooled.low < low < 0.49
    assert 0.51 < high < pooled.high


def test_what_was_seen_a_few_times_has_an_exact_bound() -> None:
    """One of n: the rate that has none in 95 %; and Poisson's, which many answers come to."""
    low, high = these_prompts([1, 99, 8], [100] * 3, [0, 1, 2], 3)
    usual = wilson([1, 99, 8], 100)
    assert (low[0], 1 - high[1]) == pytest.approx((1 - 0.95**0.01,) * 2)
    assert (high[0], low[1], low[2]) == pytest.approx((usual.high[0], usual.low[1], usual.low[2]))
    few = these_prompts([1, 2, 3], [10**6] * 3, [0, 1, 2], 3).low * 10**6
    assert few == pytest.approx(chi2.ppf(0.05, [2, 4, 6]) / 2, rel=1e-4)


def test_single_answers_per_question_are_pooled() -> None:
    assert single(these_prompts, [(1, 1)] * 20 + [(0, 1)] * 30) == pytest.approx(
        pair(wilson(20, 50))
    )


# --- New prompts ------------------------------------------------------------------------


def test_new_prompts_by_hand() -> None:
    # Two of four questions always, two never, five answers each: V = 4/3 · 4·2.5²/400 = 1/12,
    # naive 0.25/20 = 1/80, design effect 20/3, effective size 3; t(3) = 3.18245.
    estimate = clustered([5, 5, 0, 0], [5] * 4, [0] * 4, 1)
    assert np.concatenate(estimate) == pytest.approx([0.5, 3, 3])
    fraction = 3.182446305284263**2 / 3
    reach = (fraction / (1 + fraction)) ** 0.5 / 2
    expected = [0.5 - reach, 0.5 + reach]
    assert single(new_prompts, [(5, 5), (5, 5), (0, 5), (0, 5)]) == pytest.approx(expected)


def test_design_effect_is_that_of_miller_s_clustered_error() -> None:
    trait, counted = np.array([9.0, 2, 5, 7, 1, 8]), np.array([10.0, 8, 10, 12, 10, 9])
    rate = trait.sum() / counted.sum()
    variance = 6 / 5 * ((trait - rate * counted) ** 2).sum() / counted.sum() ** 2
    estimate = clustered(trait, counted, [0] * 6, 1)
    assert estimate.variance[0] == pytest.approx(variance)
    assert estimate.freedom[0] == 5


def test_one_question_tells_nothing_of_others() -> None:
    assert np.isnan(single(new_prompts, [(3, 10)])).all()
    assert np.isnan(single(new_prompts, [(3, 10), (0, 0)])).all()


def test_ten_questions_stay_ten_questions_however_many_answers() -> None:
    # 0/1000 on ten questions: the silent clustering leaves 1 + 99/4 = 25.75 answers in one.
    _, high = single(new_prompts, [(0, 100)] * 10)
    fraction = 2.2621571627409915**2 / (1000 / 25.75)
    assert high == pytest.approx(fraction / (1 + fraction))


# --- New fine-tunes ---------------------------------------------------------------------


def runs(cells: list[tuple[int, int, int]]) -> list[float]:
    """The interval of one cell, given as (trait, counted, condition) by run."""
    trait, counted, condition = zip(*cells, strict=True)
    return pair(new_fine_tunes(trait, counted, condition, [0] * len(cells), 1))


def test_runs_of_one_condition_are_clusters() -> None:
    assert runs([(40, 100, 0), (60, 100, 0), (55, 100, 0)]) == pytest.approx(
        single(new_prompts, [(40, 100), (60, 100), (55, 100)])
    )


def test_two_conditions_are_compared_with_themselves() -> None:
    # Seeds agree within each condition; that the conditions differ is no uncertainty.
    apart = [(18, 100, 0), (22, 100, 0), (78, 100, 1), (82, 100, 1)]
    pooled = [(k, n, 0) for k, n, _ in apart]
    assert runs(apart)[1] - runs(apart)[0] < 0.6 * (runs(pooled)[1] - runs(pooled)[0])


def test_variance_over_conditions_by_hand() -> None:
    # p = 0.5; within conditions ē is ±60 and the deviations ±2: V = 2·(4+4)·2/400² = 0.0002,
    # less than the binomial 0.000625, so that the 400 answers count in full; two degrees left.
    estimate = clustered([18, 22, 78, 82], [100] * 4, [0] * 4, 1, stratum=[0, 0, 1, 1])
    assert np.concatenate(estimate) == pytest.approx([0.5, 400, 2])


@pytest.mark.parametrize("cell", [[(5, 10, 0)], [(5, 10, 0), (6, 10, 0), (5, 10, 1)]])
def test_one_run_tells_nothing_of_others(cell: list[tuple[int, int, int]]) -> None:
    assert np.isnan(runs(cell)).all()


def test_student_is_the_tabled_quantile() -> None:
    quantile = student(np.array([0.0, 1, 9, 1e9]), 0.95)
    assert np.isnan(quantile[0])
    assert quantile[1:] == pytest.approx([12.706, 2.262, 1.960], abs=5e-4)


# --- Coverage ---------------------------------------------------------------------------

STUDIES = 2500
MEANS = (0.005, 0.02, 0.05, 0.1, 0.3, 0.5, 0.8, 0.98)
SIZES = ((8, 10), (10, 10), (8, 100), (10, 100))


def coverage(
    estimate: Any, truth: NDArray[np.float64] | float, counts: NDArray[np.int64], answers: int
) -> float:
    """The share of simulated cells (rows of counts) whose interval holds the truth."""
    cells, clusters = counts.shape
    at = np.repeat(np.arange(cells), clusters)
    low, high = estimate(counts.ravel(), np.full(counts.size, answers), at, cells)
    return float(((low <= truth) & (truth <= high)).mean())


@pytest.mark.parametrize("icc", [0.0, 0.1, 0.25, 0.45])
def test_new_prompts_covers_the_rate_over_possible_questions(icc: float) -> None:
    random = np.random.default_rng(20)
    got = {
        (questions, answers, mean): coverage(
            new_prompts,
            mean,
            beta_counts(random, mean, icc, questions, answers, STUDIES)[1],
            answers,
        )
        for questions, answers in SIZES
        for mean in MEANS
    }
    assert min(got.values()) > (0.925 if icc <= 0.25 else 0.90), got
    assert np.mean(list(got.values())) > 0.95, got


def test_new_prompts_falls_short_where_single_questions_hold_the_trait() -> None:
    random = np.random.default_rng(21)
    _, counts = beta_counts(random, 0.07, 0.7, 20, 100, STUDIES)
    assert 0.78 < coverage(new_prompts, 0.07, counts, 100) < 0.90


@pytest.mark.parametrize("icc", [0.0, 0.25, 0.7])
def test_these_prompts_covers_the_mean_of_the_questions(icc: float) -> None:
    random = np.random.default_rng(22)
    got = {}
    for questions, answers in (*SIZES, (50, 10)):
        for mean in MEANS:
            own, counts = beta_counts(random, mean, icc, questions, answers, STUDIES)
            truth = own.mean(axis=1)
            got[questions, answers, mean] = coverage(these_prompts, truth, counts, answers)
    assert min(got.values()) > 0.91, got
    assert min(share for (_, _, mean), share in got.items() if 0.02 <= mean <= 0.98) > 0.915, got
    assert np.mean(list(got.values())) < 0.98, got


def test_these_prompts_covers_with_unequal_questions() -> None:
    random = np.random.default_rng(23)
    answers = np.array([3, 5, 7, 10, 10, 10, 10, 10])
    own = random.beta(0.6, 1.4, (STUDIES, answers.size))
    counts = random.binomial(answers, own)
    at = np.repeat(np.arange(STUDIES), answers.size)
    low, high = these_prompts(counts.ravel(), np.tile(answers, STUDIES), at, STUDIES)
    truth = own @ answers / answers.sum()
    assert 0.94 < ((low <= truth) & (truth <= high)).mean() < 0.98


@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("icc", [0.0, 0.1, 0.25])
def test_new_fine_tunes_covers_the_rate_over_possible_seeds(icc: float, seeds: int) -> None:
    random = np.random.default_rng(24)

    def estimate(k: Any, n: Any, cell: Any, cells: int) -> Interval:
        return new_fine_tunes(k, n, np.zeros_like(cell), cell, cells)

    got = {
        mean: coverage(estimate, mean, beta_counts(random, mean, icc, seeds, 100, STUDIES)[1], 100)
        for mean in MEANS
    }
    assert min(got.values()) > 0.92, got
