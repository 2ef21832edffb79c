"""Every other way to count what is in sight, or to leave some of it out; kept."""

from typing import Literal

import polars as pl

from pages.ui.view import arms, store
from pages.ui.view.filters import View
from warehouse.analysis import Analysis
from warehouse.rules import Rule
from warehouse.universe import Explored

Against = Literal["control", "untuned"]
Over = Literal["trait_cut", "coherence_cut"]


def explored(view: View, against: Against) -> Explored:
    """`warehouse.universe.explore` of the view: the claim is that of its rule and cuts."""
    return _explored(view, against, store.all_rules())


@store.memo("Moving the threshold …", entries=16)
def curve(view: View, over: Over) -> pl.DataFrame:
    """`warehouse.universe.curve` of the view and what its arms are compared with."""
    from warehouse.universe import curve

    return curve(store.opened(), _asked(view), over)


@store.memo("Leaving questions out …", entries=16)
def without_each(view: View, against: Against) -> pl.DataFrame:
    """`warehouse.stats.leave_one_out.without_each` of the view and what it is compared with."""
    from warehouse.stats.leave_one_out import without_each

    counts = store.compared(view.slice, view.rule)
    return arms.in_sight(without_each(counts, against, view.unit, margin=view.margin), view)


def judged_labels(view: View) -> pl.DataFrame:
    """The query `labels`: how often each multi-way label was given in the view."""
    return store.query("labels", **view.slice.parameters())


@store.memo("Counting in every other way …", entries=16)
def _explored(view: View, against: Against, rules: dict[str, Rule]) -> Explored:
    from warehouse.universe import explore

    return explore(store.opened(), _asked(view, against), rules.values())


def _asked(view: View, against: Against = "control") -> Analysis:
    return Analysis(
        view.slice,
        view.rule,
        view.unit,
        view.trait_cut,
        view.coherence_cut,
        view.margin,
        view.adjustment,
        against,
    )
