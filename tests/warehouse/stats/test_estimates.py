"""What answers are worth: weights, single answers, and strata."""

import numpy as np
import pytest

from warehouse.stats.estimates import ASSUMED_ICC, clustered, fixed


def test_weights_as_counted_give_the_pooled_rate_exactly() -> None:
    for estimate in (fixed, clustered):
        assert estimate([7, 0, 3], [9, 11, 13], [0, 0, 0], 1).rate[0] == 10 / 33


def test_equal_weights_give_the_question_balanced_mean() -> None:
    # Two questions, 4/5 and 1/10: mean 0.45, independent answers worth 1/(0.25/5 + 0.25/10).
    balanced = clustered([4, 1], [5, 10], [0, 0], 1, weight=[1, 1])
    assert balanced.rate[0] == pytest.approx(0.45)
    assert balanced.variance[0] == pytest.approx(2 * (0.35**2 + 0.35**2) / 4)
    still = fixed([4, 1], [5, 10], [0, 0], 1, weight=[1, 1])
    own = 4 * 1 / (5 * 4), 1 * 9 / (10 * 9)
    drawn = (5 * own[0] + 0.45 * 0.55) / 6, (10 * own[1] + 0.45 * 0.55) / 11
    assert still.variance[0] == pytest.approx(drawn[0] / 4 / 5 + drawn[1] / 4 / 10)
    assert np.isinf(still.freedom[0])


def test_the_scale_of_weights_does_not_matter() -> None:
    for estimate in (fixed, clustered):
        one = estimate([4, 1, 3], [5, 10, 8], [0] * 3, 1, weight=[1, 2, 1])
        ten = estimate([4, 1, 3], [5, 10, 8], [0] * 3, 1, weight=[10, 20, 10])
        assert np.concatenate(one) == pytest.approx(np.concatenate(ten))


@pytest.mark.parametrize("trait", [0, 20])
def test_silent_questions_have_the_assumed_correlation(trait: int) -> None:
    estimate = clustered([trait] * 5, [20] * 5, [0] * 5, 1)
    assert estimate.size[0] == pytest.approx(100 / (1 + ASSUMED_ICC * 19))


def test_questions_that_all_speak_need_no_assumption() -> None:
    assert clustered([10] * 5, [20] * 5, [0] * 5, 1).size[0] == pytest.approx(100)


def test_a_silent_half_is_assumed_by_half() -> None:
    # Two of four questions show the trait, so little that their own spread says less.
    estimate = clustered([1, 1, 0, 0], [100] * 4, [0] * 4, 1)
    assert estimate.size[0] == pytest.approx(400 / (1 + ASSUMED_ICC / 2 * 99))


def test_answers_that_were_not_counted_are_no_questions() -> None:
    for estimate in (fixed, clustered):
        with_empty = estimate([3, 0, 5], [10, 0, 10], [0, 0, 0], 1)
        without = estimate([3, 5], [10, 10], [0, 0], 1)
        assert np.concatenate(with_empty) == pytest.approx(np.concatenate(without))
        assert np.isnan(estimate([0], [0], [0], 2).rate).all()


def test_a_single_cluster_in_any_stratum_leaves_no_freedom() -> None:
    freedom = clustered([1, 2, 3, 4], [9] * 4, [0, 0, 0, 1], 2, stratum=[0, 0, 7, 7]).freedom
    assert freedom.tolist() == [0, 0]
