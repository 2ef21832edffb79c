"""Rates corrected for the errors of a judge, by answers that people rated too.

Two ways, of which either says when it cannot: Rogan and Gladen's estimator, from how often the
judge sees a trait that is there and one that is not; and prediction-powered inference, which takes
the judge's verdicts of all answers and corrects their mean by how people differed from them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from warehouse.stats.estimates import ASSUMED_ICC, Floats, Index, clustered
from warehouse.stats.intervals import score_interval, student

LEVEL = 0.95

FEWEST = 10
"""With fewer ratings of a kind nothing is corrected."""

LEAST = 0.1
"""How much a judge's sensitivity and specificity must be over 1, together: below, it is a coin."""


class Corrected(NamedTuple):
    """A corrected rate with its interval, nan with the reason where it cannot be had.

    `ratings` is how many more there would have to be, where that is what is lacking.
    """

    rate: float
    low: float
    high: float
    why: str = ""
    ratings: int = 0


def _not(why: str, ratings: int = 0) -> Corrected:
    return Corrected(np.nan, np.nan, np.nan, why, ratings)


def rogan_gladen(
    shown: float,
    counted: float,
    seen: float,
    positives: float,
    cleared: float,
    negatives: float,
    level: float = LEVEL,
) -> Corrected:
    """The true rate behind a judge's, from its sensitivity and specificity against people.

    ``(p + Sp - 1) / (Se + Sp - 1)`` (Rogan and Gladen 1978, Am. J. Epidemiol. 107:71), with the
    interval of Lang and Reiczigel (2014, Prev. Vet. Med. 113:13): p by Agresti and Coull, Se and Sp
    with one success and one failure more, and the middle moved by
    ``2 z² (π Se (1 - Se) / n₁ - (1 - π) Sp (1 - Sp) / n₀)``.

    Args:
        shown: Answers that show the trait by the judge; where answers are alike within questions,
            the number that would tell as much (the rate times `effective`).
        counted: Answers in all, in the same way.
        seen: Answers that show it by people and by the judge.
        positives: Answers that show it by people.
        cleared: Answers that do not show it by either.
        negatives: Answers that do not show it by people.
        level: What the interval covers.
    """
    lacking = max(FEWEST - min(positives, negatives), 0)
    if lacking:
        which = "show" if positives <= negatives else "do not show"
        return _not(
            f"people rated {min(positives, negatives):g} answers that {which} the trait; "
            f"{FEWEST} are needed",
            int(np.ceil(lacking)),
        )
    if seen / positives + cleared / negatives - 1 < LEAST:
        return _not("the judge tells the trait hardly better than a coin")
    z = student(np.array([np.inf]), level)[0]
    n, rate = counted + z**2, (shown + z**2 / 2) / (counted + z**2)
    n1, sensitivity = positives + 2, (seen + 1) / (positives + 2)
    n0, specificity = negatives + 2, (cleared + 1) / (negatives + 2)
    power = sensitivity + specificity - 1
    if power < LEAST:
        return _not("the judge tells the trait hardly better than a coin")
    middle = (rate + specificity - 1) / power
    of_seen = sensitivity * (1 - sensitivity) / n1
    of_cleared = specificity * (1 - specificity) / n0
    moved = middle + 2 * z**2 * (middle * of_seen - (1 - middle) * of_cleared)
    spread = rate * (1 - rate) / n + middle**2 * of_seen + (1 - middle) ** 2 * of_cleared
    wide = z * np.sqrt(spread) / power
    point = (shown / counted + cleared / negatives - 1) / (
        seen / positives + cleared / negatives - 1
    )
    low, high, point = np.clip([moved - wide, moved + wide, point], 0, 1)
    return Corrected(float(point), float(min(low, point)), float(max(high, point)))


def effective(judged: ArrayLike, question: ArrayLike) -> float:
    """How many independent answers tell as much of a rate as these, alike within questions.

    ``p (1 - p) / v``, v being the variance of the mean over resampled questions (the linearised one
    of a ratio); never more than there are.
    """
    shows, asked = np.asarray(judged, float), np.asarray(question, np.int64)
    rate = shows.mean()
    variance = _clustered(shows - rate, asked) / len(shows) ** 2
    between = rate * (1 - rate)
    return (
        float(len(shows)) if variance <= 0 or between <= 0 else min(between / variance, len(shows))
    )


def prediction_powered(
    judged: ArrayLike,
    question: ArrayLike,
    rated: ArrayLike,
    chance: ArrayLike | None = None,
    level: float = LEVEL,
    power: float | None = None,
) -> Corrected:
    """The rate by people, from a judge's verdicts of all answers and people's of some.

    ``λ mean(f) + mean((y - λ f) / π over the rated)``, f being the judge's verdicts, y people's and
    π the chance that an answer was to be rated (a Hájek mean: only ratios of π matter). λ is
    power-tuned: the slope of y on f among the rated, between 0 and 1, so that a bad judge costs
    nothing (Angelopoulos, Duchi and Zrnic 2023, PPI++). The variance is that of the sums over
    questions, which are the clusters (Särndal, Swensson and Wretman 1992, ch. 8). The interval is
    Wilson's at the size that the variance is worth, which the judge's own rate bounds, with
    Student's quantile at one degree of freedom less than there are questions with a rating.

    Coverage, by simulation at 50, 100 and 400 ratings of 1,000 answers to 10 or 20 questions, rates
    of 1 to 95 %, an intraclass correlation of 0 and 0.25, and a judge of 80 % sensitivity and 90 %
    specificity: `tests/warehouse/stats/test_corrected.py` holds a slice, docs/metrics.md the table.

    Args:
        judged: Whether each answer shows the trait by the judge.
        question: The question of each, from 0.
        rated: Whether it does by people, nan where nobody rated it.
        chance: The chance that each answer was to be rated; all alike where it is None.
        level: What the interval covers.
        power: λ where it is given: 0 for people alone, 1 for plain PPI.
    """
    f, asked = np.asarray(judged, float), np.asarray(question, np.int64)
    y = np.asarray(rated, float)
    known = np.isfinite(y)
    n = int(known.sum())
    if n < FEWEST:
        return _not(f"people rated {n} answers; {FEWEST} are needed", FEWEST - n)
    clusters = len(np.unique(asked[known]))
    if clusters < 2:
        return _not("all ratings are of one question", 1)
    weight = np.zeros(len(f))
    weight[known] = 1.0 if chance is None else 1 / np.asarray(chance, float)[known]
    weight /= weight.sum()
    slope = _slope(f[known], y[known], weight[known]) if power is None else power
    rest = np.where(known, y - slope * f, 0.0)
    middle = float((weight * rest).sum())
    rate = slope * float(f.mean()) + middle
    parts = slope * (f - f.mean()) / len(f) + weight * np.where(known, rest - middle, 0.0)
    variance = max(_clustered(parts, asked), _least(f[known], y[known], slope))
    size = np.array([min(_size(rate, variance, n), _at_most(f, y, asked))])
    inside = np.clip(np.array([rate]), 0, 1)
    bounds = score_interval(inside, size, student(np.array([clusters - 1.0]), level))
    return Corrected(float(inside[0]), float(bounds.low[0]), float(bounds.high[0]))


def _size(rate: float, variance: float, ratings: int) -> float:
    """How many independent answers tell as much; at an end as of a rate half an answer off it."""
    inside = float(np.clip(rate, 0.5 / ratings, 1 - 0.5 / ratings))
    return inside * (1 - inside) / variance


def _at_most(f: Floats, y: Floats, question: Index) -> float:
    """How many independent answers all of these can be worth: no correction makes them more.

    That of the judge's rate, and that which the questions leave in which people saw only one of
    both outcomes (`estimates.clustered`).
    """
    counted = np.bincount(question)
    there = counted > 0
    shows = np.bincount(question, weights=f)[there]
    judged = clustered(shows, counted[there], np.zeros(there.sum(), int), 1).size[0]
    known = np.isfinite(y)
    yes = np.bincount(question[known], weights=y[known], minlength=len(counted))
    no = np.bincount(question[known], weights=1 - y[known], minlength=len(counted))
    rated = (yes + no) > 0
    seen = min(np.count_nonzero(yes[rated]), np.count_nonzero(no[rated]))
    silent = 1 - seen / np.count_nonzero(rated)
    each = len(f) / np.count_nonzero(there)
    return float(min(judged, len(f) / (1 + ASSUMED_ICC * silent * (each - 1))))


def _least(f: Floats, y: Floats, slope: float) -> float:
    """The variance that the ratings leave of the correction, where all of them fit the judge.

    As if one rating more had found the judge wrong, and one right.
    """
    off = np.append(y - slope * f, [1 - slope, -slope])
    return float(off.var() / len(off))


def _slope(f: Floats, y: Floats, weight: Floats) -> float:
    middle_f, middle_y = (weight * f).sum(), (weight * y).sum()
    spread = (weight * (f - middle_f) ** 2).sum()
    both = (weight * (f - middle_f) * (y - middle_y)).sum()
    return float(np.clip(both / spread, 0, 1)) if spread > 0 else 0.0


def _clustered(parts: Floats, question: ArrayLike) -> float:
    """The variance of a sum whose parts belong to questions that might have been others."""
    asked = np.asarray(question, np.int64)
    sums = np.bincount(asked, weights=parts)
    sums = sums[np.bincount(asked) > 0]
    questions = len(sums)
    if questions < 2:
        return 0.0
    return float(questions / (questions - 1) * ((sums - sums.mean()) ** 2).sum())
