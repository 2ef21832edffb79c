"""The sign-flip test: could the differences between questions be chance?"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from warehouse.stats.estimates import Floats, Ints

EXACT_UP_TO = 14
"""Questions up to which every assignment of signs is tried."""

DRAWS = 20_000


class SignFlip(NamedTuple):
    """Two-sided p-values and the least each could have been; nan without questions."""

    p: Floats
    floor: Floats


def sign_flip(difference: ArrayLike, cell: ArrayLike, cells: int, seed: int = 0) -> SignFlip:
    """Whether each cell's differences are centred on zero, by flipping their signs.

    Under the null hypothesis that a question's difference is as likely to be d as -d, every
    assignment of signs is equally likely (Fisher 1935); p is the share of assignments whose
    sum is as far from zero as the one observed. With Q questions p cannot be less than
    ``2 / 2^Q``: the floor. Up to `EXACT_UP_TO` questions all assignments are tried; beyond,
    `DRAWS` random ones, the observed one counting as one of them (Phipson and Smyth 2010),
    with floor ``1 / (DRAWS + 1)``.

    Args:
        difference: One per question of a cell.
        cell: The cell's index, 0 to cells - 1.
        cells: Number of cells.
        seed: Of the random assignments.
    """
    d, at = np.asarray(difference, float), np.asarray(cell, np.int64)
    p, floor = np.full(cells, np.nan), np.full(cells, np.nan)
    order = np.argsort(at, kind="stable")
    sizes = np.bincount(at, minlength=cells)
    starts = np.cumsum(sizes) - sizes
    for questions in np.unique(sizes[sizes > 0]):
        alike: Ints = np.flatnonzero(sizes == questions)
        values = d[order[starts[alike][:, None] + np.arange(questions)]]
        observed = np.abs(values.sum(axis=1))
        if questions <= EXACT_UP_TO:
            extreme = _as_far(values, all_signs(int(questions)), observed)
            p[alike] = extreme / 2 ** (questions - 1)
            floor[alike] = 2.0 ** (1 - questions)
        else:
            random = np.random.default_rng([seed, int(questions)])
            signs = random.choice([-1.0, 1.0], size=(DRAWS, int(questions)))
            p[alike] = (1 + _as_far(values, signs, observed)) / (DRAWS + 1)
            floor[alike] = 1 / (DRAWS + 1)
    return SignFlip(p, floor)


def all_signs(questions: int) -> Floats:
    """Every assignment with the first sign positive: the others mirror these."""
    rest = np.arange(2 ** (questions - 1))[:, None] >> np.arange(questions - 1) & 1
    return np.hstack([np.ones((rest.shape[0], 1)), 1.0 - 2.0 * rest])


def _as_far(values: Floats, signs: Floats, observed: Floats) -> Floats:
    """How many assignments are at least as far from zero as the observed sums."""
    slack = 1e-9 * np.maximum(np.abs(values).sum(axis=1), 1.0)
    far = np.empty(len(values))
    # In pieces, so that no array grows beyond some ten million numbers.
    step = max(1, 10_000_000 // len(signs))
    for start in range(0, len(values), step):
        part = slice(start, start + step)
        sums = np.abs(values[part] @ signs.T)
        far[part] = (sums >= (observed - slack)[part, None]).sum(axis=1)
    return far
