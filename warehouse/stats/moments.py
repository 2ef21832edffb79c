"""Means and variances of rates over questions and over runs, with the noise of answers apart."""

from collections.abc import Sequence

import polars as pl

from warehouse.stats.crossed import CONDITION

RATE = pl.col("n_trait") / pl.col("n_counted")

_SEVERAL = pl.col("n_counted") > 1
_NOISE = (RATE * (1 - RATE) / (pl.col("n_counted") - 1)).filter(_SEVERAL)


def by_question(counts: pl.DataFrame, dims: Sequence[str]) -> pl.DataFrame:
    """Counted and trait answers of every question of every cell; empty ones left out."""
    return (
        counts.filter(pl.col("n_counted") > 0)
        .group_by(*dims, "question")
        .agg(pl.col("n_trait", "n_counted").sum())
        .sort(*dims, "question", nulls_last=True)
    )


def over_questions(questions: pl.DataFrame, dims: Sequence[str]) -> pl.DataFrame:
    """One row per cell of `by_question`, sorted by the dimensions, nulls last.

    With the questions' rates p_q of n_q answers: n_counted, questions, answers (harmonic
    mean of n_q), rate (mean p_q), variance (of p_q), noise (``mean p_q(1-p_q)/(n_q-1)``, the
    unbiased estimate of what answers alone make of the variance) and within
    (``mean p_q(1-p_q) n_q/(n_q-1)``, the variance of single answers).
    """
    size = pl.col("n_counted")
    return (
        questions.group_by(dims)
        .agg(
            size.sum(),
            pl.len().cast(pl.Int64).alias("questions"),
            (pl.len() / (1 / size).sum()).alias("answers"),
            RATE.mean().alias("rate"),
            RATE.var().alias("variance"),
            _NOISE.mean().alias("noise"),
            (RATE * (1 - RATE) * size / (size - 1)).filter(_SEVERAL).mean().alias("within"),
        )
        .sort(dims, nulls_last=True)
    )


def over_runs(counts: pl.DataFrame, dims: Sequence[str]) -> pl.DataFrame:
    """One row per cell, sorted by the dimensions, nulls last: its runs.

    Runs, each at the mean rate of its questions: runs (their number), variance (of their
    rates; null where the cell pools conditions, so that runs differ by more than seed) and
    noise (what answers alone make of the variance; null where no question has several).
    """
    further = [name for name in CONDITION if name not in dims]
    one_condition = pl.struct(*CONDITION).n_unique() == 1
    return (
        counts.filter(pl.col("n_counted") > 0)
        .group_by(*dims, *further, "run", "question")
        .agg(pl.col("n_trait", "n_counted").sum())
        .group_by(*dims, *further, "run")
        .agg(RATE.mean().alias("rate"), (_NOISE.mean() / pl.len()).alias("noise"))
        .group_by(dims)
        .agg(
            pl.len().cast(pl.Int64).alias("runs"),
            pl.when(one_condition).then(pl.col("rate").var()).alias("variance"),
            pl.col("noise").mean(),
        )
        .sort(dims, nulls_last=True)
    )
