"""What the Rates page shows of a view, kept from one rerun to the next."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from pages.results.rates import points
from pages.ui.view import cells, store
from pages.ui.view.filters import View


def found(counts: pl.DataFrame, by: Sequence[str], view: View, order: str) -> pl.DataFrame:
    """`cells.of` the counts of the view."""
    return _found(counts, by, view, order, store.key(view))


def table(
    rows: pl.DataFrame, by: Sequence[str], counts: pl.DataFrame, view: View, order: str
) -> pl.DataFrame:
    """`cells.table` of what was found in that order."""
    return _table(rows, by, counts, view, order, store.key(view))


@st.cache_data(max_entries=64, show_spinner=False)
def spec(part: pl.DataFrame, groups: list[str]) -> dict[str, Any]:
    """`points.chart` as Vega-Lite; to make it takes most of a rerun's time."""
    made: dict[str, Any] = points.chart(part, groups).to_dict()
    return made


@st.cache_data(max_entries=32, show_spinner=False)
def _found(
    _counts: pl.DataFrame, by: Sequence[str], _view: View, order: str, key: str
) -> pl.DataFrame:
    return cells.of(_counts, by, _view, order)


@st.cache_data(max_entries=32, show_spinner=False)
def _table(
    _rows: pl.DataFrame,
    by: Sequence[str],
    _counts: pl.DataFrame,
    _view: View,
    order: str,
    key: str,
) -> pl.DataFrame:
    return cells.table(_rows, by, _counts, _view)
