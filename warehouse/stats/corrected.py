"""Rates corrected for the errors of a judge, by answers that people rated too.

Two ways, of which either says when it cannot: Rogan and Gladen's estimator, from how often the
judge sees a trait that is there and one that is not; and prediction-powered inference, which takes
the judge's verdicts of all answers and corrects their mean by how people differed from them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from warehouse.stats.estimates import ASSUMED_ICC, Floats, Ints, clustered
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


class Errors(NamedTuple):
    """How a judge errs, by answers that people rated too; numbers of answers."""

    seen: float  # show the trait by people and by the judge
    positives: float  # show it by people
    cleared: float  # do not show it by either
    negatives: float  # do not show it by people

    @property
    def told(self) -> tuple[float, float]:
        """Sensitivity and specificity, each with one success and one failure more."""
        return (self.seen + 1) / (self.positives + 2), (self.cleared + 1) / (self.negatives + 2)

    @property
    def power(self) -> float:
        """How much sensitivity and specificity are over 1, together."""
        return self.seen / self.positives + self.cleared / self.negatives - 1

    @property
    def variances(self) -> tuple[float, float]:
        """Of sensitivity and specificity, with one success and one failure more."""
        sees, clears = self.told
        return sees * (1 - sees) / (self.positives + 2), clears * (1 - clears) / (
            self.negatives + 2
        )

    def refused(self) -> Corrected | None:
        """Why nothing can be corrected by them, with how many ratings are lacking."""
        fewest = min(self.positives, self.negatives)
        if fewest < FEWEST:
            which = "show" if self.positives <= self.negatives else "do not show"
            said = f"{fewest:g} answer{'s' * (fewest != 1)}"
            told = f"people rated {said} that {which} the trait; {FEWEST} are needed"
            return _not(told, int(np.ceil(FEWEST - fewest)))
        if self.power < LEAST or sum(self.told) - 1 < LEAST:
            return _not("the judge tells the trait hardly better than a coin")
        return None


def rogan_gladen(shown: float, counted: float, errors: Errors, level: float = LEVEL) -> Corrected:
    """The true rate behind a judge's, from its sensitivity and specificity against people.

    ``(p + Sp - 1) / (Se + Sp - 1)`` (Rogan and Gladen 1978, Am. J. Epidemiol. 107:71), with the
    interval of Lang and Reiczigel (2014, Prev. Vet. Med. 113:13): p by Agresti and Coull, Se and Sp
    with one success and one failure more, and the middle moved by
    ``2 z² (π Se (1 - Se) / n₁ - (1 - π) Sp (1 - Sp) / n₀)``.

    Args:
        shown: Answers that show the trait by the judge; where answers are alike within questions,
            the number that would tell as much (the rate times `effective`).
        counted: Answers in all, in the same way.
        errors: How the judge errs.
        level: What the interval covers.
    """
    if (refused := errors.refused()) is not None:
        return refused
    z = student(np.array([np.inf]), level)[0]
    n, rate = counted + z**2, (shown + z**2 / 2) / (counted + z**2)
    sensitivity, specificity = errors.told
    power = sensitivity + specificity - 1
    middle = (rate + specificity - 1) / power
    of_seen, of_cleared = errors.variances
    moved = middle + 2 * z**2 * (middle * of_seen - (1 - middle) * of_cleared)
    spread = rate * (1 - rate) / n + middle**2 * of_seen + (1 - middle) ** 2 * of_cleared
    wide = z * np.sqrt(spread) / power
    point = (shown / counted + errors.cleared / errors.negatives - 1) / errors.power
    low, high, point = np.clip([moved - wide, moved + wide, point], 0, 1)
    return Corrected(float(point), float(min(low, point)), float(max(high, point)))


def effective(judged: ArrayLike, question: ArrayLike, balance: ArrayLike | None = None) -> float:
    """How many independent answers tell as much of a rate as these, alike within questions.

    ``p (1 - p) / v``, v being the variance of the mean over resampled questions (the linearised one
    of a ratio); never more than there are.
    """
    shows, asked = np.asarray(judged, float), np.asarray(question, np.int64)
    every = np.full(len(shows), 1 / len(shows)) if balance is None else np.asarray(balance, float)
    rate = float((every * shows).sum())
    variance = _clustered(every * (shows - rate), asked)
    between = rate * (1 - rate)
    return (
        float(len(shows)) if variance <= 0 or between <= 0 else min(between / variance, len(shows))
    )


class Powered(NamedTuple):
    """A prediction-powered rate, and what each question adds to its error."""

    estimate: Corrected
    parts: Floats = np.empty(0)


def prediction_powered(
    judged: ArrayLike,
    question: ArrayLike,
    rated: ArrayLike,
    chance: ArrayLike | None = None,
    level: float = LEVEL,
    power: float | None = None,
    balance: ArrayLike | None = None,
) -> Powered:
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
        balance: How much each answer weighs in the rate (`balanced`); all alike where it is None.

    Returns:
        The rate, and the parts that tie it to another of the same questions.
    """
    f, asked = np.asarray(judged, float), np.asarray(question, np.int64)
    y = np.asarray(rated, float)
    known = np.isfinite(y)
    n = int(known.sum())
    if n < FEWEST:
        said = f"{n} answer{'s' * (n != 1)}"
        return Powered(_not(f"people rated {said}; {FEWEST} are needed", FEWEST - n))
    clusters = len(np.unique(asked[known]))
    if clusters < 2:
        return Powered(_not("all ratings are of one question", 1))
    every, weight = _weights(known, chance, balance)
    slope = _slope(f[known], y[known], weight[known]) if power is None else power
    rest = np.where(known, y - slope * f, 0.0)
    middle = float((weight * rest).sum())
    shown = float((every * f).sum())
    rate = slope * shown + middle
    parts = slope * (f - shown) * every + weight * np.where(known, rest - middle, 0.0)
    variance = max(_clustered(parts, asked), _least(f[known], y[known], slope))
    size = np.array([min(_size(rate, variance, n), _at_most(f, y, asked))])
    inside = np.clip(np.array([rate]), 0, 1)
    bounds = score_interval(inside, size, student(np.array([clusters - 1.0]), level))
    found = Corrected(float(inside[0]), float(bounds.low[0]), float(bounds.high[0]))
    return Powered(found, np.bincount(asked, weights=parts).astype(float))


def _weights(
    known: NDArray[np.bool_], chance: ArrayLike | None, balance: ArrayLike | None
) -> tuple[Floats, Floats]:
    """What each answer weighs among all, and among those that people rated."""
    every = np.full(known.size, 1 / known.size) if balance is None else np.asarray(balance, float)
    every = every / every.sum()
    weight = np.where(known, every, 0.0)
    if chance is not None:
        weight[known] /= np.asarray(chance, float)[known]
    return every, weight / weight.sum()


def balanced(question: ArrayLike) -> Floats:
    """How much each answer weighs where every question weighs the same; the sum is 1."""
    asked = np.asarray(question, np.int64)
    each = np.bincount(asked)
    return 1 / (each[asked] * np.count_nonzero(each))


def _size(rate: float, variance: float, ratings: int) -> float:
    """How many independent answers tell as much; at an end as of a rate half an answer off it."""
    inside = float(np.clip(rate, 0.5 / ratings, 1 - 0.5 / ratings))
    return inside * (1 - inside) / variance


def _at_most(f: Floats, y: Floats, question: Ints) -> float:
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
