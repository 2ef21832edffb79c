"""Adjusting p-values for the number of comparisons that are made.

What an adjustment does and is called stands in one place; nobody compares its name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from warehouse.errors import UnknownName
from warehouse.stats.estimates import Floats

Intervals = Literal["pointwise", "simultaneous"]

INTERVALS: dict[Intervals, str] = {
    "pointwise": "each by itself",
    "simultaneous": "all at once",
}
"""What 95 % of intervals is about: each, or all comparisons of a family at once."""


@dataclass(frozen=True)
class Adjustment:
    """One way to adjust the p-values of a family.

    `name` stands in links and options; `title` follows a number of comparisons; p-values are
    `done`, and are `done_in_full` where a methods section says it.
    """

    name: str
    title: str
    done: str
    done_in_full: str
    of_sorted: Callable[[Floats], Floats]
    """The adjusted p-values of a family, from p-values sorted upwards, before they end at 1."""
    is_joint: bool = False
    """Whether joint sign flips tell it (`jointflips.joint_flips`), where there are such flips."""
    of_discoveries: bool = False
    """Whether those flips hold the false discovery rate, and not the chance of any error."""
    is_family_wise: bool = False
    """Whether it holds the chance of any error: what simultaneous intervals go with."""

    @property
    def is_plain(self) -> bool:
        """Whether p-values stay as they are."""
        return self.of_sorted is _as_they_are


def _sidak(p: Floats) -> Floats:
    """``1 - (1 - p)^m``: holds however two-sided normal statistics are correlated (Šidák 1967)."""
    # In this form no tiny p is lost in rounding, which would leave a q of zero.
    with np.errstate(divide="ignore"):
        adjusted: Floats = -np.expm1(p.size * np.log1p(-p))
    return adjusted


def _benjamini_hochberg(p: Floats) -> Floats:
    """``q_i = min_{j ≥ i} p_j m / j``: the false discovery rate (Benjamini and Hochberg 1995)."""
    return np.minimum.accumulate((p * p.size / np.arange(1, p.size + 1))[::-1])[::-1]


def _holm(p: Floats) -> Floats:
    """``q_i = max_{j ≤ i} p_j (m - j + 1)``: the family-wise error rate (Holm 1979)."""
    return np.maximum.accumulate(p * (p.size - np.arange(p.size)))


def _as_they_are(p: Floats) -> Floats:
    return p


ADJUSTMENTS: dict[str, Adjustment] = {
    one.name: one
    for one in (
        Adjustment(
            "joint",
            "jointly",
            "adjusted jointly",
            "adjusted jointly over all arms (step-down max-T)",
            _sidak,
            is_joint=True,
            is_family_wise=True,
        ),
        Adjustment(
            "joint-fdr",
            "jointly for false discoveries",
            "adjusted jointly for false discoveries",
            "adjusted jointly for false discoveries",
            _benjamini_hochberg,
            is_joint=True,
            of_discoveries=True,
        ),
        Adjustment(
            "bh",
            "Benjamini–Hochberg",
            "adjusted by Benjamini–Hochberg",
            "adjusted by Benjamini and Hochberg",
            _benjamini_hochberg,
        ),
        Adjustment(
            "holm", "Holm", "adjusted by Holm", "adjusted by Holm", _holm, is_family_wise=True
        ),
        Adjustment("none", "unadjusted", "not adjusted", "not adjusted", _as_they_are),
    )
}
"""What may be asked for, by its name, in the order of menus."""

FAMILY_WISE = tuple(name for name, one in ADJUSTMENTS.items() if one.is_family_wise)
"""Those that simultaneous intervals go with."""


def named(name: str) -> Adjustment:
    """The adjustment of that name.

    Raises:
        UnknownName: where there is none.
    """
    if name not in ADJUSTMENTS:
        raise UnknownName(
            f"There is no adjustment {name!r}; choose one of {', '.join(ADJUSTMENTS)}."
        )
    return ADJUSTMENTS[name]


def adjust(p: ArrayLike, method: str) -> Floats:
    """Adjusted p-values over the family of all that are not nan; nan stays nan.

    What is known from p-values alone: where signs can be flipped, `jointflips.joint_flips` knows
    more of a joint adjustment.

    Raises:
        UnknownName: another method.
    """
    how = named(method)
    adjusted = np.array(p, float)
    known = np.flatnonzero(~np.isnan(adjusted))
    order = known[np.argsort(adjusted[known], kind="stable")]
    adjusted[order] = np.minimum(how.of_sorted(adjusted[order]), 1.0)
    return adjusted


def within(p: ArrayLike, family: NDArray[np.integer], method: str) -> Floats:
    """`adjust`, within each family of an equal number."""
    values = np.asarray(p, float)
    adjusted = values.copy()
    for number in np.unique(family):
        chosen = family == number
        adjusted[chosen] = adjust(values[chosen], method)
    return adjusted


def family(comparisons: int, method: str) -> str:
    """What was adjusted for, in words: "12 comparisons, Benjamini–Hochberg"."""
    noun = "comparison" if comparisons == 1 else "comparisons"
    return f"{comparisons} {noun}, {named(method).title}"
