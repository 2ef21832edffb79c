"""Effects as pages show them: every arm in sight beside its control and its untuned model."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from pages.ui.view import store
from pages.ui.view.filters import View
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY
from warehouse.stats.rates import rates as rates_of

if TYPE_CHECKING:
    from warehouse.stats.dose import Curves

KEY = (*IDENTITY, *ARM)
"""What tells arms apart."""


@store.memo()
def rates(view: View, by: Sequence[str] = ()) -> pl.DataFrame:
    """`warehouse.stats.rates.rates` of every arm of the view."""
    return rates_of(store.counts(view.slice, view.rule), [*ARM, *by], view.unit)


@store.memo("Comparing …")
def effects(view: View, by: Sequence[str] = ()) -> pl.DataFrame:
    """`warehouse.stats.effects.effects` of the view, whose filters may hide the controls."""
    from warehouse.stats.effects import effects

    counts = store.compared(view.slice, view.rule)
    rows = effects(counts, view.unit, by=by, margin=view.margin, adjustment=view.adjustment)
    return in_sight(rows, view)


@store.memo("Comparing …")
def contrasts(view: View, baseline: str, by: Sequence[str] = ()) -> pl.DataFrame:
    """`warehouse.stats.contrasts.contrasts` of the view, whose filters may hide the baseline."""
    from warehouse.stats.contrasts import contrasts

    counts = store.compared(view.slice, view.rule)
    rows = contrasts(counts, baseline, view.unit, by=by, adjustment=view.adjustment)
    return in_sight(rows, view)


@store.memo("Comparing …")
def profile(view: View) -> pl.DataFrame:
    """`warehouse.stats.brittleness.profile` of the view and its baselines."""
    from warehouse.stats.brittleness import profile

    return profile(store.compared(view.slice, view.rule), view.unit, margin=view.margin)


@store.memo("Fitting dose curves …")
def doses(view: View) -> "Curves":
    """`warehouse.stats.dose.dose_curves` of the view."""
    from warehouse.stats.dose import dose_curves

    return dose_curves(store.counts(view.slice, view.rule), margin=view.margin)


def in_sight(rows: pl.DataFrame, view: View) -> pl.DataFrame:
    """Without the arms that are there only to be compared with."""
    arms = store.counts(view.slice, view.rule).select(KEY).unique()
    return rows.join(arms, on=KEY, how="semi", nulls_equal=True, maintain_order="left")
