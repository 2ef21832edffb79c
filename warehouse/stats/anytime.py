"""Confidence sequences: intervals that may be looked at after every answer.

An ordinary interval covers at one number of answers that was fixed before. Who looks again and
again, and stops when it is narrow or excludes zero, is wrong far more often than 5 %. These cover
at all numbers of answers at once: the chance that the truth is ever outside is at most 1 - level.
"""

import numpy as np
from numpy.typing import ArrayLike

from warehouse.errors import BrittlescopeError
from warehouse.stats.intervals import Interval

MOST_USEFUL = 100
"""Number of answers at which the sequences are narrowest, unless another is asked for."""


class InvalidLevel(BrittlescopeError, ValueError):
    """A coverage that is not between 0 and 1."""


def mean_sequence(
    total: ArrayLike,
    looked: ArrayLike,
    width: float,
    level: float = 0.95,
    best: float = MOST_USEFUL,
) -> Interval:
    """The sequence of a mean of independent values that lie in an interval of a given width.

    Robbins' normal mixture for sub-Gaussian sums (Howard, Ramdas, McAuliffe and Sekhon 2021, Ann.
    Stat. 49:1055, eq. 14): with ``v = n width²/4`` (Hoeffding 1963) the sum is within
    ``√((v + ρ) log((v + ρ)/(ρ α²)))`` of its expectation at all n at once, with probability at
    least ``level = 1 - α``. ρ makes it narrowest at n = best:
    ``ρ = v_best / (2 log(1/α) + log(1 + 2 log(1/α)))`` (ibid., 3.5).

    Args:
        total: The sum of the values so far.
        looked: How many they are; nan results at none.
        width: Of the interval in which every single value lies.
        level: Coverage.
        best: The number of values at which to be narrowest; fixed before the first is seen.

    Raises:
        InvalidLevel: a level that is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise InvalidLevel(f"The level must lie between 0 and 1, not {level}.")
    sums, n = np.asarray(total, float), np.asarray(looked, float)
    alpha = 1 - level
    deep = 2 * np.log(1 / alpha)
    rho = best * width**2 / 4 / (deep + np.log1p(deep))
    v = n * width**2 / 4
    reach = np.sqrt((v + rho) * np.log((v + rho) / (rho * alpha**2)))
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.where(n > 0, sums / n, np.nan)
        return Interval(middle - reach / n, middle + reach / n)


def rate_sequence(
    trait: ArrayLike, counted: ArrayLike, level: float = 0.95, best: float = MOST_USEFUL
) -> Interval:
    """The sequence of a rate, these prompts in turn: `mean_sequence` of values 0 and 1.

    It holds for the mean of the questions' own rates, as long as answers are drawn in rounds of all
    questions or in random order.
    """
    low, high = mean_sequence(trait, counted, 1.0, level, best)
    return Interval(np.clip(low, 0, 1), np.clip(high, 0, 1))


def difference_sequence(
    first: ArrayLike,
    second: ArrayLike,
    pairs: ArrayLike,
    level: float = 0.95,
    best: float = MOST_USEFUL,
) -> Interval:
    """The sequence of a paired difference of rates: of `pairs` answers of both arms each.

    Each pair, one answer of both arms to the same question, has a difference of -1, 0 or 1.
    """
    sums = np.asarray(first, float) - np.asarray(second, float)
    low, high = mean_sequence(sums, pairs, 2.0, level, best)
    return Interval(np.clip(low, -1, 1), np.clip(high, -1, 1))
