"""Every arm's difference to its baseline: interval, odds ratio and p-value."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from warehouse.stats.adjust import Adjustment, adjust, family
from warehouse.stats.comparisons import Comparison, compare
from warehouse.stats.differences import bounds, log_odds_ratio, nonzero
from warehouse.stats.rates import Unit
from warehouse.stats.signflip import sign_flip


def contrasts(
    counts: pl.DataFrame,
    baseline: str = "control",
    unit: Unit = "new-prompts",
    *,
    by: Sequence[str] = (),
    adjustment: Adjustment = "bh",
    level: float = 0.95,
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
        adjustment: For the number of rows; null p-values are not in the family.
        level: Coverage of all intervals.

    Returns:
        The columns of `comparisons.Comparison.cells`, then difference, difference_low,
        difference_high, log_odds_ratio, log_odds_low, log_odds_high, p, p_floor, q, family.
        p is the sign-flip test over questions for "new-prompts" (p_floor the least it could
        be), and the least α whose interval excludes zero for the other units; null where an
        arm or its baseline is not a result.

    Raises:
        UnknownName: a dimension, unit, baseline or adjustment that does not exist.
    """
    return tabled(compare(counts, baseline, unit, by=by, level=level), unit, adjustment, level)


def tabled(
    comparison: Comparison, unit: Unit, adjustment: Adjustment, level: float
) -> pl.DataFrame:
    """A comparison's cells with their differences, intervals and p-values."""
    cells, pairs, difference = comparison
    interval = bounds(difference, level)
    odds, odds_interval = log_odds_ratio(difference, level)
    floor = np.full(cells.height, np.nan)
    if unit == "new-prompts":
        p = pairs["n_trait"] / pairs["n_counted"] - pairs["base_trait"] / pairs["base_counted"]
        chance, floor = sign_flip(p.to_numpy(), pairs["cell"].to_numpy(), cells.height)
    else:
        chance = nonzero(difference)
    chance = np.where(comparison.sound, chance, np.nan)
    numbers = {
        "difference": difference.value,
        "difference_low": interval.low,
        "difference_high": interval.high,
        "log_odds_ratio": odds,
        "log_odds_low": odds_interval.low,
        "log_odds_high": odds_interval.high,
        "p": chance,
        "p_floor": floor,
        "q": adjust(chance, adjustment),
    }
    return cells.with_columns(
        *(pl.Series(name, values, nan_to_null=True) for name, values in numbers.items()),
        pl.lit(family(int((~np.isnan(chance)).sum()), adjustment)).alias("family"),
    )
