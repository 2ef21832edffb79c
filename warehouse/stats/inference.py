"""What a comparison shows: p-value and interval of one procedure, which cannot disagree."""

from typing import NamedTuple

import numpy as np
import polars as pl

from warehouse.stats import adjust as adjustments
from warehouse.stats.adjust import Adjustment
from warehouse.stats.comparisons import Comparison
from warehouse.stats.differences import Flags, bounds, log_odds_ratio, nonzero
from warehouse.stats.estimates import Floats, Index
from warehouse.stats.intervals import Interval
from warehouse.stats.jointflips import Counts, JointFlips, joint_flips
from warehouse.stats.rates import IDENTITY

HAIR = 1e-6
"""How far from zero an interval ends whose test excludes zero and which would hold it."""


class Inference(NamedTuple):
    """What may be said of each comparison; nan where nothing may."""

    interval: Interval  # of the difference; holds zero exactly where p > 1 - level
    odds: Floats  # log odds ratio
    odds_interval: Interval  # likewise
    p: Floats  # of no difference, two-sided; nan where a side is not a result
    floor: Floats  # the least p could have been; nan where it has no floor
    q: Floats  # p adjusted for its family
    family: Index  # of each comparison: those of one experiment, trait and judge


def infer(
    comparison: Comparison,
    adjustment: Adjustment = "none",
    level: float = 0.95,
) -> Inference:
    """Interval, p-value and adjusted p-value of every comparison.

    With new prompts the p-value is that of sign flips (`jointflips.joint_flips`), which hold
    their size whatever the rates; the interval is `differences.bounds`, which covers but may
    be wider, where clustering had to be assumed, than the test. A confidence set may use one
    test for zero and another for every other value, so the two become one: zero, and what lies
    beyond it, is left out exactly where the test excludes it, and taken in where it does not.
    With the other units p is the least α whose interval excludes zero; with new prompts and new
    fine-tunes the larger of the two, and jointly the larger of the joint flips' and Šidák's
    adjustment, since each alone leaves out what the other is about. The odds ratio is
    treated in the same way, so that it never says otherwise than the difference.

    Args:
        comparison: Arms beside their baselines.
        adjustment: For the comparisons of the same experiment, trait and judge.
        level: Coverage of the intervals.
    """
    cells, pairs, difference, *_ = comparison
    units = cells["unit"].to_numpy()
    family = cells.select(pl.struct(IDENTITY).rank("dense")).to_series().to_numpy().astype(np.int64)
    interval = bounds(difference, level)
    odds, odds_interval = log_odds_ratio(difference, level)
    floor = np.full(cells.height, np.nan)
    p = np.full(cells.height, np.nan)
    flipped, both = np.isin(units, ["new-prompts", "both"]), units == "both"
    if flipped.any():
        p, floor, joint = _tested(pairs, comparison.sound, family, adjustment == "joint")
    if not flipped.all() or both.any():
        score = np.where(comparison.sound, nonzero(difference), np.nan)
        p = np.where(both, np.maximum(p, score), np.where(flipped, p, score))
    # What is not a result has an interval, and no test to settle it with.
    apart = np.where(np.isnan(p), (interval.low > 0) | (interval.high < 0), p <= 1 - level)
    interval = _settled(interval, difference.value, apart)
    odds_interval = _settled(odds_interval, difference.value, apart)
    q = adjustments.within(p, family, adjustment)
    if adjustment == "joint" and flipped.any():
        q = np.where(both, np.maximum(joint, q), np.where(flipped, joint, q))
    return Inference(interval, odds, odds_interval, p, floor, q, family)


def _tested(pairs: pl.DataFrame, sound: Flags, family: Index, jointly: bool) -> JointFlips:
    """The sign flips of the comparisons whose sides are both results."""
    tested = JointFlips(*(np.full(family.size, np.nan) for _ in JointFlips._fields))
    rows = pairs.filter(pl.lit(pl.Series(sound)).gather(pl.col("cell")))
    chosen, cell = np.unique(rows["cell"].to_numpy(), return_inverse=True)
    names = ("n_trait", "n_counted", "base_trait", "base_counted")
    counts = Counts(*(rows[name].to_numpy() for name in names))
    question = rows["question"].rank("dense").to_numpy().astype(np.int64)
    found = joint_flips(counts, cell, question, family[chosen], jointly=jointly)
    for into, values in zip(tested, found, strict=True):
        into[chosen] = values
    return tested


def _settled(interval: Interval, difference: Floats, apart: Flags) -> Interval:
    """The interval without zero and what is beyond it, where it is set apart; else with it."""
    above, below = apart & (difference > 0), apart & (difference < 0)
    low = np.where(above, np.maximum(interval.low, HAIR), interval.low)
    high = np.where(below, np.minimum(interval.high, -HAIR), interval.high)
    low = np.where(apart, low, np.minimum(low, 0.0))
    high = np.where(apart, high, np.maximum(high, 0.0))
    return Interval(low, high)
