"""A chart for every experiment and trait, under its heading, and what was clicked in any."""

from collections.abc import Callable, Sequence
from functools import partial

import altair as alt
import polars as pl
import streamlit as st

from pages.ui.charts import base
from pages.ui.parts import bounded, markup
from pages.ui.view import store
from pages.ui.words import values

LABELS = 190
"""Pixels left of every panel, at the least, so that panels stand in line."""

STEP = 48
"""Pixels of an arm's line, which has up to three lines of text."""

AXIS = base.line_axis(250, labelOffset=-8, labelOverlap=False, minExtent=LABELS)
"""The axis of arms."""

Draw = Callable[..., alt.LayerChart]
"""Takes the lines of one panel, `legend`, `theme` and `clickable`."""


def heading(frame: pl.DataFrame, by: Sequence[str]) -> pl.Series:
    """The heading of every row: `Archaic bird names, 19th-century persona · judge: gpt-4o`."""
    said, several = [], len(store.studies()) > 1
    for row in frame.select(by).iter_rows(named=True):
        parts = {name: values.value(name, value) for name, value in row.items()}
        study = f" · study: {parts.pop('study')}" if "study" in parts else ""
        judge = f" · judge: {parts.pop('judge')}" if "judge" in parts else ""
        said.append(", ".join(parts.values()) + judge + (study if several else ""))
    return pl.Series("heading", said, pl.String())


def shown(lines: pl.DataFrame, draw: Draw, name: str) -> int | None:
    """Draw the panels, with a legend on the first; the cell that was clicked."""
    clicked = None
    drawn = bounded.whole(lines, "line", "heading")
    for place, part in enumerate(_parts(drawn)):
        st.markdown(f"**{markup.escaped(part['heading'][0])}**")
        chart = partial(draw, part, legend=place == 0, theme=st.context.theme.type)
        mark = base.shown(chart, f"{name} {place}")
        clicked = clicked if mark is None else mark
    bounded.say(drawn["line"].n_unique(), lines["line"].n_unique())
    return clicked


def together(lines: pl.DataFrame, draw: Draw) -> alt.VConcatChart:
    """The panels as one chart to take away."""
    parts = _parts(bounded.whole(lines, "line", "heading"))
    return base.stacked(
        (part["heading"][0], draw(part, legend=place == 0, clickable=False))
        for place, part in enumerate(parts)
    )


def _parts(lines: pl.DataFrame) -> list[pl.DataFrame]:
    return lines.partition_by("heading", maintain_order=True)
