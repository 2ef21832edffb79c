"""Adjusting p-values for the number of comparisons that are made."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from warehouse.errors import UnknownName
from warehouse.stats.estimates import Floats

Adjustment = Literal["joint", "joint-fdr", "bh", "holm", "none"]

Intervals = Literal["pointwise", "simultaneous"]

INTERVALS: dict[Intervals, str] = {
    "pointwise": "each by itself",
    "simultaneous": "all at once",
}
"""What 95 % of intervals is about: each, or all comparisons of a family at once."""

ADJUSTMENTS: dict[Adjustment, str] = {
    "joint": "jointly",
    "joint-fdr": "jointly for false discoveries",
    "bh": "Benjamini–Hochberg",
    "holm": "Holm",
    "none": "unadjusted",
}


FAMILY_WISE: tuple[Adjustment, ...] = ("joint", "holm")
"""Those that hold the chance of any error: what simultaneous intervals go with."""


def adjust(p: ArrayLike, method: Adjustment) -> Floats:
    """Adjusted p-values over the family of all that are not nan; nan stays nan.

    "joint" controls the family-wise error rate by what is known of the joint distribution.
    From p-values alone that is Šidák's ``1 - (1 - p)^m``, which holds however two-sided
    normal statistics are correlated (Šidák 1967); where signs can be flipped,
    `jointflips.joint_flips` knows more. "joint-fdr" controls the false discovery rate by the
    joint distribution, and is "bh" where only p-values are known. With the m p-values sorted
    upwards: "bh" controls the false discovery rate, ``q_i = min_{j ≥ i} p_j m / j`` (Benjamini
    and Hochberg 1995); "holm" the family-wise error rate, ``q_i = max_{j ≤ i} p_j (m - j + 1)``
    (Holm 1979); "none" leaves them alone.

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
    if method == "joint":
        return 1 - (1 - adjusted) ** known.size
    order = known[np.argsort(values[known], kind="stable")]
    ranks = np.arange(1, order.size + 1)
    if method in ("bh", "joint-fdr"):
        scaled = np.minimum.accumulate((values[order] * order.size / ranks)[::-1])[::-1]
    else:
        scaled = np.maximum.accumulate(values[order] * (order.size - ranks + 1))
    adjusted[order] = np.minimum(scaled, 1.0)
    return adjusted


def within(p: ArrayLike, family: NDArray[np.integer], method: Adjustment) -> Floats:
    """`adjust`, within each family of an equal number."""
    values = np.asarray(p, float)
    adjusted = values.copy()
    for number in np.unique(family):
        chosen = family == number
        adjusted[chosen] = adjust(values[chosen], method)
    return adjusted


def family(comparisons: int, method: Adjustment) -> str:
    """What was adjusted for, in words: "12 comparisons, Benjamini–Hochberg"."""
    noun = "comparison" if comparisons == 1 else "comparisons"
    return f"{comparisons} {noun}, {ADJUSTMENTS[method]}"
