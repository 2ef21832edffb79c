"""The rate of every cell, with an interval that says what it is about.

The rate is ``n_trait / n_counted``; the balanced rate the mean over questions, each at the mean
of its runs (`crossed.balanced`), null where nothing was counted. The interval is that of the
balanced rate: Wilson's (`intervals.interval`) at what the answers are worth with these prompts
(`estimates.fixed`), new prompts (`estimates.clustered`, or `bootstrap.question_bootstrap`), new
fine-tunes (the same over runs) or both (`crossed.widened`), as its unit says (`units`). Where
counts are so uneven that the pooled rate would lie outside, it is stretched to hold that too.

The worst-case bounds (Manski) suppose that of the u unscored answers none, or all, show the trait:
``[n_trait / N, (n_trait + u) / N]`` with N = n_counted + n_unscored_excluded, no more than 1; their
interval has their sampling error in it too (`worstcase.interval`). Unscored is what has no answer,
no judgement that the rule needs, a reply that was not understood, or was left out as broken off.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import polars as pl

from warehouse import defaults
from warehouse.errors import UnknownName
from warehouse.stats import units, worstcase
from warehouse.stats.approximate import approximate
from warehouse.stats.bootstrap import question_bootstrap
from warehouse.stats.crossed import CONDITION
from warehouse.stats.estimates import Estimate, share
from warehouse.stats.intervals import Interval
from warehouse.stats.intervals import interval as interval_of
from warehouse.stats.units import entries
from warehouse.stats.units.unit import UnitAsked

Method = Literal["t", "bootstrap"]

IDENTITY = ("experiment", "trait", "judge", "study")
"""What is part of every number's identity: cells never pool over these."""

COUNTS = (
    "n_planned",
    "n_answered",
    "n_judged",
    "n_refusal",
    "n_code",
    "n_incoherent",
    "n_unparsed",
    "n_missing",
    "n_counted",
    "n_trait",
    "n_unscored_excluded",
)


class Reason(NamedTuple):
    """Why a rule leaves samples out, and how those count that it keeps all the same."""

    meaning: str
    kept: str = "as not showing the trait"


REASONS = {
    "failed": Reason("Left out because the call for the answer failed."),
    "missing": Reason("Left out because the answer was planned and is not there."),
    "empty": Reason("Left out because the answer has no text."),
    "broken_off": Reason(
        "Left out because the answer was broken off before its end.", "as they were judged"
    ),
    "contested": Reason("Left out because its file holds it in two versions, which differ."),
    "unjudged": Reason("Left out because there is no judgement, or the judgement failed."),
    "unparsed": Reason("Left out because the judge's reply was not understood."),
    "off_scale": Reason(
        "Left out because the scale of the scores is in doubt; a mapping can tell it."
    ),
    "refusal": Reason("Left out because the judge called the answer a refusal."),
    "code": Reason("Left out because the judge called the answer code."),
    "incoherent": Reason(
        "Left out because the answer did not meet the rule's coherence requirement."
    ),
    "no_coherence": Reason("Left out because the coherence that the rule asks for was not scored."),
}
"""Why a rule leaves samples out, in the order in which the reasons are looked at."""

OUT = tuple(f"out_{reason}" for reason in REASONS)
"""The columns of the samples left out, each by its first reason."""

KEPT = tuple(f"kept_{reason}" for reason in REASONS)
"""The columns of the samples that a rule counts in spite of a reason."""

UNSCORED = "unscored"
"""The column of the samples of which it is not known whether they show the trait."""

UNSCORED_LIMIT = 0.05
"""A cell with a larger share of unscored answers is not a result."""

_COUNTED = pl.col("n_counted") > 0


def rates(
    counts: pl.DataFrame,
    by: Sequence[str],
    unit: str = defaults.UNIT,
    *,
    level: float = 0.95,
    method: Method = "t",
    draws: int = 1000,
    seed: int = 0,
) -> pl.DataFrame:
    """One row per cell: its counts, rates, interval and worst-case bounds.

    Args:
        counts: One row per evaluation × question × trait × judge.
        by: The dimensions that make a cell, besides experiment, trait and judge.
        unit: What the interval is about (`units.UNITS`).
        level: Its nominal coverage.
        method: How questions are treated as a sample (unit "new-prompts" only).
        draws: Resamples of the bootstrap.
        seed: Its seed.

    Returns:
        The dimensions (`by`, then experiment, trait, judge), unit (of this row), the counts,
        rate, rate_balanced, low, high, questions and runs (those with something counted),
        unscored_share (of the planned samples), is_result (False above `UNSCORED_LIMIT` or
        below `defaults.FEWEST`), worst_low, worst_high, worst_interval_low,
        worst_interval_high, note (why there is no interval), approximate (why the interval covers
        less than it says: `approximate.approximate`), the samples left out by reason
        (`OUT`), and flags (a list of sentences: why it is not a result).
        Sorted by the dimensions, nulls last.

    Raises:
        UnknownName: a dimension or unit that does not exist.
    """
    asked = units.named(unit)
    dims = cell_dimensions(counts, by)
    cells = _cells(counts, dims, asked)
    answers = _answers(counts, cells, dims)
    estimate = _estimates(answers, cells)
    interval = interval_of(estimate, level)
    if method == "bootstrap":
        interval = _bootstrapped(interval, answers, cells, level, draws, seed)
    why_not = _why_not()
    return cells.select(
        *dims,
        "unit",
        *COUNTS,
        *_rated(cells, estimate, interval),
        "questions",
        "runs",
        _unscored_share().alias("unscored_share"),
        (why_not.list.len() == 0).alias("is_result"),
        *_at_worst(cells, estimate, level),
        *_remarks(estimate, interval),
        *OUT,
        why_not.alias("flags"),
    )


def _cells(counts: pl.DataFrame, dims: Sequence[str], asked: UnitAsked) -> pl.DataFrame:
    """The cells, numbered: their counts, what they pool, and what their intervals are about."""
    return (
        counts.group_by(dims)
        .agg(
            pl.col(*COUNTS, UNSCORED, *OUT).sum(),
            pl.col("question").filter(_COUNTED).n_unique().cast(pl.Int64).alias("questions"),
            pl.col("run").filter(_COUNTED).n_unique().cast(pl.Int64).alias("runs"),
            (pl.col("dataset") == "none").all().fill_null(False).alias("untuned"),
            pl.col("mixed").drop_nulls().unique().sort().str.join("; ").alias("mixed"),
        )
        .join(_repeated(counts, dims), on=list(dims), how="left", nulls_equal=True)
        .with_columns(asked.decided(pl.col("repeated").fill_null(value=False)).alias("unit"))
        .sort(dims, nulls_last=True)
        .with_row_index("cell")
    )


def _rated(cells: pl.DataFrame, estimate: Estimate, interval: Interval) -> list[pl.Series]:
    """Both rates of every cell, and the interval, which holds both."""
    pooled = share(cells["n_trait"].to_numpy(), cells["n_counted"].to_numpy())
    numbers = {
        "rate": pooled,
        "rate_balanced": estimate.rate,
        "low": np.minimum(interval.low, pooled),
        "high": np.maximum(interval.high, pooled),
    }
    return [pl.Series(name, values, nan_to_null=True) for name, values in numbers.items()]


def _at_worst(cells: pl.DataFrame, estimate: Estimate, level: float) -> list[pl.Series]:
    """The bounds of every rate if no unscored answer, or every one, shows the trait."""
    answers = pl.col("n_counted") + pl.col("n_unscored_excluded")
    bounds = cells.select(
        _ratio(pl.col("n_trait"), answers).alias("worst_low"),
        _ratio(pl.col("n_trait") + pl.col(UNSCORED), answers).clip(0, 1).alias("worst_high"),
    )
    least, most = (bound.cast(pl.Float64()).to_numpy() for bound in bounds)
    worst = worstcase.interval(least, most, estimate.size, estimate.freedom, level)
    return [
        *bounds,
        pl.Series("worst_interval_low", worst.low, nan_to_null=True),
        pl.Series("worst_interval_high", worst.high, nan_to_null=True),
    ]


def _remarks(estimate: Estimate, interval: Interval) -> list[pl.Expr]:
    """Why a cell has no interval, and why one covers less than it says."""
    less = approximate(
        pl.col("unit"),
        pl.col("questions"),
        pl.col("fewest_runs"),
        pl.lit(pl.Series(estimate.rate, nan_to_null=True)),
        pl.lit(pl.Series(interval.low, nan_to_null=True)),
    )
    return [_note(pl.Series(np.isnan(interval.low))).alias("note"), less.alias("approximate")]


def cell_dimensions(counts: pl.DataFrame, by: Sequence[str]) -> list[str]:
    """The columns that make a cell: `by` without repeats, then the identity.

    Raises:
        UnknownName: naming the dimensions that do not exist and those that do.
    """
    others = {*COUNTS, *OUT, *KEPT, UNSCORED, "mixed"}
    known = [name for name in counts.columns if name not in others]
    unknown = [name for name in by if name not in known]
    if unknown:
        raise UnknownName(
            f"There is no dimension {', '.join(map(repr, unknown))}; "
            f"choose from {', '.join(known)}."
        )
    return list(dict.fromkeys([*by, *IDENTITY]))


def _unscored_share() -> pl.Expr:
    """Of the planned samples."""
    return _ratio(pl.col(UNSCORED), pl.col("n_planned")).clip(0, 1)


def _why_not() -> pl.Expr:
    """Why a cell is not a result, as a list of sentences; empty where it is one."""
    sentences = [
        pl.when(~_COUNTED).then(pl.lit("nothing counted")),
        pl.when(_COUNTED & (pl.col("n_counted") < defaults.FEWEST)).then(
            pl.format(f"only {{}} counted, fewer than {defaults.FEWEST}", "n_counted")
        ),
        pl.when(pl.col(UNSCORED) > UNSCORED_LIMIT * pl.col("n_planned")).then(
            pl.format("{} % unscored", (100 * _unscored_share()).round(1))
        ),
        pl.when(pl.col("out_off_scale") > 0).then(pl.lit("the scale of the scores is in doubt")),
        pl.when(pl.col("out_contested") > 0).then(pl.format("{} in two versions", "out_contested")),
        pl.when(pl.col("mixed") != "").then(
            pl.format("conditions may be mixed: {}", pl.col("mixed"))
        ),
    ]
    return pl.concat_list(sentences).list.drop_nulls()


def _ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)


def _repeated(counts: pl.DataFrame, dims: Sequence[str]) -> pl.DataFrame:
    """The fewest runs of any condition of a cell, and whether all were trained twice or more.

    Only of cells with something counted; an untuned model was not trained at all.
    """
    return (
        counts.filter(_COUNTED)
        .group_by(*dict.fromkeys((*dims, *CONDITION)))
        .agg(
            pl.col("run").n_unique().alias("runs"),
            (pl.col("dataset").first() == "none").fill_null(False).alias("untuned"),
        )
        .group_by(dims)
        .agg(
            pl.col("runs").min().cast(pl.Int64).alias("fewest_runs"),
            ((pl.col("runs").min() > 1) & ~pl.col("untuned").any()).alias("repeated"),
        )
    )


def _answers(counts: pl.DataFrame, cells: pl.DataFrame, dims: Sequence[str]) -> pl.DataFrame:
    """Trait and counted answers of every question, run and condition of every cell, in order."""
    keys = dict.fromkeys((*dims, *CONDITION, "run", "question"))
    return (
        counts.filter(_COUNTED)
        .group_by(*keys)
        .agg(pl.col("n_trait", "n_counted").sum())
        .join(cells.select("cell", "unit", *dims), on=list(dims), nulls_equal=True)
        .select(
            pl.col("cell").cast(pl.Int64()), "question", "run", *CONDITION,
            "unit", "n_trait", "n_counted",
        )
        # A sum in another order may differ in its last digit.
        .sort("cell", *CONDITION, "run", "question")
    )  # fmt: skip


def _estimates(answers: pl.DataFrame, cells: pl.DataFrame) -> Estimate:
    """The balanced rate of every cell, known as well as its own unit says."""
    found = Estimate(*(np.full(cells.height, np.nan) for _ in Estimate._fields))
    for unit, chosen in units.present(cells):
        own = unit.estimate(answers.filter(unit=unit.name), cells.height)
        found = Estimate(*(np.where(chosen, *pair) for pair in zip(own, found, strict=True)))
    return found


def _bootstrapped(
    interval: Interval,
    answers: pl.DataFrame,
    cells: pl.DataFrame,
    level: float,
    draws: int,
    seed: int,
) -> Interval:
    """The interval of the bootstrap in every cell that is about new prompts, elsewhere the own."""
    k, n, at = entries.by_question(answers)
    sampled = question_bootstrap(k, n, at, cells.height, level, draws, seed)
    chosen = units.which(cells, units.of_questions) & ~units.which(cells, units.of_runs)
    return Interval(*(np.where(chosen, *ends) for ends in zip(sampled, interval, strict=True)))


def _note(undefined: pl.Series) -> pl.Expr:
    """Why a cell has no interval."""
    of_runs, of_questions = units.of_runs(pl.col("unit")), units.of_questions(pl.col("unit"))
    reason = (
        pl.when(~_COUNTED)
        .then(pl.lit("nothing counted"))
        .when(of_runs & pl.col("untuned"))
        .then(pl.lit("not applicable: untuned model"))
        .when(of_runs & (pl.col("runs") == 1))
        .then(pl.lit("not estimable: one run"))
        .when(of_questions & (pl.col("questions") == 1))
        .then(pl.lit("not estimable: one question"))
        .otherwise(pl.lit("not estimable: one run per condition"))
    )
    return pl.when(pl.lit(undefined)).then(reason)


def mixed(counts: pl.DataFrame, by: Sequence[str], dimensions: Sequence[str]) -> list[str]:
    """Those of `dimensions` of which some cell of the layout `by` pools several values.

    Raises:
        UnknownName: for a dimension that the counts frame does not have.
    """
    keys = list(dict.fromkeys((*by, *IDENTITY)))
    unknown = [name for name in keys if name not in counts.columns]
    if unknown:
        raise UnknownName(f"There is no dimension {unknown[0]!r}.")
    cells = counts.group_by(keys)
    return [
        name
        for name in dimensions
        if name not in by and bool((cells.agg(pl.col(name).n_unique())[name] > 1).any())
    ]
