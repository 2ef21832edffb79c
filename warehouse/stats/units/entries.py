"""Counted answers as the arrays that estimates are made of."""

import polars as pl

from warehouse.stats.crossed import CONDITION, Runs, balanced, between_runs
from warehouse.stats.estimates import Floats, Ints
from warehouse.stats.units.unit import Sides


def by_question(answers: pl.DataFrame) -> tuple[Floats, Floats, Ints]:
    """Trait, counted and cell of every question, each at the mean of its runs."""
    return arrays(balanced(answers, ["cell", "question"]))


def arrays(entries: pl.DataFrame) -> tuple[Floats, Floats, Ints]:
    """Trait, counted and cell of every entry."""
    return (
        entries["n_trait"].to_numpy(),
        entries["n_counted"].to_numpy(),
        entries["cell"].to_numpy(),
    )


def numbered(rows: pl.DataFrame, *names: str) -> Ints:
    """The number of each row's value of several columns."""
    ranks = rows.select(pl.struct(names).rank("dense")).to_series()
    numbers: Ints = ranks.cast(pl.Int64()).to_numpy()
    return numbers


def paired(sides: Sides) -> tuple[Floats, Floats, Floats, Floats, Ints, int]:
    """Trait and counted of both sides, the row of every shared question, and how many rows."""
    names = ("n_trait", "n_counted", "base_trait", "base_counted", "cell")
    k, n, base_k, base_n, at = (sides.pairs[name].to_numpy() for name in names)
    return k, n, base_k, base_n, at, sides.rows


def answers_of(sides: Sides, side: str) -> pl.DataFrame:
    """The answers of one side, `arm` or `base`, to the questions that both share."""
    return sides.pairs.select(
        pl.col("cell").cast(pl.Int64()), pl.col(side).alias("arm"), "question"
    ).join(sides.questions, on=["arm", "question"], nulls_equal=True)


def added_by_runs(answers: pl.DataFrame, cells: int) -> Runs:
    """`crossed.between_runs` of the answers by cell, condition, run and question."""
    conditions = [name for name in CONDITION if name in answers.columns]
    return between_runs(
        (answers["n_trait"] / answers["n_counted"]).to_numpy(),
        numbered(answers, "question"),
        numbered(answers, *conditions, "run"),
        numbered(answers, "cell", *conditions),
        answers["cell"].cast(pl.Int64()).to_numpy(),
        cells,
    )
