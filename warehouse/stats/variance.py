"""Where the variance lies: shares of model, dataset, intervention, question and seed."""

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement

import numpy as np
import polars as pl

from warehouse.stats.estimates import Floats, Ints, total
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

FEWEST = 20
"""Of the rarer answers to a question of a run, on average, that shares by moments need.

By simulation with six arms, ten questions and one or three seeds, intervals of shares hold the
truth in 90 to 100 % with as many (seeds in 86 to 92 %), and in half of the studies with five.
"""

TOO_RARE = "not estimable at this rate"
NO_VARIATION = "no variation beyond chance"
METHOD = "moments"


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

    Empirical logits say little where the rarer outcome is hardly seen: shares are then biased, and
    there are none, the note being `TOO_RARE` (`FEWEST`). `hierarchical.fitted` estimates them.

    Args:
        counts: One row per evaluation × question × trait × judge; untuned models and
            evaluations with an added text are left out.
        level: Coverage of the interval.

    Returns:
        experiment, trait, judge, factor, levels, component (logit² units), share, low, high,
        method and note (why there is no share). Sorted by experiment, trait, judge; factors in the
        order of `FACTORS`.
    """
    tables = [
        _shares(part, level).select(
            *(pl.lit(value).alias(name) for name, value in zip(IDENTITY, identity, strict=True)),
            *SHARES,
        )
        for identity, part in observations(counts)
    ]
    schema = {**dict.fromkeys(IDENTITY, pl.String()), **SHARES}
    return pl.concat([pl.DataFrame(schema=schema), *tables])


SHARES = {
    "factor": pl.String(),
    "levels": pl.Int64(),
    "component": pl.Float64(),
    "share": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "method": pl.String(),
    "note": pl.String(),
}
"""The columns of shares of one experiment, trait and judge."""


def observations(
    counts: pl.DataFrame, further: Sequence[str] = ()
) -> Iterator[tuple[tuple[str | None, ...], pl.DataFrame]]:
    """Every experiment, trait and judge, with its answers by run and question.

    Untuned models and evaluations with an added text are left out. `further` are columns to keep
    beside those of `FACTORS`.
    """
    columns = sorted({*further, *(name for names in FACTORS.values() for name in names)})
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
    yield from cells.group_by(IDENTITY, maintain_order=True)


def _shares(cells: pl.DataFrame, level: float) -> pl.DataFrame:
    """The shares of one experiment, trait and judge."""
    k, n = cells["n_trait"].to_numpy(), cells["n_counted"].to_numpy()
    names, codes = factors(cells)
    y, noise = _logits(k, n)
    found = components(y, noise, codes)
    share = low = high = np.full(found.shape, np.nan)
    note = None
    if cells.height and np.minimum(k, n - k).mean() < FEWEST:
        note = TOO_RARE
    elif found.sum() <= NEGLIGIBLE:
        note = NO_VARIATION
    else:
        share = found / found.sum()
        low, high = _jackknifed(y, noise, codes, _codes(cells, ["question"]), share, level)
    columns = (
        names, [int(code.max()) + 1 for code in codes], found, share, low, high,
        [METHOD] * len(names), [note] * len(names),
    )  # fmt: skip
    return pl.DataFrame(dict(zip(SHARES, columns, strict=True)), schema=SHARES).with_columns(
        pl.col(pl.Float64).fill_nan(None)
    )


def _logits(trait: Ints, counted: Ints) -> tuple[Floats, Floats]:
    """Empirical logits, and the variance that sampling gives to each."""
    shown, hidden = trait + 0.5, counted - trait + 0.5
    return np.log(shown / hidden), 1 / shown + 1 / hidden


def _jackknifed(
    y: Floats, noise: Floats, codes: Sequence[Ints], question: Ints, share: Floats, level: float
) -> tuple[Floats, Floats]:
    """The bounds of shares with one question left out in turn; nan where there are none."""
    questions = int(question.max(initial=-1)) + 1
    unknown = np.full(share.shape, np.nan)
    if questions <= 2:
        return unknown, unknown
    without = np.array(
        [
            _signed(y[kept], noise[kept], [code[kept] for code in codes])
            for kept in (question != left for left in range(questions))
        ]
    )
    spread = (questions - 1) / questions * ((without - without.mean(axis=0)) ** 2).sum(axis=0)
    reach = student(np.array(questions - 1.0), level) * np.sqrt(spread)
    return np.clip(share - reach, 0, 1), np.clip(share + reach, 0, 1)


def factors(cells: pl.DataFrame) -> tuple[list[str], list[Ints]]:
    """The factors that can be told apart, each with the level of every row."""
    names: list[str] = []
    codes: list[Ints] = []
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


def _codes(cells: pl.DataFrame, columns: Sequence[str]) -> Ints:
    """A number from 0 for every combination of the columns' values."""
    rank = cells.select(pl.struct(columns).rank("dense")).to_series()
    return rank.to_numpy().astype(np.int64) - 1


def components(y: Floats, noise: Floats, codes: Sequence[Ints]) -> Floats:
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


def _signed(y: Floats, noise: Floats, codes: Sequence[Ints]) -> Floats:
    """Components over the sum of the positive ones, negative ones left as they come.

    nan where there is next to nothing to share.
    """
    solution = np.linalg.lstsq(*_equations(y, noise, codes))[0].astype(np.float64)
    whole = solution.clip(0).sum()
    return solution / whole if whole > NEGLIGIBLE else np.full(solution.shape, np.nan)


def _equations(y: Floats, noise: Floats, codes: Sequence[Ints]) -> tuple[Floats, Floats]:
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
