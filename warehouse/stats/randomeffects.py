"""Several estimates of what differs from one to the next: their mean, spread, and the next one."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from warehouse.stats.estimates import Floats
from warehouse.stats.intervals import student

ITERATIONS = 200


class Pooled(NamedTuple):
    """A random-effects mean; nan where there are too few estimates."""

    mean: float
    low: float
    high: float
    spread: float  # τ: standard deviation of what is estimated, the estimates' own errors out
    next_low: float  # prediction interval: where another one is expected
    next_high: float


def pooled(values: ArrayLike, errors: ArrayLike, level: float = 0.95) -> Pooled:
    """The mean of what k estimates are of, supposing that it varies between them.

    With weights ``w = 1/(e² + τ²)`` the mean is ``Σ w y / Σ w``, and its variance that of Hartung
    and Knapp (2001, Stat. Med. 20:3875; Sidik and Jonkman 2002), ``Σ w (y - m)² / ((k-1) Σ w)``,
    with Student's quantile at k - 1 degrees of freedom; never below ``1/Σ w`` (Röver, Knapp and
    Friede 2015, BMC Med. Res. Methodol. 15:99). τ² is Paule and Mandel's (1982), which makes
    ``Σ w (y - m)² = k - 1``. Another one lies within ``m ± t_{k-2} √(τ² + variance)`` (Higgins,
    Thompson and Spiegelhalter 2009, J. R. Stat. Soc. A 172:137), from three on.

    Args:
        values: The estimates.
        errors: Their standard errors, above zero.
        level: Coverage of both intervals.
    """
    y, variance = np.asarray(values, float), np.asarray(errors, float) ** 2
    k = y.size
    if k < 2:
        mean = float(y[0]) if k else np.nan
        return Pooled(mean, np.nan, np.nan, np.nan, np.nan, np.nan)
    between = _paule_mandel(y, variance)
    weight = 1 / (variance + between)
    mean = float((weight * y).sum() / weight.sum())
    scatter = float((weight * (y - mean) ** 2).sum() / (k - 1))
    uncertain = max(scatter, 1.0) / weight.sum()
    quantile, further = student(np.array([k - 1.0, k - 2.0]), level)
    reach = quantile * np.sqrt(uncertain)
    ahead = further * np.sqrt(between + uncertain)
    low, high, next_low, next_high = (mean + by for by in (-reach, reach, -ahead, ahead))
    return Pooled(mean, low, high, float(np.sqrt(between)), next_low, next_high)


def _paule_mandel(y: Floats, variance: Floats) -> float:
    """The variance between, by bisection: the statistic falls as it grows."""

    def excess(between: float) -> float:
        weight = 1 / (variance + between)
        mean = (weight * y).sum() / weight.sum()
        return float((weight * (y - mean) ** 2).sum() - (y.size - 1))

    if excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, float(y.size * y.var() + variance.max())
    for _ in range(ITERATIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return high
