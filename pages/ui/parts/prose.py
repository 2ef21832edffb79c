"""Tables whose cells are sentences: shown whole, not cut off at the edge of a column."""

import polars as pl
import streamlit as st

from pages.frame import bound
from pages.ui.parts import foreign
from pages.ui.words import columns

PAGE = 100
"""How many rows stand on one page of a table."""


def table(frame: pl.DataFrame, key: str) -> None:
    """Draws a table of texts, whatever wrote them; a long one page by page."""
    pages = max(1, -(-frame.height // PAGE))
    number = bound.page(pages, f"{key}_page") if pages > 1 else 1
    rows = frame.slice((number - 1) * PAGE, PAGE).iter_rows()
    header = [columns.label(name) for name in frame.columns]
    texts = (["" if cell is None else str(cell) for cell in row] for row in rows)
    st.html(foreign.table(header, texts))
