"""The beta-binomial likelihood: how far rates vary between questions, from their counts."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from warehouse.stats.estimates import Floats, Index
from warehouse.stats.intervals import Interval, student

MEANS = 1 / (1 + np.exp(-np.linspace(-7, 7, 71)))
"""Mean rates tried: evenly on the logit scale, from 0.1 to 99.9 %."""

CORRELATIONS = np.linspace(0, 0.99, 81) ** 2
"""Intraclass correlations tried: evenly in their root, and so in the standard deviation."""


def deviation_interval(
    trait: ArrayLike, counted: ArrayLike, cell: Index, cells: int, level: float
) -> Interval:
    """The interval of the standard deviation of each cell's own question rates.

    The rates of a cell's questions are taken to follow a Beta distribution of mean μ and
    intraclass correlation ρ, their standard deviation being ``√(μ(1-μ)ρ)``. The interval
    holds every value of it that some (μ, ρ) gives whose log likelihood is within ``t²/2`` of
    the largest: the profile likelihood interval, t being Student's quantile with Q - 1
    degrees of freedom, for the small number of questions. Unlike a chi-square interval it
    holds for a rare trait, whose rates are far from normal. nan for a single question.

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
    return Interval(np.where(known, low, np.nan), np.where(known, high, np.nan))


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
