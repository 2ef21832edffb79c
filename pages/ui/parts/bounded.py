"""How much of a large study is drawn: the first lines, with a sentence on the others.

A browser draws a few thousand marks at ease, and nobody reads more lines than fit on some screens.
What is not drawn is in no picture; tables and files hold it, and filters bring it in sight.
"""

from collections.abc import Sequence

import polars as pl
import streamlit as st

from pages.ui.parts.markup import escaped

LINES = 200
"""How many lines the charts of a page have at most."""

PANELS = 24
"""Under how many headings."""

MARKS = 4_000
"""How many marks those lines have at most; Vega-Lite takes 5,000."""

SIDE = 60
"""How many rows, and how many columns, a chart of cells has at most."""

COLUMNS = 600
"""How many ways of counting one chart has beside each other; of more, every so many are drawn."""

LINKED = 500
"""Up to how many rows a table has a link to the answers in each of them."""

ARMS = 400
"""Up to how many arms every other way of counting is tried."""

NARROW = "The filters in the sidebar bring the others in sight."


def lines(rows: pl.DataFrame, under: Sequence[str] = ()) -> pl.DataFrame:
    """The first rows, a line each, as long as they stand under few headings (by `under`)."""
    if under and rows.height:
        headings = rows.select(under).unique(maintain_order=True).head(PANELS + 1)
        if headings.height > PANELS:
            numbered = rows.with_row_index("_at")
            beyond = numbered.join(headings.tail(1), on=list(under), how="semi", nulls_equal=True)
            rows = rows.head(beyond["_at"][0])
    return rows.head(LINES)


def whole(rows: pl.DataFrame, line: str, under: str) -> pl.DataFrame:
    """The first rows that have many marks a line: whole lines, as long as all can be drawn.

    Of a single line with more marks than that, the first are kept.
    """
    ends = rows.group_by(line, maintain_order=True).agg(
        pl.len().alias("marks"), pl.col(under).first()
    )
    drawn = lines(ends.filter(pl.col("marks").cum_sum() <= MARKS), [under])
    if drawn.is_empty():
        return rows.head(MARKS)
    return rows.join(drawn.select(line), on=line, how="semi", maintain_order="left")


def told(drawn: int, of: int, noun: str = "lines") -> str:
    """What a chart leaves out, in a sentence; nothing where it leaves out nothing."""
    return "" if drawn >= of else f"The first {drawn:,} of {of:,} {noun} are drawn. {NARROW}"


def say(drawn: int, of: int, noun: str = "lines") -> None:
    """Draws that sentence, where there is one."""
    if sentence := told(drawn, of, noun):
        st.caption(escaped(sentence))
