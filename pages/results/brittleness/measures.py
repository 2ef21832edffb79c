"""The measures a heatmap can show: one value for every arm, from rates or from comparisons."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import polars as pl

from pages.ui.charts.ramps import Ramp
from pages.ui.parts import suspicions
from pages.ui.view import arms, store
from pages.ui.words import numbers
from warehouse.analysis import Analysis
from warehouse.claimable import Table
from warehouse.stats.rates import COUNTS, UNSCORED_LIMIT

COHERENT = "coherent-trait"
"""The rule of the coherent-trait rate."""

DOUBTS = (suspicions.DISAGREEMENT, "mode-collapse")
"""The doctor's checks that make a cell's value doubtful."""


class Measure(ABC):
    """A measure: what it is called, which colours it has, where a click on a cell leads.

    `ramp` is None for verdicts. `columns` are what its value and interval are called in tables.
    `compares` says that it is about a comparison, with what `baseline`, and `only` which answers it
    rests on. `middle` is what sums up a row or column of it: the median of ratios, which have no
    bounds.
    """

    label: str
    ramp: Ramp | None = Ramp(0, 1, (0, 0.25, 0.5, 0.75, 1))
    columns: tuple[str, ...] = ("rate", "low", "high")
    compares = False
    baseline = "control"
    only = "counted"
    middle: Literal["mean", "median"] | None = "mean"
    is_of_treated = False
    """Whether a control or an untuned model has no value of it."""
    tells_emergence = False
    """Whether its sentence begins with where the trait emerges."""
    has_verdicts = False
    """Whether its cells are verdicts."""

    @abstractmethod
    def rows(self, view: Analysis, by: Sequence[str]) -> pl.DataFrame:
        """The statistics behind it, with its value, low, high, verdict, is_result and note."""

    @abstractmethod
    def in_full(self, row: dict[str, Any]) -> str:
        """A value that is there, in full, with what it rests on."""

    def written(self, row: dict[str, Any]) -> tuple[str, str]:
        """A cell's value in full, and as short as a cell needs it."""
        if row["value"] is None:
            return f"undefined: {row['note']}", ""
        return self.in_full(row), self.short(row["value"])

    def short(self, value: float) -> str:
        """A value as short as a cell needs it."""
        return f"{numbers.hundredth(value) + 0:.0f} %".replace("-", "−")

    def seen(self, view: Analysis) -> Analysis:
        """The view that it counts in.

        Controls and untuned models stay beside what is filtered, wherever they have a value.
        """
        if self.is_of_treated:
            return view
        return replace(view, slice=view.slice.with_baselines())

    @property
    def click(self) -> str:
        """What a click does."""
        answers = "the answers behind it"
        if self.compares:
            return f"Click a cell to see its comparison, or a count in the table to read {answers}."
        return f"Click a cell, or a count in the table, to read {answers}."


class PlainRate(Measure):
    """How often the trait appears."""

    label = "Rate"
    tells_emergence = True

    def rows(self, view: Analysis, by: Sequence[str]) -> pl.DataFrame:
        """See `Measure`."""
        return arms.rates(view, by).with_columns(_NO_VERDICT, pl.col("rate").alias("value"))

    def in_full(self, row: dict[str, Any]) -> str:
        """See `Measure`."""
        return numbers.rate(row)


class CoherentRate(PlainRate):
    """The rate by the rule of that name, whatever is chosen."""

    label = "Coherent-trait rate"
    tells_emergence = False

    def seen(self, view: Analysis) -> Analysis:
        """See `Measure`."""
        return super().seen(view).ruled(store.all_rules()[COHERENT])


class Emergence(Measure):
    """How much fine-tuning adds to the untuned model's rate."""

    label = "Emergence: fine-tuned less untuned, points"
    ramp = Ramp(-1, 1, (-1, -0.5, 0, 0.5, 1), centre=0, points=True)
    columns = ("emergence", "emergence_low", "emergence_high")
    compares = True
    baseline = "untuned"
    tells_emergence = True

    def rows(self, view: Analysis, by: Sequence[str]) -> pl.DataFrame:
        """See `Measure`."""
        col = pl.col
        return arms.contrasts(view, self.baseline, by).with_columns(
            *_interval("difference"),
            _NO_VERDICT,
            _BOTH,
            pl.when(col("baseline").is_null())
            .then(pl.lit("no untuned model to compare with"))
            .when(col("difference").is_null())
            .then(pl.lit("nothing counted of the questions that both were asked"))
            .otherwise("note")
            .alias("note"),
        )

    def in_full(self, row: dict[str, Any]) -> str:
        """See `Measure`."""
        return numbers.points(row["value"], row["low"], row["high"])

    def short(self, value: float) -> str:
        """See `Measure`."""
        points = numbers.hundredth(value)
        return f"{points:+.0f}".replace("-", "−") if round(points) else "0"


class Suppression(Measure):
    """What share of the emergence an intervention takes away."""

    label = "Suppression: share of the emergence taken away"
    ramp = Ramp(-0.5, 1, (-0.5, 0, 0.5, 1), centre=0, turned=True, beyond=("low", "high"))
    columns = ("suppression", "suppression_low", "suppression_high")
    compares = True
    middle = "median"
    is_of_treated = True

    def rows(self, view: Analysis, by: Sequence[str]) -> pl.DataFrame:
        """See `Measure`."""
        note = pl.col("suppression_note").str.strip_prefix("undefined: ").alias("note")
        return arms.effects(view, by).with_columns(
            *_interval("suppression"), _NO_VERDICT, _BOTH, note
        )

    def in_full(self, row: dict[str, Any]) -> str:
        """See `Measure`."""
        return numbers.percent(row["value"], row["low"], row["high"]).replace("-", "−")


class Verdicts(Measure):
    """What an intervention is called to do."""

    label = "Verdict"
    ramp = None
    columns = ("difference", "difference_low", "difference_high")
    compares = True
    middle = None
    is_of_treated = True
    has_verdicts = True

    def rows(self, view: Analysis, by: Sequence[str]) -> pl.DataFrame:
        """See `Measure`."""
        reason = pl.col("reason").alias("note")
        return arms.effects(view, by).with_columns(*_interval("difference"), _BOTH, reason)

    def in_full(self, row: dict[str, Any]) -> str:
        """See `Measure`."""
        return f"{row['verdict']}: {row['reason']}" if row["verdict"] else row["reason"]

    def written(self, row: dict[str, Any]) -> tuple[str, str]:
        """See `Measure`. A verdict of several words stands on two lines."""
        return self.in_full(row), "\n".join((row["verdict"] or "").rsplit(" ", 1))


class UnscoredShare(Measure):
    """How much of what was planned nobody knows about."""

    label = "Unscored share"
    ramp = Ramp(0, 0.2, (0, 0.05, 0.1, 0.15, 0.2), beyond=("high",))
    columns = ("unscored_share",)
    only = "planned"

    def rows(self, view: Analysis, by: Sequence[str]) -> pl.DataFrame:
        """See `Measure`."""
        nothing = pl.lit(None, pl.Float64())
        return arms.rates(view, by).with_columns(
            *(nothing.alias(end) for end in ("low", "high")),
            _NO_VERDICT,
            pl.col("unscored_share").alias("value"),
            pl.lit(True).alias("is_result"),
            pl.when(pl.col("n_planned") == 0).then(pl.lit("nothing planned")).alias("note"),
        )

    def in_full(self, row: dict[str, Any]) -> str:
        """See `Measure`."""
        unscored = row["n_unparsed"] + row["n_missing"]
        return f"{unscored:,} of {row['n_planned']:,} planned answers unscored"


_NO_VERDICT = pl.lit(None, pl.String()).alias("verdict")
_BOTH = (pl.col("is_result") & pl.col("baseline_is_result").fill_null(True)).alias("is_result")


def _interval(name: str) -> list[pl.Expr]:
    ends = {"value": name, "low": f"{name}_low", "high": f"{name}_high"}
    return [pl.col(column).alias(end) for end, column in ends.items()]


MEASURES: dict[str, Measure] = {
    "rate": PlainRate(),
    "emergence": Emergence(),
    "suppression": Suppression(),
    "verdict": Verdicts(),
    "coherent": CoherentRate(),
    "unscored": UnscoredShare(),
}
"""Every measure, by the name that links use, in the order of the menu."""

NAMES = {name: measure.label.split(":")[0] for name, measure in MEASURES.items()}
"""What each measure is called in a menu."""


def standard(rates: pl.DataFrame) -> str:
    """The measure that tells most of these arms (`arms.rates`).

    The rate, unless most rates are no result for want of scores: then that is what there is to see.
    """
    unscored = rates.filter(~pl.col("is_result") & (pl.col("unscored_share") > UNSCORED_LIMIT))
    return "unscored" if 2 * unscored.height > rates.height else "rate"


def seen(view: Analysis, measure: str) -> Analysis:
    """The view that the measure counts in (`Measure.seen`)."""
    return MEASURES[measure].seen(view)


def claimed(view: Analysis, measure: str) -> tuple[Analysis, Table]:
    """The analysis and the table whose rows a measure's cells are, for claims."""
    one = MEASURES[measure]
    return (view.beside(one.baseline), "effects") if one.compares else (view, "rates")


@store.memo()
def of(view: Analysis, measure: str, by: Sequence[str] = ()) -> pl.DataFrame:
    """A measure of every arm in sight.

    Args:
        view: What is looked at, as `seen` by the measure.
        measure: A key of `MEASURES`.
        by: Further dimensions that separate cells.

    Returns:
        `arms.KEY` and `by`; the counts, unit, questions and runs; n (the answers it rests on);
        value, low and high (shares, or null where undefined; of a verdict the difference to the
        control), verdict, is_result, note (why value or interval is missing), text (the value in
        full), short (in a cell),
        doubt (what the doctor says of it, or null).
    """
    one = MEASURES[measure]
    rows = one.rows(view, by)
    kept = [*arms.KEY, *by, *COUNTS, "unit", "questions", "runs"]
    n = pl.col("n_planned" if one.only == "planned" else "n_counted").alias("n")
    found = rows.select(*kept, n, "value", "low", "high", "verdict", "is_result", "note")
    written = [one.written(row) for row in rows.iter_rows(named=True)]
    return found.with_columns(
        pl.Series("text", [text for text, _ in written], dtype=pl.String()),
        pl.Series("short", [short for _, short in written], dtype=pl.String()),
    ).join(_doubts(view), on=arms.KEY, how="left", nulls_equal=True, maintain_order="left")


def _doubts(view: Analysis) -> pl.DataFrame:
    """What the doctor says of the evaluations of each arm, one row per arm it doubts."""
    said = store.findings(*DOUBTS)
    return (
        store.counts(view.slice, view.rule)
        .select(*arms.KEY, "evaluation")
        .unique()
        .join(said.select("evaluation", "detail").unique(), on="evaluation")
        .group_by(arms.KEY)
        .agg(pl.col("detail").unique().sort().str.join(" ").alias("doubt"))
    )
