"""The measures a heatmap can show: one value for every arm, from rates or from comparisons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
"""The rule of the measure of the same name."""

OF_TREATED = ("suppression", "verdict")
"""The measures that a control or an untuned model has no value of."""

DOUBTS = (suspicions.DISAGREEMENT, "mode-collapse")
"""The doctor's checks that make a cell's value doubtful."""


@dataclass(frozen=True)
class Measure:
    """A measure: what it is called, which colours it has, where a click on a cell leads.

    `ramp` is None for verdicts. `columns` are what its value and interval are called in tables.
    `compares` says that it is about a comparison, `only` which answers it rests on. `middle` is
    what sums up a row or column of it: the median of ratios, which have no bounds. `is_signed`
    values are differences.
    """

    label: str
    ramp: Ramp | None
    columns: tuple[str, ...]
    compares: bool = False
    only: str = "counted"
    middle: Literal["mean", "median"] | None = "mean"
    is_signed: bool = False

    def short(self, value: float) -> str:
        """A value as short as a cell needs it."""
        return _signed(numbers.hundredth(value)) if self.is_signed else _share(value)

    @property
    def click(self) -> str:
        """What a click does."""
        answers = "the answers behind it"
        if self.compares:
            return f"Click a cell to see its comparison, or a count in the table to read {answers}."
        return f"Click a cell, or a count in the table, to read {answers}."


_RATE = ("rate", "low", "high")
_SHARES = Ramp(0, 1, (0, 0.25, 0.5, 0.75, 1))

MEASURES = {
    "rate": Measure("Rate", _SHARES, _RATE),
    "emergence": Measure(
        "Emergence: fine-tuned less untuned, points",
        Ramp(-1, 1, (-1, -0.5, 0, 0.5, 1), centre=0, points=True),
        ("emergence", "emergence_low", "emergence_high"),
        compares=True,
        is_signed=True,
    ),
    "suppression": Measure(
        "Suppression: share of the emergence taken away",
        Ramp(-0.5, 1, (-0.5, 0, 0.5, 1), centre=0, turned=True, beyond=("low", "high")),
        ("suppression", "suppression_low", "suppression_high"),
        compares=True,
        middle="median",
    ),
    "verdict": Measure(
        "Verdict",
        None,
        ("difference", "difference_low", "difference_high"),
        compares=True,
        middle=None,
    ),
    "coherent": Measure("Coherent-trait rate", _SHARES, _RATE),
    "unscored": Measure(
        "Unscored share",
        Ramp(0, 0.2, (0, 0.05, 0.1, 0.15, 0.2), beyond=("high",)),
        ("unscored_share",),
        only="planned",
    ),
}
"""Every measure, by the name that links use."""

NAMES = {name: measure.label.split(":")[0] for name, measure in MEASURES.items()}
"""What each measure is called in a menu."""


def standard(rates: pl.DataFrame) -> str:
    """The measure that tells most of these arms (`arms.rates`).

    The rate, unless most rates are no result for want of scores: then that is what there is to see.
    """
    unscored = rates.filter(~pl.col("is_result") & (pl.col("unscored_share") > UNSCORED_LIMIT))
    return "unscored" if 2 * unscored.height > rates.height else "rate"


def seen(view: Analysis, measure: str) -> Analysis:
    """The view that the measure counts in.

    The coherent-trait rate has a rule of its own. Controls and untuned models stay beside what is
    filtered, wherever they have a value.
    """
    if measure not in OF_TREATED:
        view = replace(view, slice=view.slice.with_baselines())
    return view.ruled(store.all_rules()[COHERENT]) if measure == "coherent" else view


def claimed(view: Analysis, measure: str) -> tuple[Analysis, Table]:
    """The analysis and the table whose rows a measure's cells are, for claims."""
    if not MEASURES[measure].compares:
        return view, "rates"
    return view.beside("untuned" if measure == "emergence" else "control"), "effects"


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
    rows = _rows(view, measure, by)
    kept = [*arms.KEY, *by, *COUNTS, "unit", "questions", "runs"]
    n = pl.col("n_planned" if MEASURES[measure].only == "planned" else "n_counted").alias("n")
    found = rows.select(*kept, n, "value", "low", "high", "verdict", "is_result", "note")
    written = [_written(row, measure) for row in rows.iter_rows(named=True)]
    return found.with_columns(
        pl.Series("text", [text for text, _ in written], dtype=pl.String()),
        pl.Series("short", [short for _, short in written], dtype=pl.String()),
    ).join(_doubts(view), on=arms.KEY, how="left", nulls_equal=True, maintain_order="left")


def _rows(view: Analysis, measure: str, by: Sequence[str]) -> pl.DataFrame:
    """The statistics behind a measure, with its value, low, high, verdict and note."""
    col, no_verdict = pl.col, pl.lit(None, pl.String()).alias("verdict")
    both = col("is_result") & col("baseline_is_result").fill_null(True)
    if measure == "emergence":
        return arms.contrasts(view, "untuned", by).with_columns(
            *_interval("difference"),
            no_verdict,
            both.alias("is_result"),
            pl.when(col("baseline").is_null())
            .then(pl.lit("no untuned model to compare with"))
            .when(col("difference").is_null())
            .then(pl.lit("nothing counted of the questions that both were asked"))
            .otherwise("note")
            .alias("note"),
        )
    if measure == "suppression":
        note = col("suppression_note").str.strip_prefix("undefined: ").alias("note")
        return arms.effects(view, by).with_columns(
            *_interval("suppression"), no_verdict, both.alias("is_result"), note
        )
    if measure == "verdict":
        return arms.effects(view, by).with_columns(
            *_interval("difference"), both.alias("is_result"), col("reason").alias("note")
        )
    rows = arms.rates(view, by).with_columns(no_verdict)
    if measure == "unscored":
        nothing = pl.lit(None, pl.Float64())
        return rows.with_columns(
            *(nothing.alias(end) for end in ("low", "high")),
            col("unscored_share").alias("value"),
            pl.lit(True).alias("is_result"),
            pl.when(col("n_planned") == 0).then(pl.lit("nothing planned")).alias("note"),
        )
    return rows.with_columns(col("rate").alias("value"))


def _interval(name: str) -> list[pl.Expr]:
    ends = {"value": name, "low": f"{name}_low", "high": f"{name}_high"}
    return [pl.col(column).alias(end) for end, column in ends.items()]


def _written(row: dict[str, Any], measure: str) -> tuple[str, str]:
    """A cell's value in full, and as short as a cell needs it."""
    value, low, high = (row[name] for name in ("value", "low", "high"))
    if measure == "verdict":
        verdict = row["verdict"]
        return f"{verdict}: {row['reason']}" if verdict else row["reason"], _broken(verdict or "")
    if value is None:
        return f"undefined: {row['note']}", ""
    if measure == "emergence":
        return numbers.points(value, low, high), _signed(numbers.hundredth(value))
    if measure == "suppression":
        return numbers.percent(value, low, high).replace("-", "−"), _share(value)
    if measure == "unscored":
        unscored = row["n_unparsed"] + row["n_missing"]
        return f"{unscored:,} of {row['n_planned']:,} planned answers unscored", _share(value)
    return numbers.rate(row), _share(value)


def _share(value: float) -> str:
    return f"{numbers.hundredth(value) + 0:.0f} %".replace("-", "−")


def _signed(points: float) -> str:
    return f"{points:+.0f}".replace("-", "−") if round(points) else "0"


def _broken(words: str) -> str:
    """Three words in two lines."""
    return "\n".join(words.rsplit(" ", 1))


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
