"""Effects as pages show them: every arm in sight beside its control and its untuned model."""

from collections.abc import Sequence

import polars as pl
import streamlit as st

from pages.ui import store
from pages.ui.filters import View
from warehouse.stats.adjust import Adjustment
from warehouse.stats.comparisons import ARM
from warehouse.stats.rates import IDENTITY, Unit

KEY = (*IDENTITY, *ARM)
"""What tells arms apart."""


def effects(view: View, by: Sequence[str] = ()) -> pl.DataFrame:
    """`warehouse.stats.effects.effects` of the view, whose filters may hide the controls."""
    return _in_sight(_effects(*_compared(view), view.unit, view.margin, view.adjustment, by), view)


def contrasts(view: View, baseline: str, by: Sequence[str] = ()) -> pl.DataFrame:
    """`warehouse.stats.contrasts.contrasts` of the view, whose filters may hide the baseline."""
    return _in_sight(_contrasts(*_compared(view), baseline, view.unit, view.adjustment, by), view)


def profile(view: View) -> pl.DataFrame:
    """`warehouse.stats.brittleness.profile` of the view and its baselines."""
    return _profile(*_compared(view), view.unit, view.margin)


def _compared(view: View) -> tuple[pl.DataFrame, tuple[object, ...]]:
    """The counts of the view and its baselines, and what they depend on."""
    opened = store.opened()
    key = (str(opened.snapshot.path), view.slice, opened.lines(view.rule))
    return store.compared(view.slice, view.rule), key


def _in_sight(rows: pl.DataFrame, view: View) -> pl.DataFrame:
    """Without the arms that are there only to be compared with."""
    arms = store.counts(view.slice, view.rule).select(KEY).unique()
    return rows.join(arms, on=KEY, how="semi", nulls_equal=True, maintain_order="left")


@st.cache_data(max_entries=32, show_spinner="Comparing …")
def _effects(
    _counts: pl.DataFrame,
    key: object,
    unit: Unit,
    margin: float,
    adjustment: Adjustment,
    by: Sequence[str],
) -> pl.DataFrame:
    from warehouse.stats.effects import effects

    return effects(_counts, unit, by=by, margin=margin, adjustment=adjustment)


@st.cache_data(max_entries=32, show_spinner="Comparing …")
def _contrasts(
    _counts: pl.DataFrame,
    key: object,
    baseline: str,
    unit: Unit,
    adjustment: Adjustment,
    by: Sequence[str],
) -> pl.DataFrame:
    from warehouse.stats.contrasts import contrasts

    return contrasts(_counts, baseline, unit, by=by, adjustment=adjustment)


@st.cache_data(max_entries=32, show_spinner="Comparing …")
def _profile(_counts: pl.DataFrame, key: object, unit: Unit, margin: float) -> pl.DataFrame:
    from warehouse.stats.brittleness import profile

    return profile(_counts, unit, margin=margin)
