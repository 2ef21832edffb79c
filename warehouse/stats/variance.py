"""Where the variance lies: shares of model, dataset, intervention, question and seed."""

from collections.abc import Sequence
from itertools import combinations_with_replacement

import numpy as np
import polars as pl

from warehouse.stats.estimates import Floats, Index, total
from warehouse.stats.intervals import student
from warehouse.stats.rates import IDENTITY

FACTORS: dict[str, tuple[str, ...]] = {
    "model": ("model",),
    "dataset": ("dataset",),
    "intervention": ("intervention",),
    "question": ("question",),
    "model × dataset": ("model", "dataset"),
    "model × intervention": ("model", "intervention"),
    "dataset × intervention": ("dataset", "intervention"),
    "model × question": ("model", "question"),
    "dataset × question": ("dataset", "question"),
    "intervention × question": ("intervention", "question"),
    "model × dataset × intervention": ("model", "dataset", "intervention"),
    "seed": ("model", "dataset", "intervention", "settings", "run"),
    "rest": ("model", "dataset", "intervention", "settings", "run", "question"),
}
"""Each random effect, and the columns whose values it has one level for."""


NEGLIGIBLE = 1e-6
"""A variance of logits too small to be shared out."""


def variance_shares(counts: pl.DataFrame, *, level: float = 0.95) -> pl.DataFrame:
    """Shares of the variance between fine-tunes' question rates, by where it comes from.

    On the logit scale, ``y = log((k + ½)/(n - k + ½))`` for every run and question, with
    the sampling variance ``1/(k + ½) + 1/(n - k + ½)`` known (Gart 1966), y is a mean plus
    one random effect per level of every factor (`FACTORS`). The variance components are
    estimated by moments: for each factor the sum of squares of its levels' totals of ``y - ȳ``
    is set equal to its expectation (MINQUE(0), Rao 1971; the analysis of variance if the
    design is balanced), components being held at or above zero (non-negative least squares).
    Sampling variance is taken out; a share is a component over their sum. A factor with one
    level, or that groups the answers as an earlier one does, cannot be told apart and is
    left out: seeds, for one, where every condition has a single run.

    The interval is a delete-one-question jackknife with Q - 1 degrees of freedom, of the
    shares before they are held above zero, cut to [0, 1]; null below three questions, and
    where a single question makes all of the variance. Shares are of what is loaded: with two
    models their share says little of models at large.

    Args:
        counts: One row per evaluation × question × trait × judge; untuned models and
            evaluations with an added text are left out.
        level: Coverage of the interval.

    Returns:
        experiment, trait, judge, factor, levels, component (logit² units), share, low, high.
        Sorted by experiment, trait, judge; factors in the order of `FACTORS`.
    """
    columns = sorted({name for names in FACTORS.values() for name in names})
    cells = (
        counts.filter(
            (pl.col("n_counted") > 0)
            & pl.col("dataset").ne_missing(pl.lit("none"))
            & (pl.col("eval_intervention").fill_null("none") == "none")
        )
        .group_by(*IDENTITY, *columns)
        .agg(pl.col("n_trait", "n_counted").sum())
        .sort(*IDENTITY, *columns)
    )
    tables = [
        _shares(part, level).select(
            *(pl.lit(value).alias(name) for name, value in zip(IDENTITY, identity, strict=True)),
            *_COLUMNS,
        )
        for identity, part in cells.group_by(IDENTITY, maintain_order=True)
    ]
    schema = {**dict.fromkeys(IDENTITY, pl.String()), **_COLUMNS}
    return pl.concat([pl.DataFrame(schema=schema), *tables])


_COLUMNS = {
    "factor": pl.String(),
    "levels": pl.Int64(),
    "component": pl.Float64(),
    "share": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
}


def _shares(cells: pl.DataFrame, level: float) -> pl.DataFrame:
    """The shares of one experiment, trait and judge."""
    k, n = cells["n_trait"].to_numpy(), cells["n_counted"].to_numpy()
    y = np.log((k + 0.5) / (n - k + 0.5))
    noise = 1 / (k + 0.5) + 1 / (n - k + 0.5)
    names, codes = _factors(cells)
    found = components(y, noise, codes)
    share = found / found.sum() if found.sum() > NEGLIGIBLE else np.full(found.shape, np.nan)
    low = high = np.full(found.shape, np.nan)
    question = _codes(cells, ["question"])
    questions = int(question.max(initial=-1)) + 1
    if questions > 2 and not np.isnan(share).any():
        without = np.array(
            [
                _signed(y[kept], noise[kept], [code[kept] for code in codes])
                for kept in (question != left for left in range(questions))
            ]
        )
        spread = (questions - 1) / questions * ((without - without.mean(axis=0)) ** 2).sum(axis=0)
        reach = student(np.array(questions - 1.0), level) * np.sqrt(spread)
        low, high = np.clip(share - reach, 0, 1), np.clip(share + reach, 0, 1)
    levels = [len(np.unique(code)) for code in codes]
    columns = (names, levels, found, share, low, high)
    return pl.DataFrame(dict(zip(_COLUMNS, columns, strict=True)), schema=_COLUMNS).with_columns(
        pl.col(pl.Float64).fill_nan(None)
    )


def _factors(cells: pl.DataFrame) -> tuple[list[str], list[Index]]:
    """The factors that can be told apart, each with the level of every row."""
    names: list[str] = []
    codes: list[Index] = []
    for name, columns in FACTORS.items():
        code = _codes(cells, columns)
        levels = int(code.max(initial=-1)) + 1
        same = any(
            int(other.max()) + 1 == levels and len(np.unique(code * levels + other)) == levels
            for other in codes
        )
        if levels > 1 and not same:
            names.append(name)
            codes.append(code)
    return names, codes


def _codes(cells: pl.DataFrame, columns: Sequence[str]) -> Index:
    """A number from 0 for every combination of the columns' values."""
    rank = cells.select(pl.struct(columns).rank("dense")).to_series()
    return rank.to_numpy().astype(np.int64) - 1


def components(y: Floats, noise: Floats, codes: Sequence[Index]) -> Floats:
    """Variance components by MINQUE(0), none below zero.

    Args:
        y: Observations.
        noise: The known variance of each.
        codes: For every factor the level (from 0) of each observation.
    """
    if not codes:
        # SciPy 1.17's nnls aborts the process on a system without equations.
        return np.zeros(0)
    # Most of a second to load, for this one function.
    from scipy.optimize import nnls

    solution: Floats = nnls(*_equations(y, noise, codes))[0]
    return solution


def _signed(y: Floats, noise: Floats, codes: Sequence[Index]) -> Floats:
    """Components over the sum of the positive ones, negative ones left as they come.

    nan where there is next to nothing to share.
    """
    solution = np.linalg.lstsq(*_equations(y, noise, codes))[0].astype(np.float64)
    whole = solution.clip(0).sum()
    return solution / whole if whole > NEGLIGIBLE else np.full(solution.shape, np.nan)


def _equations(y: Floats, noise: Floats, codes: Sequence[Index]) -> tuple[Floats, Floats]:
    """The expected sums of squares as a system in the components, and the observed ones."""
    number = len(y)
    off = y - y.mean() if number else y
    groups = [np.unique(code, return_inverse=True)[1].reshape(-1) for code in codes]
    sizes = [np.bincount(group) for group in groups]
    # With M = I - 11'/N and A = ZZ': tr(MAMB) = tr(AB) - 2 1'AB1 / N + 1'A1 1'B1 / N².
    reach = [size[group].astype(float) for group, size in zip(groups, sizes, strict=True)]
    whole = [each.sum() for each in reach]
    system = np.zeros((len(groups), len(groups)))
    for f, g in combinations_with_replacement(range(len(groups)), 2):
        joint = np.unique(groups[f] * len(sizes[g]) + groups[g], return_counts=True)[1]
        product = (joint.astype(float) ** 2).sum()
        shared = 2 * (reach[f] @ reach[g]) / number
        system[f, g] = system[g, f] = product - shared + whole[f] * whole[g] / number**2
    observed = np.zeros(len(groups))
    for f, group in enumerate(groups):
        known = noise @ (1 - 2 * reach[f] / number + whole[f] / number**2)
        sums = total(off, group, len(sizes[f]))
        observed[f] = sums @ sums - known
    # Every equation on the scale of its own component, so that none dominates.
    # Without a question a factor may have a single level, and an empty equation.
    scale = np.where(np.diag(system) > 0, np.diag(system), 1.0)
    return system / scale[:, None], observed / scale
