"""Differences of two rates that are corrected for a judge's errors, paired by question.

Each side's own interval is what it is without the other (`warehouse.stats.corrected`); they are put
together by MOVER (Zou and Donner 2008, Stat. Med. 27:1693), with the correlation that the questions
give to both sides: ``d - √((a - l)² + (u' - a')² - 2 r (a - l)(u' - a'))`` is the lower bound.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from warehouse.stats import differences
from warehouse.stats.corrected import (
    LEVEL,
    Corrected,
    Errors,
    Powered,
    balanced,
    effective,
    rogan_gladen,
)
from warehouse.stats.estimates import Floats
from warehouse.stats.intervals import student


class Judged(NamedTuple):
    """What a judge found in the answers of an arm; of both arms, question n is the same."""

    shows: ArrayLike
    question: ArrayLike


def prediction_powered(one: Powered, other: Powered) -> Corrected:
    """The first rate less the second, both prediction-powered, over the same questions.

    r is that of what each question adds to the two errors.

    Coverage, by simulation at 50 to 400 ratings an arm, of 1,000 answers to 10 questions that are
    as easy in both: `tests/warehouse/stats/test_correctedeffects.py`, docs/metrics.md.
    """
    return _less(one.estimate, other.estimate, _tied(one.parts, other.parts))


def rogan_gladen_each(
    one: Judged, of_one: Errors, other: Judged, of_other: Errors, level: float = LEVEL
) -> Corrected:
    """The first rate less the second, each corrected by its own errors (Rogan and Gladen).

    r is that of the judge's rates, as far as these and not the errors make the two uncertain.
    """
    first, parts, owed = _corrected(one, of_one, level)
    second, others, share = _corrected(other, of_other, level)
    return _less(first, second, _tied(parts, others) * owed * share)


def _corrected(judged: Judged, errors: Errors, level: float) -> tuple[Corrected, Floats, float]:
    """A side by itself, what each question adds to the judge's rate, and how much that matters.

    The last is the share of the standard deviation that the rate and not the errors make.
    """
    shows, every = np.asarray(judged.shows, float), balanced(judged.question)
    rate = float((every * shows).sum())
    size = effective(shows, judged.question, every)
    found = rogan_gladen(rate * size, size, errors, level)
    weights = every * (shows - rate)
    parts = np.bincount(np.asarray(judged.question, np.int64), weights=weights).astype(float)
    seen, cleared = errors.variances
    own = rate * (1 - rate) / size
    rest = found.rate**2 * seen + (1 - found.rate) ** 2 * cleared
    return found, parts, float(np.sqrt(own / (own + rest)))


def rogan_gladen_shared(
    one: Judged, other: Judged, errors: Errors, level: float = LEVEL
) -> Corrected:
    """The first rate less the second, where the judge errs alike in both (Rogan and Gladen).

    ``(p - p') / J`` with ``J = Se + Sp - 1``: of the errors only J is left. The interval is that of
    the judge's difference over J (`differences.bounds`, paired by question), widened by what J is
    uncertain by.
    """
    if (refused := errors.refused()) is not None:
        return refused
    counted, shown = [], []
    for judged in (one, other):
        asked = np.asarray(judged.question, np.int64)
        counted.append(np.bincount(asked))
        shown.append(np.bincount(asked, weights=np.asarray(judged.shows, float)))
    both = (counted[0] > 0) & (counted[1] > 0)
    found = differences.of_sampled_questions(
        shown[0][both], counted[0][both], shown[1][both], counted[1][both],
        np.zeros(both.sum(), int), 1,
    )  # fmt: skip
    raw, bounds = float(found.value[0]), differences.bounds(found, level)
    power = errors.power
    z = float(student(np.array([np.inf]), level)[0])
    point = raw / power
    of_power = z * abs(point) * float(np.sqrt(sum(errors.variances))) / power
    low = point - np.hypot((raw - float(bounds.low[0])) / power, of_power)
    high = point + np.hypot((float(bounds.high[0]) - raw) / power, of_power)
    point, low, high = (float(np.clip(end, -1, 1)) for end in (point, low, high))
    return Corrected(point, low, high)


def _less(one: Corrected, other: Corrected, tie: float) -> Corrected:
    """The first less the second; where either cannot be had, why, and all ratings lacking."""
    lacking = [(name, side) for name, side in (("the arm", one), ("its baseline", other))
               if side.why]  # fmt: skip
    if lacking:
        told = "; ".join(f"{name}: {side.why}" for name, side in lacking)
        needed = sum(side.ratings for _, side in lacking)
        return Corrected(np.nan, np.nan, np.nan, told, needed)
    value = one.rate - other.rate
    ends = []
    for mine, theirs in (
        (one.rate - one.low, other.high - other.rate),
        (one.high - one.rate, other.rate - other.low),
    ):
        ends.append(np.sqrt(max(mine**2 + theirs**2 - 2 * tie * mine * theirs, 0.0)))
    return Corrected(value, float(max(value - ends[0], -1)), float(min(value + ends[1], 1)))


def _tied(one: Floats, other: Floats) -> float:
    """The correlation that shared questions give to two sums over them, less half its error.

    The standard error is ``(1 - r²) / √(Q - 1)``. An r that few questions happen to show promises
    more than they hold: with r as it is, intervals at 50 ratings an arm cover in 90 % of simulated
    studies of ten questions; less half its error, in 94 %.
    """
    if len(one) != len(other) or len(one) < 2:
        return 0.0
    first, second = one - one.mean(), other - other.mean()
    scale = np.sqrt((first**2).sum() * (second**2).sum())
    if scale <= 0:
        return 0.0
    tie = float((first * second).sum() / scale)
    return max(tie - (1 - tie**2) / (2 * math.sqrt(len(one) - 1)), -1.0)
