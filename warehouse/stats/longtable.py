"""Counts as other programs take them: one row per arm, run, question, trait and judge."""

import polars as pl

from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY

KEYS = tuple(dict.fromkeys((*IDENTITY, *ARM, "run", "seed", "question", "question_name")))
"""What tells rows apart, or describes it."""

COLUMNS = (*KEYS, "n_trait", "n_other", "n_counted", "n_planned")
"""The columns of the table."""


def long(counts: pl.DataFrame) -> pl.DataFrame:
    """The counts of every question of every run: what mixed models are fitted to.

    Evaluations of one run are added up. Rows without a counted answer are left out: they are no
    zeros. ``n_other = n_counted - n_trait`` makes the pair of successes and failures that a
    binomial model takes.

    Returns:
        `COLUMNS`, sorted by them.
    """
    return (
        counts.group_by(KEYS)
        .agg(pl.col("n_trait", "n_counted", "n_planned").sum())
        .filter(pl.col("n_counted") > 0)
        .with_columns((pl.col("n_counted") - pl.col("n_trait")).alias("n_other"))
        .select(COLUMNS)
        .sort(KEYS, nulls_last=True)
    )
