"""One arm in every way of counting: in how many its conclusion stands, and on which choice."""

from functools import partial

import altair as alt
import polars as pl
import streamlit as st

from pages.results.robustness import frames, panels, scope, strips, ways
from pages.results.robustness.scope import Scope
from pages.results.robustness.strips import NOT_COMPARED
from pages.ui.charts import base
from pages.ui.parts import bounded, defined, markup, tables
from pages.ui.words import numbers

TITLE = "Ways of counting"

COLUMNS = (
    "Each column is one way of counting, in the order of its estimate: above, the estimate with "
    "its 95 % interval (hollow: not a result); below, what was chosen. Rings: the choices on "
    "screen."
)
EVERY_SO_MANY = (
    "Of the many ways, every so many are drawn, and the one on screen; the files hold all."
)


def draw(here: Scope) -> None:
    """The specification chart of the chosen arm, and what other judges make of it."""
    rows = frames.one_arm(here)
    if hinge := frames.hinge(here):
        st.markdown(markup.escaped(hinge))
    table = here.alone.table
    if rows.height:
        _chart(here, rows, table)
    with st.expander("The table behind it"):
        tables.plain(frames.ways(table), "ways")
    _judges(here)


def _judges(here: Scope) -> None:
    """The same arm by every judge, once somebody asks for it; nothing where there is one."""
    if ways.judges(here.view) < 2:
        return
    with st.expander(
        "The same arm by other judges, counted as on screen", key="by-judge", on_change="rerun"
    ) as opened:
        if opened.open:
            claimed = ways.by_judge(here.view, here.against)
            tables.plain(frames.judges(claimed, here), "judges")


def _chart(here: Scope, rows: pl.DataFrame, table: pl.DataFrame) -> None:
    margin = numbers.hundredth(here.view.margin) if rows["conclusion"][0] != NOT_COMPARED else None
    draw = partial(_columns, rows, margin)
    for place, panel in enumerate(draw(st.context.theme.type)):
        base.drawn(panel, f"specification {place}")
    defined.caption(COLUMNS)
    if rows.height < table.height > bounded.COLUMNS:
        st.caption(EVERY_SO_MANY)
    raw = table.with_columns(
        pl.lit(here.view.unit).alias("unit"), pl.lit(here.view.margin).alias("margin")
    )
    whole = partial(_together, draw)
    scope.taken(here, raw, whole, "specifications", COLUMNS)


def _together(draw: partial[list[partial[alt.LayerChart]]]) -> alt.VConcatChart:
    """Both charts as one to take away."""
    return strips.together([panel() for panel in draw()])


def _columns(
    rows: pl.DataFrame, margin: float | None, theme: str | None = None
) -> list[partial[alt.LayerChart]]:
    """The estimates, and below them the choices where there are several of any."""
    chosen = frames.options(rows)
    room = panels.room(chosen["option"])
    upper = partial(strips.estimates, rows, margin, theme, room)
    lower = partial(strips.choices, chosen, theme, room)
    return [upper] if chosen.is_empty() else [upper, lower]
