"""Corrected rates: hand-computed cases, refusals with what is lacking, and coverage."""

import math
from typing import NamedTuple

import numpy as np
import pytest

from warehouse.stats import corrected
from warehouse.stats.corrected import Corrected, Errors
from warehouse.stats.estimates import Floats, Ints

NAN = float("nan")


def test_rogan_and_gladen_by_hand() -> None:
    # p = .3, Se = 40/50 = .8, Sp = 90/100 = .9: (.3 + .9 - 1) / (.8 + .9 - 1) = .2 / .7.
    found = corrected.rogan_gladen(300, 1_000, Errors(40, 50, 90, 100))
    assert found.rate == pytest.approx(2 / 7)
    # Lang and Reiczigel's interval, each step by hand with z = 1.959964.
    z = 1.959963984540054
    p, se, sp = (300 + z**2 / 2) / (1_000 + z**2), 41 / 52, 91 / 102
    middle = (p + sp - 1) / (se + sp - 1)
    a, b = se * (1 - se) / 52, sp * (1 - sp) / 102
    moved = middle + 2 * z**2 * (middle * a - (1 - middle) * b)
    wide = z * math.sqrt(p * (1 - p) / (1_000 + z**2) + middle**2 * a + (1 - middle) ** 2 * b)
    wide /= se + sp - 1
    assert (found.low, found.high) == pytest.approx((moved - wide, moved + wide))


def test_what_cannot_be_corrected_says_why_and_what_is_lacking() -> None:
    few = corrected.rogan_gladen(300, 1_000, Errors(3, 4, 90, 100))
    assert "people rated 4 answers that show the trait; 10 are needed" in few.why
    assert (math.isnan(few.rate), few.ratings) == (True, 6)
    blind = corrected.rogan_gladen(300, 1_000, Errors(25, 50, 52, 100))
    assert "hardly better than a coin" in blind.why
    unrated = corrected.prediction_powered([1, 0], [0, 1], [NAN, NAN]).estimate
    assert (unrated.why, unrated.ratings) == ("people rated 0 answers; 10 are needed", 10)
    alone = corrected.prediction_powered([1.0] * 12, [0] * 12, [1.0] * 12).estimate
    assert alone.why == "all ratings are of one question"


JUDGED = np.array([1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0], float)
RATED = np.array([1, 0, 0, 0, 1, 1, 1, 0, 1, 1, 0, 0] + [NAN] * 8)
QUESTION = np.arange(20) % 4


def test_the_point_is_the_judge_s_mean_and_what_people_add_to_it() -> None:
    plain = corrected.prediction_powered(JUDGED, QUESTION, RATED, power=1).estimate
    assert plain.rate == pytest.approx(0.5 + (6 / 12 - 6 / 12))
    people = corrected.prediction_powered(JUDGED, QUESTION, RATED, power=0).estimate
    assert people.rate == pytest.approx(6 / 12)
    # The slope of y on f: 5 of 6 against 1 of 6.
    tuned = corrected.prediction_powered(JUDGED, QUESTION, RATED).estimate
    slope = 5 / 6 - 1 / 6
    assert tuned.rate == pytest.approx(slope * 0.5 + (0.5 - slope * 0.5))


def test_answers_that_were_less_likely_to_be_rated_weigh_more() -> None:
    chance = np.where(JUDGED == 1, 0.8, 0.2)
    found = corrected.prediction_powered(JUDGED, QUESTION, RATED, chance, power=0).estimate
    weight = 1 / chance[:12]
    assert found.rate == pytest.approx((weight * RATED[:12]).sum() / weight.sum())


def test_questions_that_differ_are_worth_fewer_answers() -> None:
    alike = np.tile([1.0, 0.0], 50)
    assert corrected.effective(alike, np.arange(100) // 10) == 100
    apart = np.repeat([1.0, 0.0] * 5, 10)
    assert corrected.effective(apart, np.arange(100) // 10) == pytest.approx(9)


def test_every_question_may_weigh_the_same() -> None:
    question = np.array([0] * 16 + [1] * 4)
    every = corrected.balanced(question)
    assert every[:16].sum() == pytest.approx(0.5)
    found = corrected.prediction_powered(JUDGED, question, RATED, power=0, balance=every).estimate
    # No rated answer is of the second question, so that nothing weighs otherwise.
    assert found.why == "all ratings are of one question"
    rated = np.where(np.arange(20) % 5 == 4, 1.0, RATED)
    found = corrected.prediction_powered(JUDGED, question, rated, power=1, balance=every).estimate
    known = np.isfinite(rated)
    weight = every * known / (every * known).sum()
    rest = float((weight * np.nan_to_num(rated - JUDGED)).sum())
    assert found.rate == pytest.approx(float((every * JUDGED).sum()) + rest)
    assert corrected.effective(JUDGED, question) == pytest.approx(
        corrected.effective(JUDGED, question, np.full(20, 1 / 20))
    )


class Study(NamedTuple):
    """Verdicts, questions and ratings of answers whose truth is known."""

    judged: Floats
    question: Ints
    rated: Floats


def _study(random: np.random.Generator, rate: float, rho: float, ratings: int) -> Study:
    """1,000 answers to 10 questions; a judge of 80 % sensitivity and 90 % specificity."""
    size = 1 / rho - 1
    own = random.beta(rate * size, (1 - rate) * size, 10)
    truth = (random.random((10, 100)) < own[:, None]).ravel()
    judged = np.where(truth, random.random(1_000) < 0.8, random.random(1_000) >= 0.9)
    rated = np.full(1_000, NAN)
    asked = random.choice(1_000, ratings, replace=False)
    rated[asked] = truth[asked]
    return Study(judged.astype(float), np.repeat(np.arange(10), 100), rated)


def _by_rogan_gladen(study: Study) -> Corrected:
    size = corrected.effective(study.judged, study.question)
    yes, no = study.rated == 1, study.rated == 0
    return corrected.rogan_gladen(
        study.judged.mean() * size,
        size,
        Errors(
            float((study.judged[yes] == 1).sum()),
            float(yes.sum()),
            float((study.judged[no] == 0).sum()),
            float(no.sum()),
        ),
    )


@pytest.mark.parametrize(
    ("rate", "ratings"), [(0.01, 400), (0.05, 50), (0.2, 100), (0.5, 400), (0.95, 100)]
)
def test_intervals_cover_the_rate_by_people(rate: float, ratings: int) -> None:
    random = np.random.default_rng([5, ratings, round(100 * rate)])
    covered = told = known = 0
    for _ in range(200):
        study = _study(random, rate, 0.1, ratings)
        found = corrected.prediction_powered(*study).estimate
        covered += found.low <= rate <= found.high
        other = _by_rogan_gladen(study)
        known += not other.why
        told += other.low <= rate <= other.high
    # A coverage of 93 % gives 176 of 200 or more with a chance of 99 %.
    assert covered >= 176
    assert told >= 0.88 * known


def test_a_judge_makes_intervals_narrower_than_people_alone() -> None:
    random = np.random.default_rng(9)
    widths = []
    for _ in range(40):
        study = _study(random, 0.3, 0.02, 100)
        both = corrected.prediction_powered(*study).estimate
        people = corrected.prediction_powered(*study, power=0).estimate
        widths.append((both.high - both.low) / (people.high - people.low))
    assert np.mean(widths) < 0.9
