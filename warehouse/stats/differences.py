"""The difference of two rates: interval, and the test that it lies within a margin."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from warehouse.errors import BrittlescopeError
from warehouse.stats.estimates import ASSUMED_ICC, Estimate, Floats, clustered, fixed, share, total
from warehouse.stats.intervals import Interval, score_interval, student

Flags = NDArray[np.bool_]

LADDER = np.concatenate([[0.0], np.geomspace(0.02, 1e4, 80)])
"""Quantiles tried in turn; p-values below that of the last one are not told apart."""

BISECTIONS = 40

NARROWS = 4
"""With fewer degrees of freedom bounds of tied arms may narrow as the level rises."""


class InvalidMargin(BrittlescopeError, ValueError):
    """A margin of equivalence that is not between 0 and 1."""


class Difference(NamedTuple):
    """Two estimates, first less second, with what ties them; one entry per cell."""

    first: Estimate
    second: Estimate
    correlation: Floats  # between the two estimates
    freedom: Floats  # degrees of freedom of the difference

    @property
    def value(self) -> Floats:
        """The difference itself."""
        return self.first.rate - self.second.rate

    @property
    def variance(self) -> Floats:
        """Of the difference; zero where both rates are 0 or 1."""
        one, two = self.first.variance, self.second.variance
        return one + two - 2 * self.correlation * np.sqrt(one * two)


def take(difference: Difference, rows: NDArray[np.int64]) -> Difference:
    """The differences of some cells; a negative row stands for none, and is nan."""

    def chosen(values: Floats) -> Floats:
        found = rows >= 0
        if not found.any():
            return np.full(rows.shape, np.nan)
        return np.where(found, values[np.where(found, rows, 0)], np.nan)

    return Difference(
        Estimate(*map(chosen, difference.first)),
        Estimate(*map(chosen, difference.second)),
        chosen(difference.correlation),
        chosen(difference.freedom),
    )


def of_fixed_questions(
    first: ArrayLike, of_first: ArrayLike, second: ArrayLike, of_second: ArrayLike,
    cell: ArrayLike, cells: int,
) -> Difference:  # fmt: skip
    """The difference of question-balanced rates, the questions being fixed.

    Args:
        first: Answers showing the trait in the first arm, one entry per question of a cell.
        of_first: Answers counted in it, at least one.
        second: As `first`, in the second arm.
        of_second: As `of_first`, in the second arm.
        cell: The cell's index, 0 to cells - 1.
        cells: Number of cells.
    """
    equal = np.ones(np.shape(cell))
    return independent(
        fixed(first, of_first, cell, cells, equal), fixed(second, of_second, cell, cells, equal)
    )


def of_sampled_questions(
    first: ArrayLike, of_first: ArrayLike, second: ArrayLike, of_second: ArrayLike,
    cell: ArrayLike, cells: int,
) -> Difference:  # fmt: skip
    """The mean difference of questions, the questions being a sample; paired by question.

    Arguments as in `of_fixed_questions`. With ``d_q = p_1q - p_2q`` the variance is that of
    a mean of Q differences, ``s_d² / Q``, with Q - 1 degrees of freedom, wherever each arm's
    design effect is the one observed (`estimates.clustered`); where it is assumed, the arm
    is as uncertain as its own interval says. The two estimates are never taken to be tied so
    closely that their difference is better known than

    * with the questions fixed; or
    * ``ρ s (p_1(1-p_1) + p_2(1-p_2)) / Q``, s being the share of questions at which both arms
      stand at 0 or both at 1, and ρ = `estimates.ASSUMED_ICC`: such questions tell nothing of
      how a difference, where there is one, varies.
    """
    at = np.asarray(cell, np.int64)
    equal = np.ones(at.shape)
    one = clustered(first, of_first, at, cells, equal)
    two = clustered(second, of_second, at, cells, equal)
    p_one = np.asarray(first, float) / np.asarray(of_first, float)
    p_two = np.asarray(second, float) / np.asarray(of_second, float)
    questions = total(equal, at, cells)
    joint = total((p_one - one.rate[at]) * (p_two - two.rate[at]), at, cells)

    still = of_fixed_questions(first, of_first, second, of_second, at, cells).variance
    mute = share(total((p_one == p_two) & ((p_one == 0) | (p_one == 1)), at, cells), questions)
    spread = one.rate * (1 - one.rate) + two.rate * (1 - two.rate)
    least = np.fmax(still, ASSUMED_ICC * mute * share(spread, questions))

    scale = np.nan_to_num(np.sqrt(one.variance * two.variance))
    observed = share(joint, questions * (questions - 1) * scale)
    largest = share(one.variance + two.variance - least, 2 * scale)
    tie = np.clip(np.nan_to_num(np.fmin(observed, largest)), -1.0, 1.0)
    return Difference(one, two, tie, one.freedom)


def independent(first: Estimate, second: Estimate) -> Difference:
    """The difference of two estimates that share nothing.

    Degrees of freedom by Welch and Satterthwaite; an arm of fixed questions has infinitely
    many. Where both variances are zero, the smaller of the two.
    """
    one, two = first.variance, second.variance
    with np.errstate(divide="ignore", invalid="ignore"):
        joined = (one + two) ** 2 / (one**2 / first.freedom + two**2 / second.freedom)
    smaller = np.minimum(first.freedom, second.freedom)
    # Never fewer than the smaller arm has; infinite where both are.
    freedom = np.where(one + two > 0, np.fmax(joined, smaller), smaller)
    freedom = np.where(smaller >= 1, freedom, 0.0)
    return Difference(first, second, np.zeros_like(one), freedom)


def bounds(difference: Difference, level: float, reach: Floats | None = None) -> Interval:
    """The interval of each difference, nan where it is not estimable.

    Newcombe's hybrid score interval (1998, Stat. Med. 17:873; for correlated estimates Zou
    and Donner 2008, MOVER): from each rate's own Wilson interval (l, u),
    ``d - √((p₁-l₁)² + (u₂-p₂)² - 2r(p₁-l₁)(u₂-p₂))`` and
    ``d + √((u₁-p₁)² + (p₂-l₂)² - 2r(u₁-p₁)(p₂-l₂))``. It has no zero width, whatever the
    counts, and lies within [-1, 1]. `reach` takes the place of Student's quantile where it is the
    larger: that of the largest statistic of a family makes its intervals simultaneous.

    With few degrees of freedom and rates that happen to be strongly correlated, both Wilson
    intervals reach the ends of the scale at a high level, and the bounds would narrow again as the
    level rises. They hold those of every lower level (of `LADDER`), as the p-values below do.
    """
    quantile = _quantile(difference, level, reach)
    found = _hybrid(difference, quantile)
    few = np.flatnonzero(difference.freedom < NARROWS)
    part, most = take(difference, few), quantile[few]
    for rung in LADDER[1:] if few.size else ():
        if not (rung < most).any():
            break
        lower = _hybrid(part, np.minimum(rung, most))
        found.low[few] = np.minimum(found.low[few], lower.low)
        found.high[few] = np.maximum(found.high[few], lower.high)
    return found


def _quantile(difference: Difference, level: float, reach: Floats | None) -> Floats:
    own = student(difference.freedom, level)
    # A cell without freedom stays without an interval.
    return own if reach is None else np.maximum(own, np.nan_to_num(reach))


def log_odds_ratio(
    difference: Difference, level: float, reach: Floats | None = None
) -> tuple[Floats, Interval]:
    """The log odds ratio of the two rates and its interval.

    ``logit p₁ - logit p₂`` with ½ added to the effective counts of both outcomes, which keeps
    it finite at 0 and 1; variance ``Σ 1/(count + ½)`` (Woolf 1955, Gart 1966), less twice the
    covariance where the arms are paired. `reach` is that of `bounds`.
    """
    logits, variances = [], []
    for arm in (difference.first, difference.second):
        shown = arm.rate * arm.size + 0.5
        hidden = (1 - arm.rate) * arm.size + 0.5
        logits.append(np.log(shown / hidden))
        variances.append(1 / shown + 1 / hidden)
    value = logits[0] - logits[1]
    joint = 2 * difference.correlation * np.sqrt(variances[0] * variances[1])
    away = _quantile(difference, level, reach) * np.sqrt(sum(variances) - joint)
    return value, Interval(value - away, value + away)


def nonzero(difference: Difference) -> Floats:
    """The two-sided p-value of no difference: the least α whose interval excludes zero."""
    tail = _tail(difference, lambda interval: (interval.low > 0) | (interval.high < 0))
    return np.minimum(2 * tail, 1.0)


def within(difference: Difference, margin: float) -> Floats:
    """The p-value of two one-sided tests (TOST) that ``|difference| < margin``.

    The least α whose 1 - α interval (`bounds`) lies inside the margin; nan where not estimable. So
    the interval that is shown and the p-value never contradict each other. It is twice the larger
    of the p-values that the difference is at or above the margin, and at or below minus the margin
    (Schuirmann 1987), whose 1 - 2α interval is too narrow with few questions (`equivalence.axes`).

    Raises:
        InvalidMargin: a margin that is not between 0 and 1.
    """
    if not 0 < margin < 1:
        raise InvalidMargin(f"The margin must lie between 0 and 1, not {margin}.")
    tail = _tail(difference, lambda interval: (interval.low > -margin) & (interval.high < margin))
    return np.minimum(2 * tail, 1.0)


def _tail(difference: Difference, holds: Callable[[Interval], Flags]) -> Floats:
    """The least one-sided α such that the claim holds at it and above; 0.5 if at none.

    The claim must be one that a narrower interval makes easier.
    """
    # SciPy takes long to load, and not every command computes.
    from scipy.special import stdtr

    # Rung by rung, since far out a hybrid interval of tied arms may become narrower again.
    shape = difference.value.shape
    rung = np.zeros(shape, np.int64)
    climbing = np.ones(shape, bool)
    for step, quantile in enumerate(LADDER[1:], start=1):
        climbing &= holds(_hybrid(difference, np.full(shape, quantile)))
        if not climbing.any():
            break
        rung = np.where(climbing, step, rung)
    low, high = LADDER[rung], LADDER[np.minimum(rung + 1, LADDER.size - 1)]
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        claim = holds(_hybrid(difference, middle))
        low, high = np.where(claim, middle, low), np.where(claim, high, middle)
    # Many degrees of freedom stand for infinitely many, which the function does not take.
    known = np.where(difference.freedom >= 1, np.minimum(difference.freedom, 1e9), np.nan)
    tail: Floats = stdtr(known, -low)
    return np.where(np.isnan(difference.value), np.nan, tail)


def _hybrid(difference: Difference, quantile: Floats) -> Interval:
    one, two, tie, _ = difference
    first = score_interval(one.rate, one.size, quantile)
    second = score_interval(two.rate, two.size, quantile)

    def reach(away: Floats, against: Floats) -> Floats:
        return np.sqrt(np.maximum(away**2 + against**2 - 2 * tie * away * against, 0.0))

    down = reach(one.rate - first.low, second.high - two.rate)
    up = reach(first.high - one.rate, two.rate - second.low)
    return Interval(
        np.maximum(difference.value - down, -1.0), np.minimum(difference.value + up, 1.0)
    )
