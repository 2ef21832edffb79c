"""Effects as pages show them: every arm in sight beside its control and its untuned model."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from pages.ui.view import store
from warehouse import agreed
from warehouse.analysis import Analysis
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY

if TYPE_CHECKING:
    from warehouse.stats.dose import Curves

KEY = (*IDENTITY, *ARM)
"""What tells arms apart."""


@store.memo()
def rates(view: Analysis, by: Sequence[str] = ()) -> pl.DataFrame:
    """The rate of every arm of the view."""
    from warehouse.analysis import results

    return results.rates(store.opened(), view, [*ARM, *by])


@store.memo("Comparing …")
def effects(view: Analysis, by: Sequence[str] = ()) -> pl.DataFrame:
    """Every arm in sight beside its control, which the filters may hide, with its verdict."""
    from warehouse.analysis import results

    return results.effects(store.opened(), view.beside("control"), by)


@store.memo("Ranking …")
def ranks(view: Analysis, over_models: bool = False) -> pl.DataFrame:
    """Where every intervention in sight stands, and how sure that is; over models where asked."""
    from warehouse.analysis import results

    return results.ranks(store.opened(), view, over_models=over_models)


@store.memo("Comparing …")
def contrasts(view: Analysis, baseline: str, by: Sequence[str] = ()) -> pl.DataFrame:
    """Every arm in sight beside a baseline, which the filters may hide."""
    from warehouse.analysis import results

    return results.contrasts(store.opened(), view.beside(baseline), by)


@store.memo("Comparing …")
def emergence(view: Analysis) -> pl.DataFrame:
    """What was trained without an intervention beside its untuned model, filtered or not."""
    from warehouse.analysis import results

    return results.emergence(store.opened(), view)


@store.memo("Comparing …")
def profile(view: Analysis) -> pl.DataFrame:
    """The brittleness profile of the view."""
    from warehouse.analysis import results

    return results.profile(store.opened(), view)


@store.memo("Fitting dose curves …")
def doses(view: Analysis) -> "Curves":
    """The dose curves of the view."""
    from warehouse.analysis import results

    return results.doses(store.opened(), view)


@store.memo()
def landscape(view: Analysis) -> pl.DataFrame:
    """Where traits emerge and what interventions leave (`warehouse.stats.landscape`)."""
    from warehouse.stats.landscape import landscape as rows

    return agreed.leading(store.opened(), rows(emergence(view), effects(view), view.margin))
