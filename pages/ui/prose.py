"""Tables whose cells are sentences: shown whole, not cut off at the edge of a column."""

import polars as pl
import streamlit as st

from pages.ui import foreign, labels, tables

MOST = 200
"""How many rows are drawn whole; longer tables scroll and cut instead."""


def table(frame: pl.DataFrame, key: str) -> None:
    """Draws a table of texts, whatever wrote them."""
    if frame.height > MOST:
        tables.plain(frame, key)
        return
    header = [labels.column(name) for name in frame.columns]
    rows = (["" if cell is None else str(cell) for cell in row] for row in frame.iter_rows())
    st.html(foreign.table(header, rows))
