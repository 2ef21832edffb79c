"""Adjusting p-values for the number of comparisons on screen."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from warehouse.errors import UnknownName
from warehouse.stats.estimates import Floats

Adjustment = Literal["bh", "holm", "none"]

ADJUSTMENTS: dict[Adjustment, str] = {
    "bh": "Benjamini–Hochberg",
    "holm": "Holm",
    "none": "unadjusted",
}


def adjust(p: ArrayLike, method: Adjustment) -> Floats:
    """Adjusted p-values over the family of all that are not nan; nan stays nan.

    With the m p-values sorted upwards: "bh" controls the false discovery rate,
    ``q_i = min_{j ≥ i} p_j m / j`` (Benjamini and Hochberg 1995); "holm" the family-wise
    error rate, ``q_i = max_{j ≤ i} p_j (m - j + 1)`` (Holm 1979); "none" leaves them alone.

    Raises:
        UnknownName: another method.
    """
    if method not in get_args(Adjustment):
        raise UnknownName(
            f"There is no adjustment {method!r}; choose one of {', '.join(ADJUSTMENTS)}."
        )
    values = np.asarray(p, float)
    adjusted = values.copy()
    known = np.flatnonzero(~np.isnan(values))
    if method == "none" or not known.size:
        return adjusted
    order = known[np.argsort(values[known], kind="stable")]
    ranks = np.arange(1, order.size + 1)
    if method == "bh":
        scaled = np.minimum.accumulate((values[order] * order.size / ranks)[::-1])[::-1]
    else:
        scaled = np.maximum.accumulate(values[order] * (order.size - ranks + 1))
    adjusted[order] = np.minimum(scaled, 1.0)
    return adjusted


def family(comparisons: int, method: Adjustment) -> str:
    """What was adjusted for, in words: "12 comparisons, Benjamini–Hochberg"."""
    noun = "comparison" if comparisons == 1 else "comparisons"
    return f"{comparisons} {noun}, {ADJUSTMENTS[method]}"
