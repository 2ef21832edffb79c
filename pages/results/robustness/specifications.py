"""Every way of counting: in how many of them a conclusion stands, and on which choice it hangs."""

from functools import partial

import altair as alt
import polars as pl
import streamlit as st

from pages.results.robustness import frames, panels, scope, strips
from pages.results.robustness.scope import Destination, Scope
from pages.results.robustness.strips import NOT_COMPARED
from pages.ui.charts import base
from pages.ui.parts import bounded, downloads, markup, tables
from pages.ui.view import cells, links
from pages.ui.words import numbers

TITLE = "Ways of counting"

STRIPS = (
    "Each tick is one way of counting; the ring is the one on screen. Shaded: differences within "
    "the margin. Click a tick to see, below, which choices its arm hangs on."
)
COLUMNS = (
    "Each column is one way of counting, in the order of its estimate: above, the estimate with "
    "its 95 % interval (hollow: not a result); below, what was chosen. Rings: the choices on "
    "screen."
)
EVERY_SO_MANY = (
    "Of the many ways, every so many are drawn, and the one on screen; the files hold all."
)


def draw(here: Scope) -> Destination | None:
    """All arms, then the chosen one; the same page with another arm, where one was clicked."""
    survival = here.explored.survival
    if survival.is_empty():
        clicked = None
        tables.plain(frames.rates(here.explored.table), "ranges")
    else:
        clicked = _every_arm(here)
    _one_arm(here)
    if clicked is None:
        return None
    against = None if here.against == "control" else here.against
    arm = scope.called(survival.row(clicked, named=True), here.explored.table)
    return links.ROBUSTNESS, links.parameters(here.view, arm=arm, against=against)


def _every_arm(here: Scope) -> int | None:
    """The chart and table of all arms; the row of the survival that was clicked."""
    lines = frames.strips(here)
    margin = numbers.hundredth(here.view.margin)
    draw = partial(strips.strips, every=lines, margin=margin)
    clicked = panels.shown(lines, draw, "strips")
    st.caption(STRIPS)
    tables.plain(frames.survivals(here.explored.survival), "survival")
    raw = cells.stamped(here.explored.survival, here.view)
    downloads.buttons(raw, partial(panels.together, lines, draw), "survival", STRIPS)
    return clicked


def _one_arm(here: Scope) -> None:
    """The specification chart of the chosen arm."""
    rows = frames.one_arm(here)
    st.subheader(markup.escaped(here.name), anchor=False)
    st.markdown(markup.escaped(frames.hinge(here)))
    if rows.is_empty():
        return
    margin = numbers.hundredth(here.view.margin) if rows["conclusion"][0] != NOT_COMPARED else None
    draw = partial(_columns, rows, margin)
    for place, panel in enumerate(draw(st.context.theme.type)):
        base.drawn(panel, f"specification {place}")
    st.caption(COLUMNS)
    if rows.height < scope.of(here.explored.table, here.arm).height > bounded.COLUMNS:
        st.caption(EVERY_SO_MANY)
    raw = scope.of(here.explored.table, here.arm).with_columns(
        pl.lit(here.view.unit).alias("unit"), pl.lit(here.view.margin).alias("margin")
    )
    downloads.buttons(
        raw, lambda: strips.together([panel() for panel in draw()]), "specifications", COLUMNS
    )


def _columns(
    rows: pl.DataFrame, margin: float | None, theme: str | None = None
) -> list[partial[alt.LayerChart]]:
    """The estimates, and below them the choices where there are several of any."""
    chosen = frames.options(rows)
    upper = partial(strips.estimates, rows, margin, theme)
    lower = partial(strips.choices, chosen, theme)
    return [upper] if chosen.is_empty() else [upper, lower]
