"""Agreement: published examples, other libraries' results, and how often intervals cover."""

import math

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from warehouse.stats import agreement
from warehouse.stats.estimates import Floats

NAN = float("nan")

KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T
"""Four observers' values of twelve units: the example of Krippendorff 2011, section E."""


@pytest.mark.parametrize(("metric", "value"), [("nominal", 0.743), ("ordinal", 0.815),
                                               ("interval", 0.849)])  # fmt: skip
def test_alpha_is_that_of_its_author(metric: agreement.Metric, value: float) -> None:
    matrices = agreement.coincidences(KRIPPENDORFF - 1, np.arange(12), 5)
    found = agreement.alpha(matrices.sum(axis=0)[None], range(1, 6), metric)
    assert found[0] == pytest.approx(value, abs=0.0005)


def test_alpha_by_distance_needs_no_matrix_of_values() -> None:
    sums = agreement.spreads(KRIPPENDORFF, np.arange(12)).sum(axis=0)[None]
    assert agreement.interval_alpha(sums)[0] == pytest.approx(0.849, abs=0.0005)
    matrices = agreement.coincidences(KRIPPENDORFF - 1, np.arange(12), 5).sum(axis=0)[None]
    known = agreement.alpha(matrices, range(1, 6), "interval")[0]
    assert agreement.interval_alpha(sums)[0] == pytest.approx(known, rel=1e-12)
    alike = agreement.spreads(np.full((9, 2), 0.1), np.arange(9)).sum(axis=0)[None]
    assert np.isnan(agreement.interval_alpha(alike)[0])


def test_two_raters_of_a_lopsided_trait_are_gwet_s_example() -> None:
    # 118, 5, 2 and 0 of 125 (Gwet 2002): κ is below none, where 94 % agree.
    table = np.array([[[118.0, 5.0], [2.0, 0.0]]])
    assert agreement.raw(table)[0] == pytest.approx(0.944)
    assert agreement.kappa(table)[0] == pytest.approx(-0.0234, abs=0.00005)
    assert agreement.ac1(table)[0] == pytest.approx(0.9408, abs=0.00005)


ONE = [0, 1, 2, 2, 1, 0, 3, 3, 2, 1, 0, 0, 1, 2, 3, 3, 1, 0, 2, 2]
OTHER = [0, 1, 2, 1, 1, 0, 3, 2, 2, 0, 0, 1, 1, 3, 3, 3, 2, 0, 2, 0]
QUESTIONS = [place % 5 for place in range(20)]


@pytest.mark.parametrize(
    ("weighing", "named", "coefficient"),
    [
        # AC1 and AC2 by irrCAC 0.4.4.
        ("nominal", None, 0.53410982),
        ("linear", "linear", 0.68222443),
        ("quadratic", "quadratic", 0.80256663),
    ],
)
def test_two_raters_agree_as_other_libraries_say(
    weighing: agreement.Weighing, named: str | None, coefficient: float
) -> None:
    table = agreement.confusion(ONE, OTHER, QUESTIONS, 4).sum(axis=0)[None]
    known = cohen_kappa_score(ONE, OTHER, weights=named)
    assert agreement.kappa(table, weighing)[0] == pytest.approx(known)
    assert agreement.ac1(table, weighing)[0] == pytest.approx(coefficient, abs=1e-7)


def test_a_judge_is_held_against_people() -> None:
    people, judge = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0, 0, 0, 0, 1]
    table = agreement.confusion(people, judge, [0] * 10, 2)
    assert agreement.sensitivity(table.sum(axis=0)[None])[0] == 0.75
    assert agreement.specificity(table.sum(axis=0)[None])[0] == pytest.approx(5 / 6)


def test_what_is_undefined_is_no_number() -> None:
    always = agreement.confusion([1, 1, 1], [1, 1, 1], [0, 1, 2], 2)
    assert math.isnan(agreement.estimated(always, agreement.kappa).value)
    exact = pytest.approx([1, 0.025 ** (1 / 3), 1])
    assert list(agreement.estimated(always, agreement.raw)) == exact
    one = agreement.estimated(always[:1], agreement.raw)
    assert (one.value, math.isnan(one.low), math.isnan(one.high)) == (1.0, True, True)
    nothing = agreement.estimated(np.zeros((0, 2, 2)), agreement.raw)
    assert math.isnan(nothing.value)
    alone = agreement.coincidences(np.array([[0.0, NAN], [NAN, 1.0]]), [0, 1], 2)
    assert alone.sum() == 0


def test_the_same_answers_do_not_differ_and_the_seed_settles_the_rest() -> None:
    table = agreement.confusion(ONE, OTHER, QUESTIONS, 4)
    apart = agreement.difference(table, table, agreement.raw)
    assert apart.value == 0
    assert apart.low < 0 < apart.high
    first, again = (agreement.estimated(table, agreement.kappa) for _ in range(2))
    assert first == again


def _drawn(random: np.random.Generator, questions: int, each: int) -> Floats:
    """Two raters of answers whose question decides how often the trait shows."""
    rate = random.beta(2, 2, questions)
    truth = random.random((questions, each)) < rate[:, None]
    right = random.random((2, questions, each)) < 0.85
    one, other = (np.where(hit, truth, ~truth).astype(int).ravel() for hit in right)
    return agreement.confusion(one, other, np.repeat(np.arange(questions), each), 2)


def test_intervals_cover_what_raters_agree_on_in_truth() -> None:
    random = np.random.default_rng(7)
    many = agreement.raw(_drawn(random, 20_000, 10).sum(axis=0)[None])[0]
    covered = 0
    for _ in range(200):
        found = agreement.estimated(_drawn(random, 12, 10), agreement.raw)
        covered += found.low <= many <= found.high
    # 200 studies: a coverage of 95 % gives 182 or more with a chance of 99.3 %.
    assert covered >= 182


@pytest.mark.parametrize("questions", [3, 10])
def test_agreement_on_everything_is_not_certain(questions: int) -> None:
    alike = np.stack([np.diag([1.0, 2.0])] * questions)
    share = agreement.estimated(alike, agreement.raw)
    assert list(share) == pytest.approx([1, 0.025 ** (1 / questions), 1])
    for coefficient in (agreement.kappa, agreement.ac1):
        found = agreement.estimated(alike, coefficient)
        assert (found.value, math.isnan(found.low), math.isnan(found.high)) == (1, True, True)
    never = np.stack([np.array([[0.0, 1], [2, 0]])] * questions)
    none = [0, 0, 1 - 0.025 ** (1 / questions)]
    assert list(agreement.estimated(never, agreement.raw)) == pytest.approx(none)


def test_questions_without_the_trait_say_nothing_of_finding_it() -> None:
    shown, not_shown = np.diag([1.0, 2.0]), np.diag([3.0, 0.0])
    found = agreement.estimated(np.stack([*[shown] * 3, *[not_shown] * 7]), agreement.sensitivity)
    assert list(found) == pytest.approx([1, 0.025 ** (1 / 3), 1])
