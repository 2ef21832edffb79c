"""The beta-binomial likelihood: how far rates vary between questions, from their counts."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from warehouse.stats.estimates import Floats, Ints
from warehouse.stats.intervals import Interval, student

MEANS = 1 / (1 + np.exp(-np.linspace(-7, 7, 71)))
"""Mean rates tried: evenly on the logit scale, from 0.1 to 99.9 %."""

CORRELATIONS = np.linspace(0, 0.99, 81) ** 2
"""Intraclass correlations tried: evenly in their root, and so in the standard deviation."""


FINE = 40
"""A cell of which fewer points of the grid are plausible gets a finer one of its own."""


def deviation_interval(
    trait: ArrayLike, counted: ArrayLike, cell: Ints, cells: int, level: float
) -> Interval:
    """The interval of the standard deviation of each cell's own question rates.

    The rates of a cell's questions are taken to follow a Beta distribution of mean μ and
    intraclass correlation ρ, their standard deviation being ``√(μ(1-μ)ρ)``. The interval
    holds every value of it that some (μ, ρ) gives whose log likelihood is within ``t²/2`` of
    the largest: the profile likelihood interval, t being Student's quantile with Q - 1
    degrees of freedom, for the small number of questions. Unlike a chi-square interval it
    holds for a rare trait, whose rates are far from normal. nan for a single question.

    The grid is the same for all cells, but where answers are so many that fewer than `FINE` of
    its points are plausible a finer one is laid around the cell's own mean rate (`_refined`).

    Args:
        trait: Answers showing the trait, one entry per question (or run) of a cell; need not
            be whole.
        counted: Answers counted, or what they are worth.
        cell: The cell's index, 0 to cells - 1.
        cells: Number of cells.
        level: Coverage of the interval.
    """
    pairs, kind = np.unique(np.stack([trait, counted]), axis=1, return_inverse=True)
    table = (
        np.stack([_grid(float(k), float(n)) for k, n in pairs.T])
        if pairs.size
        else np.zeros((0, 1))
    )
    how_often = np.zeros((cells, pairs.shape[1]))
    np.add.at(how_often, (cell, kind.reshape(-1)), 1.0)
    likelihood = how_often @ table
    questions = how_often.sum(axis=1)
    depth = student(questions - 1, level) ** 2 / 2
    plausible = likelihood >= (likelihood.max(axis=1, initial=-np.inf) - depth)[:, None]
    deviation = np.sqrt(MEANS[:, None] * (1 - MEANS[:, None]) * CORRELATIONS).ravel()
    low = np.where(plausible, deviation, np.inf).min(axis=1, initial=np.inf)
    high = np.where(plausible, deviation, -np.inf).max(axis=1, initial=-np.inf)
    known = questions > 1
    k, n = np.asarray(trait, float), np.asarray(counted, float)
    for number in np.flatnonzero(known & (plausible.sum(axis=1) < FINE)):
        own = cell == number
        low[number], high[number] = _refined(k[own], n[own], depth[number])
    return Interval(np.where(known, low, np.nan), np.where(known, high, np.nan))


def _refined(trait: Floats, counted: Floats, depth: float) -> tuple[float, float]:
    """The interval of one cell on a grid of its own.

    Means lie evenly on the logit scale within six standard errors of the mean rate, as large as
    the spread of the rates or, where that is smaller, independent answers make them; correlations
    geometrically from a millionth of the largest.
    """
    # SciPy takes long to load, and not every command computes.
    from scipy.special import betaln

    rates = trait / counted
    mean = (trait.sum() + 0.5) / (counted.sum() + 1)
    even = mean * (1 - mean)
    error = np.sqrt(max(rates.var(ddof=1) / rates.size, even / counted.sum())) / even
    logits = np.log(mean / (1 - mean)) + np.linspace(-6, 6, 49) * error
    means = 1 / (1 + np.exp(-logits[:, None]))
    correlations = np.geomspace(1e-6, 0.98, 160)
    strength = (1 - correlations) / correlations
    a, b = means * strength, (1 - means) * strength
    spread = sum(
        betaln(k + a, n - k + b) - betaln(a, b) for k, n in zip(trait, counted, strict=True)
    )
    alike = trait.sum() * np.log(means) + (counted - trait).sum() * np.log1p(-means)
    likelihood = np.hstack([alike, spread])
    plausible = likelihood >= likelihood.max() - depth
    deviation = np.sqrt(means * (1 - means) * np.append(0.0, correlations))[plausible]
    return float(deviation.min()), float(deviation.max())


@lru_cache(maxsize=512)
def _grid(trait: float, counted: float) -> Floats:
    """The log likelihood of one question at every mean and correlation, without constants."""
    # SciPy takes long to load, and not every command computes.
    from scipy.special import betaln

    mean = MEANS[:, None]
    strength = (1 - CORRELATIONS[1:]) / CORRELATIONS[1:]
    a, b = mean * strength, (1 - mean) * strength
    spread = betaln(trait + a, counted - trait + b) - betaln(a, b)
    alike = trait * np.log(mean) + (counted - trait) * np.log1p(-mean)
    grid: Floats = np.hstack([alike, spread]).ravel()
    return grid
