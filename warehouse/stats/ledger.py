"""The denominator ledger: how a cell's planned samples became the counted ones."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from warehouse.errors import BrittlescopeError
from warehouse.stats.rates import COUNTS, Ints, cell_dimensions

EXCLUDED = ("refusal", "code", "incoherent", "unparsed", "missing")

STEPS = {
    "planned": "Samples that should exist.",
    "answered": "Samples with text.",
    "judged": "Samples for which the judge gave an outcome.",
    "refusal": "Left out because the judge called the answer a refusal.",
    "code": "Left out because the judge called the answer code.",
    "incoherent": "Left out because the answer did not meet the rule's coherence requirement.",
    "unparsed": "Left out because the judge's reply was not understood.",
    "missing": "Left out because there is no answer, or no judgement that the rule needs.",
    "counted": "The denominator: planned less everything left out.",
    "trait": "The numerator: counted answers that show the trait.",
}
"""Every step in its order, and what it means."""


class UnbalancedLedger(BrittlescopeError):
    """Counts that contradict themselves: what is left out is not what the reasons say."""


def ledger(counts: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """One row per cell and step, from planned to trait.

    Planned less the five excluded steps is counted, in every cell. A rule may keep samples
    of a reason in the denominator, as not showing the trait; those are not left out, and the
    explanation says how many there are.

    The counts say how many samples have a reason and how many are left out in all, not how
    many for each reason. A rule leaves out all samples of a reason or none, so the split is
    the one that adds up, question by question; where a sample has two reasons (an incoherent
    refusal), coherence is named before refusal and code, and missing before unparsed.

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
    left_out = _left_out(counts)
    out = [f"out_{reason}" for reason in EXCLUDED]
    cells = (
        counts.with_columns(pl.Series(name, left_out[name]) for name in out)
        .group_by(dims)
        .agg(pl.col(*COUNTS, *out).sum())
        .sort(dims, nulls_last=True)
        .with_row_index("cell")
    )
    steps = pl.DataFrame(
        {
            "step": list(STEPS),
            "kind": ["excluded" if step in EXCLUDED else "stage" for step in STEPS],
            "meaning": list(STEPS.values()),
        }
    ).with_row_index("place")
    seen = _named(STEPS, "n_")
    n = pl.coalesce(_named(EXCLUDED, "out_"), seen)
    kept = "{} {} such answers stay in the denominator, as not showing the trait."
    return (
        cells.join(steps, how="cross")
        .sort("cell", "place")
        .select(
            *dims,
            "step",
            "kind",
            n.alias("n"),
            pl.when(pl.col("n_planned") > 0).then(n / pl.col("n_planned")).alias("share"),
            pl.when(seen > n)
            .then(pl.format(kept, "meaning", seen - n))
            .otherwise("meaning")
            .alias("explanation"),
        )
    )


def _named(steps: Sequence[str] | dict[str, str], prefix: str) -> pl.Expr:
    """For each row the column of its step; null for other steps."""
    return pl.coalesce(
        pl.when(pl.col("step") == step).then(pl.col(f"{prefix}{step}")) for step in steps
    )


def _left_out(counts: pl.DataFrame) -> dict[str, Ints]:
    """How many samples of every row each reason left out."""
    of = {name: counts[f"n_{name}"].to_numpy() for name in (*STEPS, "unscored_excluded")}
    unscored = of["unscored_excluded"]
    others = of["planned"] - of["counted"] - unscored
    none = np.zeros_like(others)
    unanswered = of["planned"] - of["answered"]
    missing, unparsed = _split(
        unscored,
        (of["missing"], of["unparsed"]),
        [(of["missing"], of["unparsed"]), (unanswered, of["unparsed"]), (none, of["unparsed"])],
    )
    incoherent, refusal, code = _split(
        others,
        (of["incoherent"], of["refusal"], of["code"]),
        [
            (left, refused, coded)
            for left in (of["incoherent"], none)
            for refused in (of["refusal"], none)
            for coded in (of["code"], none)
        ],
    )
    split = {
        "out_refusal": refusal,
        "out_code": code,
        "out_incoherent": incoherent,
        "out_unparsed": unparsed,
        "out_missing": missing,
    }
    wrong = of["trait"] > of["counted"]
    for reason in EXCLUDED:
        wrong = wrong | (split[f"out_{reason}"] < 0) | (split[f"out_{reason}"] > of[reason])
    if wrong.any():
        row = counts.row(int(np.argmax(wrong)), named=True)
        raise UnbalancedLedger(
            f"The counts of evaluation {row['evaluation']}, question {row['question']} "
            f"({row['trait']}, {row['judge']}) do not balance: {row['n_planned']} planned and "
            f"{row['n_counted']} counted, but the reasons given do not add up to the difference."
        )
    return split


def _split(total: Ints, most: tuple[Ints, ...], whole: list[tuple[Ints, ...]]) -> tuple[Ints, ...]:
    """The first of the whole splits that adds up; else the reasons filled one after another."""
    rest, filled = total, []
    for limit in most[:-1]:
        filled.append(np.minimum(limit, rest))
        rest = rest - filled[-1]
    fits = [np.sum(parts, axis=0) == total for parts in whole]
    return tuple(
        np.select(fits, [parts[place] for parts in whole], default)
        for place, default in enumerate([*filled, rest])
    )
