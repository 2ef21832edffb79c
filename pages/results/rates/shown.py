"""What the Rates page shows of a view, kept from one rerun to the next."""

from collections.abc import Sequence

import polars as pl

from pages.results.rates import layout
from pages.results.rates.layout import CellLayout
from pages.ui.view import cells, store
from warehouse.analysis import Analysis


@store.memo()
def found(view: Analysis, by: Sequence[str], order: str) -> pl.DataFrame:
    """`cells.of` the counts of the view."""
    return cells.of(store.counts(view.slice, view.rule), by, view, order)


@store.memo()
def laid_out(view: Analysis, by: Sequence[str], asked: Sequence[str], order: str) -> CellLayout:
    """`layout.laid_out` of what is found."""
    counts = store.counts(view.slice, view.rule)
    return layout.laid_out(found(view, by, order), counts, by, asked, order)


@store.memo()
def table(view: Analysis, by: Sequence[str], order: str) -> pl.DataFrame:
    """`cells.table` of what is found in that order."""
    return cells.table(found(view, by, order), by, store.counts(view.slice, view.rule), view)


def raw(found: pl.DataFrame, view: Analysis) -> pl.DataFrame:
    """The cells to take away: the names and columns of `brittlescope rates`."""
    told = ("cell", "name", "line", "group", "text", "counts", "wording")
    return cells.stamped(found.drop(told), view)
