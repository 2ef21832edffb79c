"""What a comparison shows: p-value and interval of one procedure, which cannot disagree."""

from typing import NamedTuple

import numpy as np
import polars as pl

from warehouse.stats import adjust as adjustments
from warehouse.stats import units
from warehouse.stats.adjust import Intervals
from warehouse.stats.comparisons import Comparison
from warehouse.stats.differences import Difference, Flags, bounds, log_odds_ratio, nonzero
from warehouse.stats.estimates import Floats, Ints
from warehouse.stats.intervals import Interval, student
from warehouse.stats.jointflips import Counts, JointFlips, joint_flips
from warehouse.stats.rates import IDENTITY
from warehouse.stats.trainedagain import Seen, Trained, trained_again

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
    family: Ints  # of each comparison: those of one experiment, trait and judge


def infer(
    comparison: Comparison,
    adjustment: str = "none",
    level: float = 0.95,
    intervals: Intervals = "pointwise",
    family: Ints | None = None,
) -> Inference:
    """Interval, p-value and adjusted p-value of every comparison.

    With new prompts the p-value is that of sign flips (`jointflips.joint_flips`), which hold
    their size whatever the rates; the interval is `differences.bounds`, which covers but may
    be wider, where clustering had to be assumed, than the test. A confidence set may use one
    test for zero and another for every other value, so the two become one: zero, and what lies
    beyond it, is left out exactly where the test excludes it, and taken in where it does not.
    With the other units p is the least α whose interval excludes zero; with new prompts and new
    fine-tunes the larger of the two, since each alone leaves out what the other is about, and
    jointly every flip is drawn together with other runs (`trainedagain`), q being never below p.
    Of a family of one, q is p, and its interval is simultaneous as it is. The odds ratio is treated
    in the same way, so that it never says otherwise than the difference.

    Simultaneous intervals hold all true differences of a family at once, with the coverage of
    `level`. Their quantile is that of the largest statistic in joint flips (Westfall and Young
    1993; Romano and Wolf 2005), for the other units Šidák's (1967), never below the own one; zero
    is set apart where the *adjusted* p-value excludes it.

    Args:
        comparison: Arms beside their baselines.
        adjustment: For the comparisons of a family.
        level: Coverage of the intervals.
        intervals: Whether each holds its difference by itself, or all do at once.
        family: The number of every comparison's family; by default those of the same experiment,
            trait and judge.
    """
    cells, _, difference, *_ = comparison
    if family is None:
        family = _alike(cells)
    how = adjustments.named(adjustment)
    jointly = how.is_joint or intervals == "simultaneous"
    found = JointFlips(*(np.full(cells.height, np.nan) for _ in JointFlips._fields))
    flipped = units.which(cells, units.of_questions)
    both = flipped & units.which(cells, units.of_runs)
    if flipped.any():
        found = _tested(comparison, family, level, jointly, how.of_discoveries)
    p = found.p
    if not flipped.all() or both.any():
        score = np.where(comparison.sound, nonzero(difference), np.nan)
        p = np.where(both, np.maximum(p, score), np.where(flipped, p, score))
    q = adjustments.within(p, family, adjustment)
    # One comparison has nothing to be adjusted for.
    alone = np.bincount(family, weights=~np.isnan(p))[family] == 1
    if how.is_joint:
        q = np.where(alone, p, np.where(flipped, np.maximum(found.joint, p), q))
    reach = None
    if intervals == "simultaneous":
        of_family = np.where(flipped, found.reach, _sidak(difference, p, family, level))
        reach = np.where(alone, np.nan, of_family)
    tested = q if reach is not None else p
    return Inference(*_ends(difference, tested, level, reach), p, found.floor, q, family)


def _ends(
    difference: Difference, p: Floats, level: float, reach: Floats | None
) -> tuple[Interval, Floats, Interval]:
    """Interval, log odds ratio and its interval, which exclude zero where p does."""
    interval = bounds(difference, level, reach)
    odds, odds_interval = log_odds_ratio(difference, level, reach)
    # What is not a result has an interval, and no test to settle it with.
    apart = np.where(np.isnan(p), (interval.low > 0) | (interval.high < 0), p <= 1 - level)
    of_difference, of_odds = (
        _settled(e, difference.value, apart) for e in (interval, odds_interval)
    )
    return of_difference, odds, of_odds


def _alike(cells: pl.DataFrame) -> Ints:
    """The number of every comparison's experiment, trait and judge."""
    ranks = cells.select(pl.struct(IDENTITY).rank("dense")).to_series()
    return ranks.to_numpy().astype(np.int64)


def _sidak(difference: Difference, p: Floats, family: Ints, level: float) -> Floats:
    """The quantile at which as many independent intervals hold at once."""
    tested = np.bincount(family, weights=~np.isnan(p))[family]
    each = level ** (1 / np.maximum(tested, 1))
    return np.array(
        [float(student(np.array(f), at)) for f, at in zip(difference.freedom, each, strict=True)]
    )


def _tested(
    comparison: Comparison, family: Ints, level: float, jointly: bool, discoveries: bool
) -> JointFlips:
    """The sign flips of the comparisons whose sides are both results."""
    tested = JointFlips(*(np.full(family.size, np.nan) for _ in JointFlips._fields))
    rows = comparison.pairs.filter(pl.lit(pl.Series(comparison.sound)).gather(pl.col("cell")))
    chosen, cell = np.unique(rows["cell"].to_numpy(), return_inverse=True)
    names = ("n_trait", "n_counted", "base_trait", "base_counted")
    counts = Counts(*(rows[name].to_numpy() for name in names))
    question = rows["question"].rank("dense").to_numpy().astype(np.int64)
    trained = None
    if jointly and units.which(comparison.cells, units.of_runs).any():
        trained = _trained(comparison, rows).of(chosen)
    found = joint_flips(
        counts, cell, question, family[chosen], jointly=jointly, discoveries=discoveries,
        level=level, trained=trained,
    )  # fmt: skip
    for into, values in zip(tested, found, strict=True):
        into[chosen] = values
    return tested


def _trained(comparison: Comparison, rows: pl.DataFrame) -> Trained:
    """What the runs of every arm and baseline do, those in several comparisons once."""
    pool = _alike(comparison.cells)
    of_cell = rows.unique("cell", keep="first", maintain_order=True)
    cell = of_cell["cell"].to_numpy()
    sides = []
    for side, runs, estimate in (
        ("arm", comparison.first, comparison.difference.first),
        ("base", comparison.second, comparison.difference.second),
    ):
        known = np.nan_to_num(runs.freedom[cell]) >= 1
        drawn = (estimate.rate * estimate.size + 1) / (estimate.size + 2)
        numbers = (runs.square, runs.left, runs.freedom, drawn, pool)
        sides.append((of_cell[side].to_numpy(), known, [part[cell] for part in numbers]))
    named = np.concatenate([name[known] for name, known, _ in sides])
    arms, once = np.unique(named, return_index=True)
    *seen, pools = (
        np.concatenate([numbers[part][known] for _, known, numbers in sides])[once]
        for part in range(5)
    )
    places = [np.full(pool.size, -1) for _ in sides]
    for place, (name, known, _) in zip(places, sides, strict=True):
        place[cell[known]] = np.searchsorted(arms, name[known])
    return trained_again(places[0], places[1], Seen(*seen), pools)


def _settled(interval: Interval, difference: Floats, apart: Flags) -> Interval:
    """The interval without zero and what is beyond it, where it is set apart; else with it."""
    above, below = apart & (difference > 0), apart & (difference < 0)
    low = np.where(above, np.maximum(interval.low, HAIR), interval.low)
    high = np.where(below, np.minimum(interval.high, -HAIR), interval.high)
    low = np.where(apart, low, np.minimum(low, 0.0))
    high = np.where(apart, high, np.maximum(high, 0.0))
    return Interval(low, high)
