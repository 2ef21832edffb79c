"""The sign-flip test: enumeration by hand, floors, and its error rate."""

import numpy as np
import pytest
from scipy.stats import permutation_test

from warehouse.stats.signflip import DRAWS, EXACT_UP_TO, sign_flip


def test_three_questions_by_hand() -> None:
    # Sums of ±1 ±2 ±4: of eight assignments, ±(1+2+4) and ±(-1+2+4) reach 5.
    p, floor = sign_flip([-1, 2, 4], [0, 0, 0], 1)
    assert (p[0], floor[0]) == (4 / 8, 2 / 8)


def test_eight_equal_differences_reach_the_floor() -> None:
    p, floor = sign_flip([0.9] * 8, [0] * 8, 1)
    assert p[0] == floor[0] == 2 / 2**8


def test_no_difference_is_no_evidence() -> None:
    assert sign_flip([0.0] * 6, [0] * 6, 1).p[0] == 1


def test_ties_count_as_extreme_despite_rounding() -> None:
    # 0.1 + 0.2 and 0.3 differ in the last bit.
    p, _ = sign_flip([0.1, 0.2, -0.3], [0] * 3, 1)
    assert p[0] == 1


def test_agrees_with_scipy() -> None:
    random = np.random.default_rng(1)
    for questions in (5, 8, 11):
        d = random.normal(0.3, 1, questions)
        expected = permutation_test(
            (d,), np.sum, permutation_type="samples", n_resamples=np.inf
        ).pvalue
        assert sign_flip(d, [0] * questions, 1).p[0] == pytest.approx(expected)


def test_many_questions_are_drawn_and_have_a_floor() -> None:
    questions = EXACT_UP_TO + 1
    p, floor = sign_flip([1.0] * questions, [0] * questions, 1)
    assert p[0] == floor[0] == 1 / (DRAWS + 1)
    # The random and the exact test agree: a further question without a difference changes
    # nothing.
    d = np.random.default_rng(2).normal(0.4, 1, EXACT_UP_TO)
    exact = sign_flip(d, [0] * EXACT_UP_TO, 1).p[0]
    drawn = sign_flip([*d, 0.0], [0] * questions, 1).p[0]
    assert drawn == pytest.approx(exact, abs=4 * (exact / DRAWS) ** 0.5)


def test_cells_are_apart_and_an_empty_one_is_undefined() -> None:
    p, floor = sign_flip([1, 2, -1, 4, 2], [0, 2, 2, 2, 0], 3)
    assert p.tolist()[::2] == [0.5, 0.5]
    assert np.isnan([p[1], floor[1]]).all()


def test_error_rate_under_strong_clustering() -> None:
    # Naive paired tests reject far more often; this one does not know clustering from effect.
    random = np.random.default_rng(3)
    cells, questions = 4000, 10
    theta = random.beta(0.3, 0.7, (2, cells, questions))
    rates = random.binomial(50, theta) / 50
    p, _ = sign_flip((rates[0] - rates[1]).ravel(), np.repeat(np.arange(cells), questions), cells)
    assert 0.035 < (p <= 0.05).mean() < 0.06
