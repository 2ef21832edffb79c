"""Effects as pages show them: every arm in sight beside its control and its untuned model."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from pages.ui.view import store
from pages.ui.view.filters import View
from warehouse.stats.adjust import Adjustment
from warehouse.stats.comparisons import ARM
from warehouse.stats.rates import IDENTITY, Unit
from warehouse.stats.rates import rates as rates_of

if TYPE_CHECKING:
    from warehouse.stats.dose import Curves

KEY = (*IDENTITY, *ARM)
"""What tells arms apart."""


def rates(view: View, by: Sequence[str] = ()) -> pl.DataFrame:
    """`warehouse.stats.rates.rates` of every arm of the view."""
    return _rates(store.counts(view.slice, view.rule), _key(view), view.unit, by)


def effects(view: View, by: Sequence[str] = ()) -> pl.DataFrame:
    """`warehouse.stats.effects.effects` of the view, whose filters may hide the controls."""
    return in_sight(_effects(*_compared(view), view.unit, view.margin, view.adjustment, by), view)


def contrasts(view: View, baseline: str, by: Sequence[str] = ()) -> pl.DataFrame:
    """`warehouse.stats.contrasts.contrasts` of the view, whose filters may hide the baseline."""
    return in_sight(_contrasts(*_compared(view), baseline, view.unit, view.adjustment, by), view)


def profile(view: View) -> pl.DataFrame:
    """`warehouse.stats.brittleness.profile` of the view and its baselines."""
    return _profile(*_compared(view), view.unit, view.margin)


def doses(view: View) -> "Curves":
    """`warehouse.stats.dose.dose_curves` of the view."""
    return _doses(store.counts(view.slice, view.rule), _key(view), view.margin)


def _compared(view: View) -> tuple[pl.DataFrame, tuple[object, ...]]:
    """The counts of the view and its baselines, and what they depend on."""
    return store.compared(view.slice, view.rule), _key(view)


def _key(view: View) -> tuple[object, ...]:
    """What the counts of a view depend on."""
    opened = store.opened()
    return str(opened.snapshot.path), view.slice, opened.lines(view.rule)


def in_sight(rows: pl.DataFrame, view: View) -> pl.DataFrame:
    """Without the arms that are there only to be compared with."""
    arms = store.counts(view.slice, view.rule).select(KEY).unique()
    return rows.join(arms, on=KEY, how="semi", nulls_equal=True, maintain_order="left")


@st.cache_data(max_entries=32, show_spinner=False)
def _rates(_counts: pl.DataFrame, key: object, unit: Unit, by: Sequence[str]) -> pl.DataFrame:
    return rates_of(_counts, [*ARM, *by], unit)


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


@st.cache_data(max_entries=32, show_spinner="Fitting dose curves …")
def _doses(_counts: pl.DataFrame, key: object, margin: float) -> "Curves":
    from warehouse.stats.dose import dose_curves

    return dose_curves(_counts, margin=margin)
