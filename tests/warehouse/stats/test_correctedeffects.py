"""Corrected differences: cases by hand, what is lacking, and how often intervals cover."""

import math
from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import beta

from warehouse.stats import corrected, correctedeffects
from warehouse.stats.corrected import Errors
from warehouse.stats.correctedeffects import Judged
from warehouse.stats.estimates import Floats, Ints

WAYS = ("ppi", "each", "shared")


class Arm(NamedTuple):
    """A judge's verdicts, the questions, and people's ratings, nan where there is none."""

    shows: Floats
    question: Ints
    rated: Floats

    @property
    def judged(self) -> Judged:
        return Judged(self.shows, self.question)


def errors(*arms: Arm) -> Errors:
    shows = np.concatenate([arm.shows for arm in arms])
    rated = np.concatenate([arm.rated for arm in arms])
    yes, no = rated == 1, rated == 0
    return Errors(*map(float, (shows[yes].sum(), yes.sum(), (shows[no] == 0).sum(), no.sum())))


def arms(
    random: np.random.Generator, rates: tuple[float, float], rho: float, ratings: int
) -> list[Arm]:
    """1,000 answers an arm to 10 questions, which are as easy in both; a judge of 80 and 90 %."""
    size = 1 / rho - 1
    ease = random.random(10)
    made = []
    for rate in rates:
        own = beta.ppf(ease, rate * size, (1 - rate) * size)
        truth = (random.random((10, 100)) < own[:, None]).ravel()
        shows = np.where(truth, random.random(1_000) < 0.8, random.random(1_000) >= 0.9)
        rated = np.full(1_000, np.nan)
        asked = random.choice(1_000, ratings, replace=False)
        rated[asked] = truth[asked]
        made.append(Arm(shows.astype(float), np.repeat(np.arange(10), 100), rated))
    return made


def difference(way: str, one: Arm, other: Arm) -> corrected.Corrected:
    if way == "ppi":
        sides = (corrected.prediction_powered(*arm, balance=corrected.balanced(arm.question))
                 for arm in (one, other))  # fmt: skip
        return correctedeffects.prediction_powered(*sides)
    if way == "each":
        return correctedeffects.rogan_gladen_each(
            one.judged, errors(one), other.judged, errors(other)
        )
    return correctedeffects.rogan_gladen_shared(one.judged, other.judged, errors(one, other))


def coverage(way: str, rates: tuple[float, float], rho: float, ratings: int, times: int) -> float:
    random = np.random.default_rng([11, ratings, round(100 * rates[0])])
    covered = known = 0
    for _ in range(times):
        found = difference(way, *arms(random, rates, rho, ratings))
        known += not found.why
        covered += found.low <= rates[0] - rates[1] <= found.high
    assert known >= times / 2
    return covered / known


def test_a_difference_by_hand() -> None:
    # 60 and 20 % by the judge; Se .8, Sp .9: (.6 - .2) / .7, and of each side (p - .1) / .7.
    question = np.tile(np.arange(10), 10)
    one = Judged((np.arange(100) // 10 < 6).astype(float), question)
    other = Judged((np.arange(100) // 10 < 2).astype(float), question)
    shared = correctedeffects.rogan_gladen_shared(one, other, Errors(40, 50, 90, 100))
    assert shared.rate == pytest.approx(0.4 / 0.7)
    each = correctedeffects.rogan_gladen_each(
        one, Errors(40, 50, 90, 100), other, Errors(40, 50, 90, 100)
    )
    assert each.rate == pytest.approx(0.5 / 0.7 - 0.1 / 0.7)
    assert each.low < each.rate < each.high
    # Every question has the same rate, so that nothing ties the two: MOVER of both intervals.
    sides = [corrected.rogan_gladen(n, 100, Errors(40, 50, 90, 100)) for n in (60, 20)]
    low = math.hypot(sides[0].rate - sides[0].low, sides[1].high - sides[1].rate)
    assert each.low == pytest.approx(each.rate - low)


def test_a_side_that_cannot_be_corrected_is_named_with_all_that_is_lacking() -> None:
    few = Arm(np.tile([1.0, 0.0], 20), np.arange(40) % 4, np.array([1.0, 0.0, 1.0] + [np.nan] * 37))
    found = difference("ppi", few, few)
    assert "the arm: people rated 3 answers" in found.why
    assert "its baseline: people rated 3 answers" in found.why
    assert (math.isnan(found.rate), found.ratings) == (True, 14)
    assert "are needed" in difference("each", few, few).why
    assert difference("shared", few, few).ratings == 8


def test_what_questions_do_to_both_arms_makes_no_difference() -> None:
    random = np.random.default_rng(2)
    one, other = arms(random, (0.5, 0.5), 0.3, 300)
    tied = difference("ppi", one, other)
    shuffled = other._replace(question=random.permutation(other.question))
    apart = difference("ppi", one, shuffled)
    assert tied.high - tied.low < apart.high - apart.low


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("rates", "ratings"), [((0.2, 0.6), 200), ((0.5, 0.5), 100)])
def test_intervals_cover_the_difference_by_people(
    way: str, rates: tuple[float, float], ratings: int
) -> None:
    # 60 studies: a coverage of 93 % gives 51 or more with a chance of 99 %.
    assert coverage(way, rates, 0.1, ratings, 60) >= 51 / 60


@pytest.mark.exhaustive
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rho", [0.02, 0.25])
@pytest.mark.parametrize(
    ("rates", "ratings"),
    [((0.5, 0.5), 50), ((0.2, 0.3), 100), ((0.2, 0.9), 200), ((0.1, 0.5), 200), ((0.95, 0.3), 400)],
)
def test_intervals_cover_at_the_stated_rate(
    way: str, rates: tuple[float, float], rho: float, ratings: int
) -> None:
    assert coverage(way, rates, rho, ratings, 500) >= 0.93
