"""Every other way to count what is in sight, or to leave some of it out; kept."""

from typing import Literal

import polars as pl

from pages.ui.view import store
from warehouse.analysis import Analysis
from warehouse.rules import Rule
from warehouse.universe import Explored, Over

Against = Literal["control", "untuned"]


def explored(view: Analysis, against: Against) -> Explored:
    """In how many other ways of counting the view's conclusions stand."""
    return _explored(view, against, store.all_rules())


@store.memo("Moving the threshold …", entries=16)
def curve(view: Analysis, over: Over) -> pl.DataFrame:
    """The rate of every arm in sight, and of its baselines, as a cut moves."""
    from warehouse.analysis import results

    return results.curve(store.opened(), view, over)


@store.memo("Leaving questions out …", entries=16)
def without_each(view: Analysis, against: Against) -> pl.DataFrame:
    """Every arm in sight without each of its questions."""
    from warehouse.analysis import results

    return results.without_each(store.opened(), view.beside(against))


def judged_labels(view: Analysis) -> pl.DataFrame:
    """The query `labels`: how often each multi-way label was given in the view."""
    return store.query("labels", **view.slice.parameters())


@store.memo("Counting in every other way …", entries=16)
def _explored(view: Analysis, against: Against, rules: dict[str, Rule]) -> Explored:
    from warehouse.analysis import results

    return results.multiverse(store.opened(), view.beside(against), rules.values())
