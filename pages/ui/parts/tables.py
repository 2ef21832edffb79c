"""Tables as every page shows them: human names, right formats, counts that open their answers."""

from typing import Any

import polars as pl
import streamlit as st

from pages.frame import links
from pages.ui.parts.defined import definitions
from pages.ui.words import columns

LINK = "read"


def configured(frame: pl.DataFrame) -> dict[str, Any]:
    """A configuration that names every column, and formats it by its unit."""
    config: dict[str, Any] = {}
    for name, kind in frame.schema.items():
        label, unit = columns.label(name), columns.unit(name, kind)
        meaning = definitions(label)
        if name == LINK:
            config[name] = st.column_config.LinkColumn(
                "Transcripts", display_text="Read", help="Opens in a new tab."
            )
        elif unit is not None:
            config[name] = st.column_config.NumberColumn(label, format=unit.format, help=meaning)
        else:
            config[name] = st.column_config.Column(label, help=meaning)
    return config


def plain(frame: pl.DataFrame, key: str) -> None:
    """A table to look at."""
    st.dataframe(columns.shown(frame), hide_index=True, column_config=configured(frame), key=key)


def clickable(frame: pl.DataFrame, key: str) -> tuple[int, str] | None:
    """A table whose counts can be clicked; the row and kind of answers, where one was."""
    event: Any = st.dataframe(
        columns.shown(frame),
        hide_index=True,
        column_config=configured(frame),
        key=key,
        on_select="rerun",
        selection_mode="single-cell",
    )
    for row, column in event.selection.cells:
        if column in links.ONLY:
            return row, links.ONLY[column]
    return None
