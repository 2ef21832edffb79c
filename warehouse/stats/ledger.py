"""The denominator ledger: how a cell's planned samples became the counted ones."""

from collections.abc import Iterable, Sequence

import polars as pl

from warehouse.errors import BrittlescopeError
from warehouse.stats.rates import COUNTS, KEPT, OUT, REASONS, cell_dimensions

STEPS = {
    "planned": "Samples that should exist.",
    "answered": "Samples with text.",
    "judged": "Samples for which the judge gave an outcome.",
    **{name: reason.meaning for name, reason in REASONS.items()},
    "counted": "The denominator: planned less everything left out.",
    "trait": "The numerator: counted answers that show the trait.",
}
"""Every step in its order, and what it means."""


class UnbalancedLedger(BrittlescopeError):
    """Counts that contradict themselves: what is left out is not what the reasons say."""


def ledger(counts: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """One row per cell and step, from planned to trait.

    Planned less what is left out is counted, in every cell: a sample that is left out stands
    in one line only, that of the first reason for which the rule leaves it out, in the order of
    the steps. A rule may keep samples in the denominator in spite of a reason; those are not
    left out, and the explanation of their first reason says how many there are.

    Args:
        counts: One row per evaluation × question × trait × judge.
        by: The dimensions that make a cell, besides experiment, trait and judge.

    Returns:
        The dimensions, step (keys of `STEPS`), kind ("stage" or "excluded"), n, share (of the
        planned samples; null without any) and explanation. Cells sorted by their dimensions,
        nulls last; steps in order.

    Raises:
        UnknownName: a dimension that does not exist.
        UnbalancedLedger: counts that cannot be balanced, naming the first such row.
    """
    dims = cell_dimensions(counts, by)
    _check(counts)
    cells = (
        counts.group_by(dims)
        .agg(pl.col(*COUNTS, *OUT, *KEPT).sum())
        .sort(dims, nulls_last=True)
        .with_row_index("cell")
    )
    n = pl.coalesce(_named(REASONS, "out_"), _named(_STAGES, "n_"))
    return (
        cells.join(_STEPS, how="cross")
        .sort("cell", "place")
        .select(
            *dims,
            "step",
            "kind",
            n.alias("n"),
            pl.when(pl.col("n_planned") > 0).then(n / pl.col("n_planned")).alias("share"),
            _explanation().alias("explanation"),
        )
    )


_STAGES = [step for step in STEPS if step not in REASONS]

_STEPS = pl.DataFrame(
    {
        "step": list(STEPS),
        "kind": ["excluded" if step in REASONS else "stage" for step in STEPS],
        "meaning": list(STEPS.values()),
        "as": [REASONS[step].kept if step in REASONS else "" for step in STEPS],
    }
).with_row_index("place")


def _explanation() -> pl.Expr:
    """What a step means, and how many samples stay in the denominator in spite of it."""
    kept = pl.coalesce(_named(REASONS, "kept_"), pl.lit(0))
    stay = pl.format("{} {} such answers stay in the denominator, {}.", "meaning", kept, "as")
    return pl.when(kept > 0).then(stay).otherwise("meaning")


def _named(steps: Iterable[str], prefix: str) -> pl.Expr:
    """For each row the column of its step; null for other steps."""
    return pl.coalesce(
        pl.when(pl.col("step") == step).then(pl.col(f"{prefix}{step}")) for step in steps
    )


def _check(counts: pl.DataFrame) -> None:
    left = pl.sum_horizontal(OUT)
    wrong = counts.filter(
        (pl.col("n_planned") - left != pl.col("n_counted"))
        | (pl.col("n_trait") > pl.col("n_counted"))
        | pl.any_horizontal(pl.col(*COUNTS, *OUT, *KEPT) < 0)
    )
    if wrong.height:
        row = wrong.row(0, named=True)
        raise UnbalancedLedger(
            f"The counts of evaluation {row['evaluation']}, question {row['question']} "
            f"({row['trait']}, {row['judge']}) do not balance: {row['n_planned']} planned and "
            f"{row['n_counted']} counted, but {sum(row[name] for name in OUT)} left out with a "
            "reason."
        )
