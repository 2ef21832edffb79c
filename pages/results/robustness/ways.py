"""Every other way to count what is in sight, or to leave some of it out; cached."""

from typing import Literal, NamedTuple

import polars as pl
import streamlit as st

from pages.ui.view import arms, store
from pages.ui.view.filters import View
from warehouse.stats.rates import Unit
from warehouse.universe import Claim, Explored

Against = Literal["control", "untuned"]
Over = Literal["trait_cut", "coherence_cut"]


class _Key(NamedTuple):
    """What a result depends on, besides the arguments that the cache takes by themselves."""

    snapshot: str
    view: str
    rules: str


def explored(view: View, against: Against) -> Explored:
    """`warehouse.universe.explore` of the view: the claim is that of its rule and cuts."""
    return Explored(*_explored(view, _key(view), against))


def curve(view: View, over: Over) -> pl.DataFrame:
    """`warehouse.universe.curve` of the view and what its arms are compared with."""
    return _curve(view, _key(view), over)


def without_each(view: View, against: Against) -> pl.DataFrame:
    """`warehouse.stats.leave_one_out.without_each` of the view and what it is compared with."""
    counts = store.compared(view.slice, view.rule)
    rows = _without_each(counts, _key(view), against, view.unit, view.margin)
    return arms.in_sight(rows, view)


def judged_labels(view: View) -> pl.DataFrame:
    """The query `labels`: how often each multi-way label was given in the view."""
    return store.query("labels", **view.slice.parameters())


def _key(view: View) -> _Key:
    rules = store.all_rules()
    return _Key(str(store.opened().snapshot.path), repr(view), repr(rules))


@st.cache_data(max_entries=16, show_spinner="Counting in every other way …")
def _explored(_view: View, key: _Key, against: Against) -> tuple[pl.DataFrame, pl.DataFrame]:
    from warehouse.universe import explore

    claim = Claim(_view.rule, against, _view.unit, _view.margin)
    table, survival = explore(store.opened(), _view.slice, claim, store.all_rules().values())
    return table, survival


@st.cache_data(max_entries=16, show_spinner="Moving the threshold …")
def _curve(_view: View, key: _Key, over: Over) -> pl.DataFrame:
    from warehouse.universe import curve

    return curve(store.opened(), _view.slice, _view.rule, over, _view.unit)


@st.cache_data(max_entries=16, show_spinner="Leaving questions out …")
def _without_each(
    _counts: pl.DataFrame, key: _Key, against: Against, unit: Unit, margin: float
) -> pl.DataFrame:
    from warehouse.stats.leave_one_out import without_each

    return without_each(_counts, against, unit, margin=margin)
