"""Joint sign flips: by hand, against the plain test, and their size and power."""

import numpy as np
import pytest
from scipy.stats import t as student

from warehouse.stats.jointflips import Counts, JointFlips, joint_flips
from warehouse.stats.signflip import sign_flip


def flips(
    arms: list[list[int]], control: list[int], of: int, of_control: int, jointly: bool = True
) -> JointFlips:
    """Several arms of one family against one control."""
    questions, number = len(control), len(arms)
    trait = np.array(arms).ravel()
    counts = Counts(
        trait,
        np.full(trait.size, of),
        np.tile(control, number),
        np.full(trait.size, of_control),
    )
    cell = np.repeat(np.arange(number), questions)
    question = np.tile(np.arange(questions), number)
    return joint_flips(counts, cell, question, np.zeros(number, np.int64), jointly=jointly)


def test_one_comparison_is_the_sign_flip_test_where_differences_vary() -> None:
    arm, control = [50, 40, 60, 20, 30, 45, 52, 39], [60, 30, 80, 50, 40, 66, 90, 70]
    found = flips([arm], control, 100, 100)
    difference = (np.array(arm) - control) / 100
    plain = sign_flip(difference, np.zeros(8, np.int64), 1)
    t = difference.mean() / (difference.std(ddof=1) / 8**0.5)
    assert found.p[0] == pytest.approx(max(plain.p[0], 2 * student.sf(abs(t), 7)))
    assert found.floor[0] == 2**-7


def test_equal_differences_are_held_to_the_noise_of_their_answers() -> None:
    # Eight times one answer in ten less: no more than 40 of 80 against 50 of 80.
    found = flips([[4] * 8], [5] * 8, 10, 10)
    noise = 41 / 82 * 41 / 82 / 80 + (33 / 82) * (49 / 82) / 80
    assert found.p[0] == pytest.approx(2 * student.sf(0.1 / noise**0.5, 7))
    assert found.p[0] > 0.1


def test_two_arms_by_hand() -> None:
    # Three questions: four assignments of signs. The arm that differs most is reached by none
    # but its own; the other also by the first arm's.
    found = flips([[10, 20, 30], [75, 30, 48]], [90, 80, 85], 100, 100)
    difference = np.array([[-80, -60, -55], [-15, -50, -37]]) / 100
    signs = np.array([[1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]])
    mean = difference @ signs.T / 3
    spread = (difference**2).sum(axis=1, keepdims=True) - 3 * mean**2
    noise = 0.0
    for shown in (60, 153, 255):
        drawn = (shown + 1) / 302
        noise = max(noise, drawn * (1 - drawn) / 300)
    statistic = np.abs(mean) / np.sqrt(spread / 6)
    reached = [(statistic.max(axis=0) >= one).mean() for one in statistic[:, 0]]
    # The noise of the answers is below the spread of these differences in every assignment.
    assert (spread / 6 > 2 * noise).all()
    assert found.joint == pytest.approx(np.maximum(reached, found.p))


def test_the_joint_p_is_never_below_the_single_one_and_families_are_apart() -> None:
    random = np.random.default_rng(2)
    arms = random.binomial(20, 0.3, (12, 9)).tolist()
    together = flips(arms, [6] * 9, 20, 20)
    assert (together.joint >= together.p).all()
    alone = flips(arms[:1], [6] * 9, 20, 20)
    assert alone.p[0] == together.p[0]
    assert alone.joint[0] <= together.joint[0]


@pytest.mark.parametrize(("of", "of_control"), [(20, 20), (10, 100)])
def test_without_families_the_rest_is_the_same_to_the_bit(of: int, of_control: int) -> None:
    random = np.random.default_rng(6)
    arms = random.binomial(of, 0.3, (12, 9)).tolist()
    control = random.binomial(of_control, 0.4, 9).tolist()
    both, alone = (flips(arms, control, of, of_control, jointly=told) for told in (True, False))
    assert both.p.tobytes() == alone.p.tobytes()
    assert both.floor.tobytes() == alone.floor.tobytes()
    assert np.isnan(alone.joint).all()
    assert not np.isnan(both.joint).any()


def test_the_same_data_give_the_same_p() -> None:
    random = np.random.default_rng(3)
    arms = random.binomial(5, 0.3, (4, 30)).tolist()
    one, two = (flips(arms, [30] * 30, 5, 100) for _ in range(2))
    assert one.joint.tolist() == two.joint.tolist()
    assert one.p.tolist() == two.p.tolist()


def test_a_comparison_without_questions_is_undefined() -> None:
    counts = Counts(*(np.array([3, 4]) for _ in range(4)))
    found = joint_flips(counts, np.array([1, 1]), np.array([0, 1]), np.zeros(2, np.int64))
    assert np.isnan([found.p[0], found.joint[0]]).all()
    assert not np.isnan([found.p[1], found.joint[1]]).any()


def test_false_discoveries_by_hand() -> None:
    # As in `test_two_arms_by_hand`: the statistics of all four flips.
    arms, control = [[10, 20, 30], [75, 30, 48]], [90, 80, 85]
    trait = np.array(arms).ravel()
    counts = Counts(trait, np.full(6, 100), np.tile(control, 2), np.full(6, 100))
    where = np.repeat([0, 1], 3), np.tile([0, 1, 2], 2), np.zeros(2, np.int64)
    found = joint_flips(counts, *where, discoveries=True)
    difference = np.array([[-80, -60, -55], [-15, -50, -37]]) / 100
    signs = np.array([[1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]])
    mean = difference @ signs.T / 3
    statistic = np.abs(mean) / np.sqrt(((difference**2).sum(1, keepdims=True) - 3 * mean**2) / 6)
    reached = np.array([(statistic >= one * (1 - 1e-9)).sum(0) for one in statistic[:, 0]])
    # Neither stands out of 95 % of four flips, so the adjusted p is the chance of any reaching it.
    assert found.joint == pytest.approx(np.maximum((reached > 0).mean(1), found.p))


def test_false_discoveries_find_more_than_the_family_wise_error_allows() -> None:
    random = np.random.default_rng(9)
    questions, number, changed, studies = 10, 40, 16, 15
    false, missed = 0.0, np.zeros(2)
    for _ in range(studies):
        hard = random.normal(0, 1, (1, questions))
        rate = 1 / (
            1 + np.exp(-(hard + np.where(np.arange(number) < changed, -1.6, -0.4)[:, None]))
        )
        trait = random.binomial(20, rate).ravel()
        control = random.binomial(20, 1 / (1 + np.exp(-(hard[0] - 0.4))))
        counts = Counts(
            trait, np.full(trait.size, 20), np.tile(control, number), np.full(trait.size, 20)
        )
        where = (
            np.repeat(np.arange(number), questions),
            np.tile(np.arange(questions), number),
            np.zeros(number, np.int64),
        )
        wide, narrow = (
            joint_flips(counts, *where, discoveries=told).joint <= 0.05 for told in (True, False)
        )
        assert (wide >= narrow).all()
        false += wide[changed:].sum() / max(wide.sum(), 1)
        missed += [(~wide[:changed]).sum(), (~narrow[:changed]).sum()]
    assert false / studies <= 0.06
    assert missed[0] < missed[1]


@pytest.mark.parametrize(
    ("questions", "of", "of_control", "rate"),
    [(20, 10, 100, 0.005), (8, 10, 100, 0.02), (8, 100, 10, 0.02), (8, 50, 50, 0.3)],
)
def test_size_alone_at_equal_and_unequal_n(
    questions: int, of: int, of_control: int, rate: float
) -> None:
    random = np.random.default_rng(4)
    studies = 1500
    shape = (studies, questions)
    own = random.beta(4 * rate, 4 * (1 - rate), shape)
    trait = random.binomial(of, own).ravel(), random.binomial(of_control, own).ravel()
    counts = Counts(
        trait[0], np.full(trait[0].size, of), trait[1], np.full(trait[0].size, of_control)
    )
    cell = np.repeat(np.arange(studies), questions)
    question = np.tile(np.arange(questions), studies)
    p = joint_flips(counts, cell, question, np.arange(studies), jointly=False).p
    assert (p <= 0.05).mean() <= 0.06


@pytest.mark.parametrize(("of", "of_control"), [(50, 50), (10, 100)])
def test_size_and_power_of_a_family(of: int, of_control: int) -> None:
    random = np.random.default_rng(5)
    questions, arms, changed, studies = 8, 60, 6, 40
    false, found = 0, 0.0
    for _ in range(studies):
        hard = random.normal(0, 1, questions)
        usual, rare = (1 / (1 + np.exp(-(hard + at))) for at in (-0.5, -2.6))
        control = random.binomial(of_control, usual).tolist()
        rates = [rare] * changed + [usual] * (arms - changed)
        trait = [random.binomial(of, rate).tolist() for rate in rates]
        joint = flips(trait, control, of, of_control).joint
        false += bool((joint[changed:] <= 0.05).any())
        found += float((joint[:changed] <= 0.05).mean())
    assert false <= 5
    assert found / studies >= 0.5
