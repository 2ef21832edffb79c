"""What answers are worth: weights, single answers, and strata."""

import numpy as np
import pytest

from warehouse.stats.estimates import ASSUMED_ICC, clustered, concentrated, fixed, grouped


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


def test_combinations_are_numbered_in_order_near_and_far() -> None:
    near, far = np.array([3, 3, 0, 3, 0]), np.array([10**12, -5, 7, -5, 7])
    for second in (np.array([1, 0, 9, 0, 9]), far):
        number, owner = grouped(near, second)
        assert number.tolist() == [2, 1, 0, 1, 0]
        assert owner.tolist() == [0, 3, 3]


def test_many_answers_to_some_questions_do_not_make_the_rest_certain() -> None:
    # Six questions of ten answers without the trait, two of a hundred with it twice.
    few = fixed([0] * 6 + [2, 2], [10] * 6 + [100, 100], [0] * 8, 1, np.ones(8))
    independent = 64 / (6 / 10 + 2 / 100)
    assert few.size[0] == pytest.approx(independent, rel=0.02)
    # Questions that stand apart are as certain as they are.
    apart = fixed([0] * 4 + [100] * 4, [100] * 8, [0] * 8, 1, np.ones(8))
    assert apart.size[0] > 50 * 800 / 1.5


def freedom(trait: list[int], answers: int) -> float:
    n, at = [answers] * len(trait), np.zeros(len(trait), np.int64)
    return float(concentrated(clustered(trait, n, at, 1), trait, n, at).freedom[0])


def test_where_few_questions_hold_the_trait_little_is_known_of_the_next() -> None:
    assert freedom([10] * 10, 100) == 9
    held = 100**2 / (91**2 + 9)
    assert freedom([91, *[1] * 9], 100) == max(1.3 * held - 1, 3) == 3
    held = 240**2 / (4 * 50**2 + 20 * 2**2)
    assert freedom([50] * 4 + [2] * 20, 100) == pytest.approx(1.3 * held - 1)
    # The rarer outcome, whichever it is; questions without it are allowed for elsewhere.
    assert freedom([50] * 4 + [98] * 20, 100) == pytest.approx(1.3 * held - 1)
    assert freedom([10] * 4 + [0] * 20, 100) == 23
    assert freedom([0] * 5, 100) == freedom([5, 0, 0, 0, 0], 100) == 4
    assert freedom([9, 1], 10) == 1
