"""Runs of a family pooled: by hand, and the size and power of what uses it."""

import numpy as np
import pytest

from tests.warehouse.stats.frames import cell, frame
from warehouse.stats.contrasts import contrasts
from warehouse.stats.trainedagain import Seen, Trained, trained_again


def seen(excess: list[float], freedom: list[float], rate: list[float], left: float = 0.01) -> Seen:
    """Arms whose runs add so much, their answers making `left` of the mean squares."""
    return Seen(
        np.array(excess) + left, np.full(len(rate), left), np.array(freedom), np.array(rate)
    )


THREE = np.array([1, 2, -1]), np.array([0, 0, 0])
"""Two arms and one whose runs add nothing, each against the same control."""

ALIKE = seen([0.04] * 3, [1.0] * 3, [0.5] * 3)


def test_pooled_by_hand() -> None:
    arms = seen([0.02, -0.005, 0.01], [1.0, 2.0, 1.0], [0.5, 0.5, 0.1])
    found = trained_again(*THREE, arms, np.zeros(3, np.int64))
    spread = np.array([0.25 / 2, 0.25 / 3, 0.09 / 2])
    varies = (0.02 - 0.01 + 0.01) / (spread @ [1, 2, 1])
    assert found.variance == pytest.approx(varies * spread)
    assert found.freedom.tolist() == [4, 4, 4]
    assert found.unequal.tolist() == [0, 0, 0]


def test_arms_that_do_not_vary_more_than_their_answers_add_nothing() -> None:
    none, one = np.array([0]), np.array([1])
    arms = seen([-0.01, 0.002], [1.0, 1.0], [0.5, 0.5])
    found = trained_again(none, one, arms, np.zeros(2, np.int64))
    assert found.variance.tolist() == found.unequal.tolist() == [0, 0]


def test_how_unequal_arms_are_by_hand() -> None:
    """Of ten arms one varies: as if there were one of ten, whose variance has one degree."""
    arms = seen([0.1, *[0.0] * 9], [1.0] * 10, [0.5] * 10, left=0.0)
    found = trained_again(np.array([1]), np.array([0]), arms, np.zeros(10, np.int64))
    assert found.variance == pytest.approx([0.01] * 10)
    assert found.unequal == pytest.approx([9.0] * 10)
    assert found.freedom == pytest.approx([10 / (1 + 9 * 1.5)] * 10)


@pytest.mark.parametrize(("varying", "expected"), [(200, 0.0), (50, 3.0)])
def test_how_unequal_arms_are_is_found(varying: int, expected: float) -> None:
    squares = np.random.default_rng(4).chisquare(1, 200) * (np.arange(200) < varying)
    arms = Seen(0.04 * squares, np.zeros(200), np.ones(200), np.full(200, 0.5))
    found = trained_again(np.array([1]), np.array([0]), arms, np.zeros(200, np.int64))
    assert found.unequal[0] == pytest.approx(expected, abs=0.7)


def test_effects_of_unequal_arms_have_the_same_variance_and_longer_tails() -> None:
    none, one = np.array([0]), np.array([-1])
    equal = Trained(none, one, np.array([0.04]), np.zeros(1), np.full(1, 4.0), np.zeros(1))
    unequal = equal._replace(unequal=np.full(1, 3.0))
    shift, longer = (arms.drawn(40_000, 0).shift[0, 1:] for arms in (equal, unequal))
    assert shift.var() == pytest.approx(0.04, rel=0.05)
    assert longer.var() == pytest.approx(0.04, rel=0.1)
    kurtosis = [float(np.mean(part**4) / np.mean(part**2) ** 2) for part in (shift, longer)]
    assert kurtosis == pytest.approx([3.0, 12.0], rel=0.2)


def test_some_comparisons_keep_their_arms_alone() -> None:
    whole = trained_again(*THREE, ALIKE, np.zeros(3, np.int64))
    one = whole.of(np.array([1]))
    assert (one.first.tolist(), one.second.tolist(), one.variance.size) == ([1], [0], 2)
    last = whole.of(np.array([2]))
    assert (last.first.tolist(), last.second.tolist(), last.variance.size) == ([-1], [0], 1)


def test_what_is_drawn_is_shared_by_all_comparisons_with_an_arm() -> None:
    found = trained_again(*THREE, ALIKE, np.zeros(3, np.int64))
    shift, variance = found.drawn(20_000, 0)
    assert (shift[:, 0] == 0).all()
    assert variance[:, 0] == pytest.approx([0.08, 0.08, 0.04])
    assert shift.var(axis=1) == pytest.approx([0.08, 0.08, 0.04], rel=0.05)
    tied = np.asarray(np.corrcoef(shift))
    assert tied[0, 1] == pytest.approx(0.5, abs=0.03)
    assert tied[0, 2] == pytest.approx(0.5**0.5, abs=0.03)
    assert variance.mean(axis=1) == pytest.approx([0.08, 0.08, 0.04], rel=0.05)


def test_what_is_observed_is_at_least_what_the_own_runs_of_an_arm_add() -> None:
    arms = seen([0.02, 0.1, -0.03], [1.0] * 3, [0.5] * 3, left=0.03)
    found = trained_again(*THREE, arms, np.zeros(3, np.int64))
    assert found.variance == pytest.approx([0.03] * 3)
    _, variance = found.drawn(100, 0)
    assert variance[:, 0] == pytest.approx([0.1 + 0.03, 0.03 + 0.03, 0.03])


def q_of(
    random: np.random.Generator, arms: int, changed: int, runs: int, answers: int
) -> list[float]:
    """The q of arms of which some go from about 40 to 10 %, seeds varying by half a logit."""
    hard = random.normal(0, 1, 8)
    told = []
    for arm in range(arms + 1):
        base = -2.6 if 0 < arm <= changed else -0.5
        own = hard + base + random.normal(0, 0.25, 8)
        for seed in range(runs):
            rate = 1 / (1 + np.exp(-(own + random.normal(0, 0.5))))
            name = f"arm-{arm:02}" if arm else "none"
            shown = random.binomial(answers, rate).tolist()
            told.append(cell(shown, answers, intervention=name, seed=seed))
    found = contrasts(frame(*told), "control", "both").sort("intervention")
    return found["q"].to_list()


def test_power_with_sixty_arms_of_which_six_are_changed() -> None:
    random = np.random.default_rng(12)
    found = np.array([q_of(random, 60, 6, 3, 50) for _ in range(8)])
    assert (found[:, :6] <= 0.05).mean() >= 0.5
    assert (found[:, 6:] <= 0.05).any(axis=1).mean() <= 0.25


@pytest.mark.parametrize(
    ("arms", "runs", "studies"),
    [(6, 2, 25), pytest.param(20, 2, 400, marks=pytest.mark.exhaustive),
     pytest.param(12, 3, 600, marks=pytest.mark.exhaustive)],
)  # fmt: skip
def test_size(arms: int, runs: int, studies: int) -> None:
    random = np.random.default_rng(13)
    wrong = sum(min(q_of(random, arms, 0, runs, 20)) <= 0.05 for _ in range(studies))
    # Three standard errors above 6 %.
    assert wrong <= 0.06 * studies + 3 * (0.06 * 0.94 * studies) ** 0.5
