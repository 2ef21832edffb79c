"""How unevenly a rate is spread over questions and over seeds."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from warehouse.stats.betabinomial import deviation_interval
from warehouse.stats.bootstrap import resamples
from warehouse.stats.estimates import Floats, Ints, fixed, share
from warehouse.stats.intervals import Interval
from warehouse.stats.moments import RATE, by_question
from warehouse.stats.moments import over_questions as question_moments
from warehouse.stats.moments import over_runs as run_moments
from warehouse.stats.rates import cell_dimensions

TOP = 2
"""Concentration is the share of the trait that so many questions hold."""


def over_questions(
    counts: pl.DataFrame,
    by: Sequence[str],
    *,
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> pl.DataFrame:
    """One row per cell: how far its rate hangs on single questions.

    With the rates p_q of Q questions:

    * ``sd``: standard deviation of the questions' own rates, ``√max(0, s² - ν)``, where
      ``ν = mean p_q(1-p_q)/(n_q-1)`` is the variance that answers alone cause (unbiased). Its
      interval: the profile likelihood of `betabinomial.deviation_interval`, widened to hold
      the estimate. Coverage, by simulation at 8 to 50 questions of 10 to 100 answers: 92 to
      100 %, for mean rates from 0.02 to 0.98 and intraclass correlations up to 0.7.
    * ``concentration``: share of ``Σ p_q`` that the `TOP` highest questions hold; 2/Q if all
      are equal. The rates are shrunken to their mean, ``p + λ (p_q - p)`` with
      ``λ = max(0, s² - ν) / s²`` (James and Stein 1961; Efron and Morris 1975): the highest of
      equal questions are only the luckiest. Its interval: percentiles of the question bootstrap
      of the shrunken rates, a rough guide.
    * ``leave_low``, ``leave_high``: the lowest and highest mean rate with one question left
      out.

    Returns:
        The dimensions, questions, rate (question-balanced), sd, sd_low, sd_high,
        concentration, concentration_low, concentration_high, leave_low, leave_high; null with
        a single question, and the concentration also where the trait never occurred. Sorted
        by the dimensions, nulls last.

    Raises:
        UnknownName: a dimension that does not exist.
    """
    dims = cell_dimensions(counts, by)
    questions = by_question(counts, dims)
    cells = question_moments(questions, dims).with_row_index("cell")
    entries = questions.with_columns(RATE.alias("p")).join(
        cells.select("cell", *dims), on=dims, nulls_equal=True
    )
    at = entries["cell"].to_numpy().astype(np.int64)
    k, n, p = (entries[name].to_numpy() for name in ("n_trait", "n_counted", "p"))
    top, top_interval = _concentration(
        _shrunken(p, at, cells), at, cells.height, draws, seed, level
    )
    sd, sd_interval = _deviation(cells, deviation_interval(k, n, at, cells.height, level))
    numbers = {
        "sd": sd,
        "sd_low": sd_interval.low,
        "sd_high": sd_interval.high,
        "concentration": top,
        "concentration_low": top_interval.low,
        "concentration_high": top_interval.high,
    }
    return (
        cells.with_columns(pl.Series(n, of, nan_to_null=True) for n, of in numbers.items())
        .join(_leave_one_out(entries), on="cell", how="left", maintain_order="left")
        .select(*dims, "questions", "rate", *numbers, "leave_low", "leave_high")
    )


def _leave_one_out(entries: pl.DataFrame) -> pl.DataFrame:
    """The lowest and the highest mean rate of every cell with one question left out."""
    rest = pl.when(pl.len() > 1).then(pl.len() - 1)
    rate = pl.col("p")
    return entries.group_by("cell").agg(
        ((rate.sum() - rate.max()) / rest).alias("leave_low"),
        ((rate.sum() - rate.min()) / rest).alias("leave_high"),
    )


def over_seeds(counts: pl.DataFrame, by: Sequence[str], *, level: float = 0.95) -> pl.DataFrame:
    """One row per cell: how far the rate varies between runs that differ by seed alone.

    ``sd`` and its interval as in `over_questions`, runs (each at the mean rate of its
    questions, its answers at their effective size with these fixed) in place of questions.

    Returns:
        The dimensions, runs, sd, sd_low, sd_high; null with a single run, and where the cell
        pools conditions. Sorted by the dimensions, nulls last.

    Raises:
        UnknownName: a dimension that does not exist.
    """
    dims = cell_dimensions(counts, by)
    cells = run_moments(counts, dims).with_row_index("cell")
    runs = by_question(counts, [*dims, "run"]).join(
        cells.filter(pl.col("variance").is_not_null()).select("cell", *dims),
        on=dims,
        nulls_equal=True,
    )
    run = runs.select(pl.struct("cell", "run").rank("dense")).to_series().cast(pl.Int64).to_numpy()
    run = run - 1
    k, n = runs["n_trait"].to_numpy(), runs["n_counted"].to_numpy()
    number = int(run.max(initial=-1)) + 1
    # The answers of a run are worth what they are with its questions fixed.
    worth = fixed(k, n, run, number, np.ones(run.shape))
    at = np.zeros(number, np.int64)
    at[run] = runs["cell"].to_numpy()
    interval = deviation_interval(worth.rate * worth.size, worth.size, at, cells.height, level)
    sd, (low, high) = _deviation(cells, interval)
    numbers = {"sd": sd, "sd_low": low, "sd_high": high}
    return cells.select(
        *dims, "runs", *(pl.Series(n, of, nan_to_null=True) for n, of in numbers.items())
    )


def _deviation(cells: pl.DataFrame, interval: Interval) -> tuple[Floats, Interval]:
    """The standard deviation of own rates, its interval holding it; nan for a single unit."""
    variance, noise = (cells[name].cast(pl.Float64).to_numpy() for name in ("variance", "noise"))
    # Units of one answer each leave the noise, and so the deviation, unknown.
    deviation: Floats = np.sqrt(np.maximum(variance - noise, 0.0))
    # Where that is so, minimum and maximum leave the interval unknown too.
    low, high = np.minimum(interval.low, deviation), np.maximum(interval.high, deviation)
    return deviation, Interval(low, high)


def _shrunken(p: Floats, cell: Ints, cells: pl.DataFrame) -> Floats:
    """The questions' rates drawn to their mean by as much as answers alone spread them."""
    variance, noise, mean = (
        cells[name].cast(pl.Float64).to_numpy() for name in ("variance", "noise", "rate")
    )
    kept = np.nan_to_num(share(np.maximum(variance - np.nan_to_num(noise), 0.0), variance))
    shrunken: Floats = mean[cell] + kept[cell] * (p - mean[cell])
    return shrunken


def _concentration(
    p: Floats, cell: Ints, cells: int, draws: int, seed: int, level: float
) -> tuple[Floats, Interval]:
    """The share of the highest questions, and its bootstrap interval; nan for one question."""
    order = np.lexsort((-p, cell))
    p, cell = p[order], cell[order]
    value, low, high = (np.full(cells, np.nan) for _ in range(3))
    tails = (1 - level) / 2, (1 + level) / 2
    for block in resamples(cell, cells, draws, seed):
        rates = p[block.entries]
        if rates.shape[1] == 1:
            continue
        value[block.cells] = share(rates[:, :TOP].sum(axis=1), rates.sum(axis=1))
        # Of each draw the first TOP questions from the top, one drawn twice counting twice.
        reached = np.minimum(block.weights.cumsum(axis=1), TOP)
        taken = np.diff(reached, axis=1, prepend=0.0)
        shares = share(rates @ taken.T, rates @ block.weights.T)
        # A draw of questions without the trait says nothing of where the trait sits.
        some = rates.any(axis=1)
        if some.any():
            bounds = np.nanquantile(shares[some], tails, axis=1)
            low[block.cells[some]], high[block.cells[some]] = bounds
    return value, Interval(low, high)
