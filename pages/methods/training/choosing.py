"""The table of runs, of which rows can be ticked; those ticked stand in the link."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from pages.frame import asked
from pages.ui.parts import tables
from pages.ui.words import columns

KEY = "compare"
"""What the link calls the runs that are compared."""

HEIGHT = 318
"""Pixels of the table: its head and eight rows."""


def rows(table: pl.DataFrame, runs: Sequence[str]) -> list[str]:
    """The runs that are ticked, by their names in data; one stands in each row of the table."""
    wanted = asked.values(KEY)
    ticked = [at for at, run in enumerate(runs) if run in wanted]
    event: Any = st.dataframe(
        columns.shown(table),
        hide_index=True,
        column_config=tables.configured(table),
        # Other rows are another table: what is ticked in one means nothing in the other.
        key=f"runs {len(runs)} {runs[0]}",
        height=min(HEIGHT, 36 + 35 * table.height),
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": ticked}},
        placeholder="—",
    )
    chosen = [runs[at] for at in sorted(event.selection.rows) if at < len(runs)]
    asked.ask(KEY, chosen)
    return chosen
