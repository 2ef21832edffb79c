"""The effect of every intervention: difference, p-value, suppression and verdict."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from warehouse import defaults
from warehouse.stats import adjust, units
from warehouse.stats.adjust import Intervals
from warehouse.stats.comparisons import Comparison, Size, compare
from warehouse.stats.contrasts import tabled
from warehouse.stats.crossed import widened
from warehouse.stats.differences import Difference, Flags, bounds, nonzero, take, within
from warehouse.stats.equivalence import Evidence, axes, reason, told, verdicts
from warehouse.stats.estimates import Floats, Ints
from warehouse.stats.inference import Inference, infer
from warehouse.stats.intervals import Interval, student
from warehouse.stats.pooling import ARM, WAYS
from warehouse.stats.power import Settled, more_answers, more_questions
from warehouse.stats.rates import IDENTITY
from warehouse.stats.suppression import (
    NOT_COMPARED,
    NOT_SHOWN,
    NOTHING,
    UNBOUNDED,
    ThreeArms,
    arms,
    suppression,
)


def effects(
    counts: pl.DataFrame,
    unit: str = defaults.UNIT,
    *,
    by: Sequence[str] = (),
    margin: float = defaults.MARGIN,
    adjustment: str = defaults.ADJUSTMENT,
    intervals: Intervals = defaults.INTERVALS,
    level: float = 0.95,
    among: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Every intervention against its control and against the untuned model, with a verdict.

    Args:
        counts: One row per evaluation × question × trait × judge.
        unit: What intervals, tests and verdict are about.
        by: Further dimensions that separate arms.
        margin: Differences smaller than this do not matter in practice (0.05: five points).
        adjustment: For the interventions of one experiment, trait and judge in the result.
        intervals: Whether those of the difference hold each by itself or all at once.
        level: Coverage of all intervals; the tests' α is 1 - level.
        among: As in `comparisons.compare`: the family is of these alone.

    Returns:
        The columns of `contrasts.contrasts` with baseline "control", then

        * untuned_rate, excess, excess_low, excess_high: the arm less the untuned model;
        * emergence, emergence_low, emergence_high: the control less the untuned model;
        * p_unchanged, q_unchanged, p_untuned, q_untuned: that the arm is not within the
          margin of the control, of the untuned model (TOST), and adjusted;
        * change (lower, higher, not shown), equivalent (to the control, within the margin) and
          residual (what is left over the untuned model: none, some, open): the three axes of
          `equivalence.axes`;
        * suppression, suppression_low, suppression_high, and suppression_note (why there is
          none);
        * margin, verdict (`equivalence.verdicts`; null without a control), reason;
        * more_questions, more_answers (to each question, in both arms): the fewest that would
          settle what is open with a power of `defaults.POWER` if the true rates are those seen, and
          if q stays as many times p. Open is, of an inconclusive row, the change; of a reduced
          one, whether it reaches the untuned model (0 where that is settled). Null where nothing
          is open, or where `power.MOST` would not settle it.

    Raises:
        UnknownName: a dimension, unit or adjustment that does not exist.
        InvalidMargin: a margin that is not between 0 and 1.
    """
    change = compare(counts, "control", unit, by=by, level=level, among=among)
    tuned = compare(counts, "untuned", unit, by=by, level=level)
    sides = _ThreeSides.of(change, tuned, infer(tuned, level=level), by)
    found = infer(change, adjustment, level, intervals)
    numbers = {
        **_over_untuned(sides),
        **_equivalence(sides, found, margin, adjustment),
        **_suppression(sides, margin, level),
    }
    frame = tabled(change, found, adjustment).with_columns(
        *_columns(numbers), pl.lit(margin).alias("margin")
    )
    return _with_verdicts(frame, sides, found, margin, level)


def _with_verdicts(
    frame: pl.DataFrame, sides: "_ThreeSides", found: Inference, margin: float, level: float
) -> pl.DataFrame:
    """The rows with axes, verdict and reason, and what would settle what is left open."""
    evidence = Evidence(
        change=sides.change.difference.value,
        q=found.q,
        around=found.interval,
        excess=_where(sides.compared, sides.excess),
        emergence=_where(sides.emerged, sides.emergence),
    )
    asked = axes(evidence, margin, level)
    verdict = verdicts(evidence, asked, margin)
    why_none = _why_none(sides, frame["suppression"].is_not_null().to_numpy(), margin)
    frame = frame.with_columns(
        *(
            pl.Series(name, values, pl.Boolean() if name == "equivalent" else pl.String())
            for name, values in told(evidence, asked).items()
        ),
        pl.Series("verdict", verdict, pl.String()),
        pl.Series("suppression_note", why_none, pl.String()),
    )
    reasons = [reason(row) for row in frame.iter_rows(named=True)]
    still = _columns(_still_needed(sides, found, verdict, margin, level))
    return frame.with_columns(
        pl.Series("reason", reasons, pl.String()), *(needed.cast(pl.Int64) for needed in still)
    )


class _ThreeSides(NamedTuple):
    """Every arm beside its control, and both beside the untuned model."""

    change: Comparison  # arms beside their controls
    tuned: Comparison  # whatever was trained beside its untuned model
    over: Inference  # what that shows
    own: Ints  # the row of each arm in `tuned`; -1 where there is none
    its_control: Ints  # the row of its control there; likewise

    @classmethod
    def of(
        cls, change: Comparison, tuned: Comparison, over: Inference, by: Sequence[str]
    ) -> "_ThreeSides":
        """The two comparisons, and where an arm of the one stands in the other."""
        key = [*IDENTITY, *ARM, *by]
        control = change.cells.with_columns(
            *(pl.col(f"baseline_{name}").alias(name) for name in WAYS), intervention=pl.lit("none")
        )
        own, its = (_locate(tuned.cells, cells, key) for cells in (change.cells, control))
        return cls(change, tuned, over, own, its)

    @property
    def compared(self) -> Flags:
        """Whether arm, control and untuned model are all results."""
        both: Flags = self.change.sound & _chosen(self.tuned.sound, self.own, missing=False)
        return both

    @property
    def emerged(self) -> Flags:
        """Whether what training brought about can be told as well."""
        sound = _chosen(self.tuned.sound, self.its_control, missing=False)
        all_three: Flags = self.compared & sound
        return all_three

    @property
    def grown(self) -> Floats:
        """The control less the untuned model."""
        return take(self.tuned.difference, self.its_control).value

    @property
    def excess(self) -> Interval:
        """Of the arm less the untuned model."""
        return _at(self.over.interval, self.own)

    @property
    def emergence(self) -> Interval:
        """Of the control less the untuned model."""
        return _at(self.over.interval, self.its_control)

    def present(self, margin: float) -> Flags:
        """Whether there is an emergence beyond the margin to suppress."""
        shown: Flags = self.emerged & (self.emergence.low > 0) & (self.grown >= margin)
        return shown


def _over_untuned(sides: _ThreeSides) -> dict[str, Floats]:
    """Arm and control less the untuned model."""
    untuned = sides.tuned.cells["baseline_rate"].to_numpy()
    excess, emergence = sides.excess, sides.emergence
    return {
        "untuned_rate": _chosen(untuned, sides.own, missing=np.nan),
        "excess": take(sides.tuned.difference, sides.own).value,
        "excess_low": excess.low,
        "excess_high": excess.high,
        "emergence": sides.grown,
        "emergence_low": emergence.low,
        "emergence_high": emergence.high,
    }


def _equivalence(
    sides: _ThreeSides, found: Inference, margin: float, adjustment: str
) -> dict[str, Floats]:
    """P-values that an arm is not within the margin of its control, of the untuned model."""
    excess = take(sides.tuned.difference, sides.own)
    unchanged = np.where(sides.change.sound, within(sides.change.difference, margin), np.nan)
    untuned = np.where(sides.compared, within(excess, margin), np.nan)
    return {
        "p_unchanged": unchanged,
        "q_unchanged": adjust.within(unchanged, found.family, adjustment),
        "p_untuned": untuned,
        "q_untuned": adjust.within(untuned, found.family, adjustment),
    }


def _suppression(sides: _ThreeSides, margin: float, level: float) -> dict[str, Floats]:
    """The suppression of every arm, where its bounds are known."""
    ratio, ends = suppression(_three_arms(sides), level)
    bounded = sides.present(margin) & ~np.isnan(ends.low)
    numbers = {"suppression": ratio, "suppression_low": ends.low, "suppression_high": ends.high}
    return {name: np.where(bounded, values, np.nan) for name, values in numbers.items()}


def _why_none(sides: _ThreeSides, known: Flags, margin: float) -> list[str | None]:
    """Why each arm has no suppression; None where it has one."""
    emerged = sides.emerged
    nothing = emerged & (sides.emergence.high < margin)
    reasons = (None, UNBOUNDED, NOT_SHOWN, NOTHING, NOT_COMPARED)
    first = np.select([~emerged, nothing, ~sides.present(margin), ~known], [4, 3, 2, 1], 0)
    return [reasons[index] for index in first]


def _columns(numbers: dict[str, Floats]) -> list[pl.Series]:
    return [pl.Series(name, values, nan_to_null=True) for name, values in numbers.items()]


def _at(interval: Interval, rows: Ints) -> Interval:
    """The bounds at some rows; nan for the negative ones."""
    return Interval(*(_chosen(values, rows, missing=np.nan) for values in interval))


def _where(known: Flags, interval: Interval) -> Interval:
    return Interval(*(np.where(known, values, np.nan) for values in interval))


def _locate(cells: pl.DataFrame, sought: pl.DataFrame, key: Sequence[str]) -> Ints:
    """The row of `cells` with the key of each row of `sought`; -1 where there is none."""
    rows = sought.select(key).join(
        cells.select(key).with_row_index("row"),
        on=list(key), how="left", nulls_equal=True, maintain_order="left",
    )  # fmt: skip
    return rows["row"].cast(pl.Int64).fill_null(-1).to_numpy()


def _chosen(values: NDArray[Any], rows: Ints, missing: Any) -> NDArray[Any]:
    """The values at some rows, with another for the negative ones."""
    return np.append(values, missing)[rows]


def _three_arms(sides: _ThreeSides) -> ThreeArms:
    """Control, arm and untuned model of every change, over the questions all three answered."""
    change, tuned, own = sides.change, sides.tuned, sides.own
    cells = change.cells.height
    of_questions = units.which(change.cells, units.of_questions)
    of_runs = units.which(change.cells, units.of_runs)
    if (of_runs & ~of_questions).any():
        apart = np.zeros(cells)
        one, two = change.difference.second, change.difference.first
        return ThreeArms(one, two, take(tuned.difference, own).second, apart, apart, apart)
    untuned = tuned.pairs.select(
        pl.col("cell").alias("own"),
        "question",
        pl.col("base_trait").alias("untuned_trait"),
        pl.col("base_counted").alias("untuned_counted"),
    )
    pairs = (
        change.pairs.with_columns(
            pl.Series("own", own[change.pairs["cell"].to_numpy()], pl.UInt32, strict=False)
        )
        .join(untuned, on=["own", "question"], nulls_equal=False)
        .sort("cell", "question")
    )
    trait, counted = (
        pairs.select(f"base_{name}", f"n_{name}", f"untuned_{name}").to_numpy().T
        for name in ("trait", "counted")
    )
    still = not of_questions.any()
    found = arms(trait, counted, pairs["cell"].to_numpy().astype(np.int64), cells, fixed=still)
    return found._replace(
        control=widened(found.control, change.second), arm=widened(found.arm, change.first)
    )


def _still_needed(
    sides: _ThreeSides, found: Inference, verdict: Sequence[str | None], margin: float, level: float
) -> dict[str, Floats]:
    """The questions, and the answers to each, that would settle what a verdict leaves open."""
    change, tuned, own = sides.change, sides.tuned, sides.own
    named = np.array(verdict, dtype=object)
    excess = take(tuned.difference, own)
    of_excess = Size(*(_chosen(values, own, missing=np.nan) for values in tuned.size))
    asked = ~units.which(change.cells, units.of_runs)
    is_open = asked & (named == "inconclusive") & change.sound
    is_left = asked & (named == "reduced") & ~np.isnan(excess.value)
    needed = {name: np.full(len(own), np.nan) for name in ("more_questions", "more_answers")}

    def count(rows: Ints, difference: Difference, size: Size, settled: Settled) -> None:
        part = take(difference, rows), Size(*(values[rows] for values in size)), settled
        needed["more_questions"][rows] = more_questions(*part)
        needed["more_answers"][rows] = more_answers(*part)

    def change_or_none(rows: Ints, p: Floats) -> Settled:
        strictness = np.fmax(found.q[rows] / p[rows], 1.0)

        def settled(difference: Difference, at: Ints) -> Flags:
            least = (1 - level) / strictness[at]
            interval = _likely(difference, level, defaults.POWER, 1 - least)
            apart = (interval.low > 0) | (interval.high < 0)
            # With Q questions no p is below 2 / 2^Q.
            apart &= 2.0**-difference.freedom <= least
            return apart | _inside(difference, level, margin)

        return settled

    def untuned_or_not(difference: Difference, _: Ints) -> Flags:
        interval = _likely(difference, level, defaults.POWER, level)
        apart = (interval.low > margin) | (interval.high < -margin)
        return apart | _inside(difference, level, margin)

    count(np.flatnonzero(is_left), excess, of_excess, untuned_or_not)
    rows = np.flatnonzero(is_open)
    count(rows, change.difference, change.size, change_or_none(rows, found.p))
    # Where that seems to be there already, sign flips ask for more than the interval does.
    rows = rows[(needed["more_questions"][rows] == 0) | (needed["more_answers"][rows] == 0)]
    score = nonzero(change.difference)
    count(rows, change.difference, change.size, change_or_none(rows, score))
    return needed


def _likely(difference: Difference, level: float, power: float, tested: ArrayLike) -> Interval:
    """What must exclude a value for the interval at the level `tested` to do so with some power.

    A mean over its standard error exceeds a quantile t with power β where its expectation
    is at least t + t_β (Lehr 1992).
    """
    quantiles = (student(difference.freedom, at) for at in (tested, 2 * power - 1))
    return bounds(difference, level, np.sum(list(quantiles), axis=0))


def _inside(difference: Difference, level: float, margin: float) -> Flags:
    """Whether the interval will most likely lie inside the margin."""
    # Either end may miss, so each may in half as many cases.
    interval = _likely(difference, level, (1 + defaults.POWER) / 2, level)
    return (interval.low > -margin) & (interval.high < margin)
