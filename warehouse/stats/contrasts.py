"""Every arm's difference to its baseline: interval, odds ratio and p-value."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from warehouse import defaults
from warehouse.stats.adjust import Intervals, family
from warehouse.stats.comparisons import Comparison, compare
from warehouse.stats.inference import Inference, infer


def contrasts(
    counts: pl.DataFrame,
    baseline: str = defaults.BASELINE,
    unit: str = defaults.UNIT,
    *,
    by: Sequence[str] = (),
    adjustment: str = defaults.ADJUSTMENT,
    intervals: Intervals = defaults.INTERVALS,
    level: float = 0.95,
    among: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Every arm's difference to its baseline; emergence with baseline "untuned".

    The difference is that of question-balanced rates over the questions both arms answered,
    ``(1/Q) Σ (p_q - p_baseline,q)``: questions counted unequally often after exclusions would
    otherwise tilt the two pooled rates differently.

    Args:
        counts: One row per evaluation × question × trait × judge.
        baseline: "control", "untuned", "unprompted" or an intervention's name
            (`comparisons.compare`).
        unit: What the interval is about.
        by: Further dimensions that separate arms.
        adjustment: For the family: the rows of one experiment, trait and judge that have a
            p-value.
        intervals: Whether those of the difference hold each by itself or all at once.
        level: Coverage of all intervals.
        among: As in `comparisons.compare`: the family is of these alone.

    Returns:
        The columns of `comparisons.Comparison.cells`, then difference, difference_low,
        difference_high, log_odds_ratio, log_odds_low, log_odds_high, p, p_floor, q, family.
        Interval and p-value are those of `inference.infer` and never disagree; p_floor is the
        least that p could be; p is null where an arm or its baseline is not a result.

    Raises:
        UnknownName: a dimension, unit, baseline or adjustment that does not exist.
    """
    comparison = compare(counts, baseline, unit, by=by, level=level, among=among)
    return tabled(comparison, infer(comparison, adjustment, level, intervals), adjustment)


def tabled(comparison: Comparison, found: Inference, adjustment: str) -> pl.DataFrame:
    """A comparison's cells with what may be said of each."""
    numbers = {
        "difference": comparison.difference.value,
        "difference_low": found.interval.low,
        "difference_high": found.interval.high,
        "log_odds_ratio": found.odds,
        "log_odds_low": found.odds_interval.low,
        "log_odds_high": found.odds_interval.high,
        "p": found.p,
        "p_floor": found.floor,
        "q": found.q,
    }
    tested = np.bincount(found.family, weights=~np.isnan(found.p))[found.family].astype(int)
    return comparison.cells.with_columns(
        *(pl.Series(name, values, nan_to_null=True) for name, values in numbers.items()),
        pl.Series("family", [family(size, adjustment) for size in tested], pl.String()),
    )
