"""Worst-case bounds with their sampling error: what a cell with unscored answers still says."""

import numpy as np

from warehouse.stats.estimates import Floats
from warehouse.stats.intervals import Interval, rare, score_interval

BISECTIONS = 60


def interval(low: Floats, high: Floats, size: Floats, freedom: Floats, level: float) -> Interval:
    """An interval that covers the rate wherever it lies between the two bounds.

    Imbens and Manski (2004, Econometrica 72:1845): each bound is moved outwards by c standard
    errors, ``F(c + (high - low)/σ) - F(-c) = level``, σ being the larger standard error and F
    Student's distribution. The rate cannot be at both ends at once, so c falls from the
    two-sided quantile, where the bounds are one, to the one-sided, where they are far apart.
    The outward bounds are Wilson's, which have no zero width at 0 and 1, or exact where the
    outcome is rare (`intervals.rare`).

    Args:
        low: The lower bound of every cell (no unscored answer shows the trait).
        high: The upper bound (all of them do).
        size: What the answers of each cell are worth (`estimates.Estimate.size`).
        freedom: Its degrees of freedom; nan results where it is below 1.
        level: The coverage wanted, between 0.5 and 1.
    """
    # SciPy takes long to load, and not every command computes.
    from scipy.special import stdtr

    known = np.where(freedom >= 1, np.minimum(freedom, 1e9), np.nan)
    spread = np.sqrt(np.maximum(low * (1 - low), high * (1 - high)) / size)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.where(high > low, (high - low) / spread, 0.0)
    few, many = np.zeros_like(known), np.full_like(known, 1e4)
    for _ in range(BISECTIONS):
        middle = (few + many) / 2
        short = stdtr(known, middle + apart) - stdtr(known, -middle) < level
        few, many = np.where(short, middle, few), np.where(short, many, middle)
    quantile = np.where(np.isnan(known), np.nan, many)
    below, above = (
        rare(score_interval(bound, size, quantile), bound, size, level) for bound in (low, high)
    )
    return Interval(below.low, above.high)
