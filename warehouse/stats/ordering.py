"""Orders in which the rows of a grid read well: by name, by mean value, by similarity."""

import re
from collections.abc import Sequence

import numpy as np

from warehouse.stats.estimates import Floats, Ints


def by_name(names: Sequence[str]) -> Ints:
    """The names in the order people count in: `8B` before `70B`, whatever the case.

    Returns:
        The index of each name, first to last.
    """
    return np.array(sorted(range(len(names)), key=lambda at: _natural(names[at])), dtype=np.int64)


def by_value(values: Floats) -> Ints:
    """The rows with the highest mean first, rows without any value last.

    Args:
        values: Rows × columns; nan where a cell has no value. A mean is over the values there are.

    Returns:
        The index of each row, first to last; rows that tie keep their order.
    """
    known = ~np.isnan(values)
    counted = known.sum(axis=1)
    sums = np.where(known, values, 0.0).sum(axis=1)
    means = np.where(counted > 0, sums / np.maximum(counted, 1), -np.inf)
    return np.argsort(-means, kind="stable")


def by_similarity(values: Floats) -> Ints:
    """The rows so that similar ones stand together: the leaves of a hierarchical clustering.

    Average linkage over the root mean square difference in the columns that two rows share
    (rows that share none are as far apart as any two are), its leaves turned so that the
    differences between neighbours add up to the least (Bar-Joseph, Gifford and Jaakkola 2001),
    the end with the higher mean first.

    Args:
        values: Rows × columns; nan where a cell has no value.

    Returns:
        The index of each row, first to last.
    """
    if len(values) < 3:
        return by_value(values)
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering

    distances = _distances(values)
    tree = optimal_leaf_ordering(linkage(distances, "average"), distances)
    leaves: Ints = leaves_list(tree).astype(np.int64)
    half = len(leaves) // 2
    return leaves if _mean(values[leaves[:half]]) >= _mean(values[leaves[-half:]]) else leaves[::-1]


def _natural(name: str) -> list[tuple[bool, float, str]]:
    """A key that compares digits as numbers and the rest as text, numbers first."""
    pieces = re.split(r"(\d+(?:\.\d+)?)", name.casefold())
    return [
        (at % 2 == 0, 0.0, piece) if at % 2 == 0 else (False, float(piece), "")
        for at, piece in enumerate(pieces)
        if piece
    ]


def _distances(values: Floats) -> Floats:
    """The distance of every pair of rows, as `scipy.spatial.distance.pdist` lists them."""
    first, second = np.triu_indices(len(values), 1)
    known = ~np.isnan(values)
    shared = (known[first] & known[second]).sum(axis=1)
    filled = np.where(known, values, 0.0)
    apart = np.where(known[first] & known[second], filled[first] - filled[second], 0.0)
    squares = (apart**2).sum(axis=1) / np.maximum(shared, 1)
    farthest = squares.max(initial=0.0)
    found: Floats = np.sqrt(np.where(shared > 0, squares, farthest))
    return found


def _mean(values: Floats) -> float:
    return float(np.nanmean(values)) if (~np.isnan(values)).any() else -np.inf
