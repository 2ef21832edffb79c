"""Tables as every page shows them: human names, right formats, counts that open their answers."""

from typing import Any

import polars as pl
import streamlit as st

from pages.ui.view import links
from pages.ui.words import labels

LINK = "read"

WITHOUT_EXPORT = (
    "<style>[data-testid=stElementToolbar] [aria-label='Download as CSV'] { display: none }</style>"
)
"""Takes Streamlit's own CSV button off every table: it would write a name that is a formula as one.

The buttons below a table write it harmless (`downloads`).
"""

PERCENT = (
    *("rate", "low", "high", "worst_low", "worst_high", "share", "fitted", "published"),
    *("baseline_rate", "untuned_rate", "first_rate", "second_rate", "with_text", "without_text"),
    *("suppression", "suppression_low", "suppression_high"),
    *("stands_share", "rate_lowest", "rate_highest", "rate_without"),
    *("two_way", "two_way_low", "two_way_high", "multi_way", "multi_way_low", "multi_way_high"),
)
POINTS = (
    "difference",
    "difference_low",
    "difference_high",
    "lowest",
    "highest",
    "gap",
    "difference_lowest",
    "difference_highest",
    "difference_without",
)
CHANCES = ("p", "q")


def columns(frame: pl.DataFrame) -> dict[str, Any]:
    """A configuration that names and formats every column; shares are in percent already.

    So are differences of shares, in points.
    """
    config: dict[str, Any] = {}
    for name, kind in frame.schema.items():
        label = labels.column(name)
        if name == LINK:
            config[name] = st.column_config.LinkColumn(
                "Transcripts", display_text="Read", help="Opens in a new tab."
            )
        elif name in PERCENT:
            config[name] = st.column_config.NumberColumn(label, format="%.1f %%")
        elif name in POINTS:
            config[name] = st.column_config.NumberColumn(label, format="%+.1f")
        elif name in CHANCES:
            config[name] = st.column_config.NumberColumn(label, format="%.2g")
        elif kind.is_integer():
            config[name] = st.column_config.NumberColumn(label, format="localized")
        else:
            config[name] = label
    return config


def plain(frame: pl.DataFrame, key: str) -> None:
    """A table to look at."""
    st.dataframe(frame, hide_index=True, column_config=columns(frame), key=key)


def clickable(frame: pl.DataFrame, key: str) -> tuple[int, str] | None:
    """A table whose counts can be clicked; the row and kind of answers, where one was."""
    event: Any = st.dataframe(
        frame,
        hide_index=True,
        column_config=columns(frame),
        key=key,
        on_select="rerun",
        selection_mode="single-cell",
    )
    for row, column in event.selection.cells:
        if column in links.ONLY:
            return row, links.ONLY[column]
    return None
