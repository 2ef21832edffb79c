"""A chart for every experiment and trait, under its heading, and what was clicked in any."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import altair as alt
import polars as pl
import streamlit as st

from pages.frame import bound
from pages.ui.charts import base
from pages.ui.parts import bounded, markup
from pages.ui.view import store
from pages.ui.words import values

LABELS, LETTER = 190, 6.4
"""Pixels left of every panel at the most, so that panels stand in line, and of a letter."""

LINES = 16
"""How many arms are drawn at once; the others are on further pages."""

ROOM = 10
"""Pixels between the labels of two arms."""

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


def labels(names: Sequence[str], numbers: Sequence[str]) -> pl.Series:
    """A label an arm: its name over two lines at most, its numbers, and what makes it unique."""
    told = zip(base.wrapped(names), numbers, strict=True)
    said = [f"{name}\n{beside}\n{at}" for at, (name, beside) in enumerate(told)]
    return pl.Series("line", said, pl.String())


def lines(rows: pl.DataFrame, theme: str | None) -> alt.Y:
    """A line for each of the labels of these rows."""
    return base.lines(
        rows["line"].to_list(),
        base.line_axis(
            300, labelOverlap=False, labelLineHeight=base.TEXT,
            labelColor=base.ink(theme),
        ),
    )  # fmt: skip


def room(options: Iterable[str]) -> float:
    """Pixels that these labels take, between a third of the most and the most."""
    return min(max(LABELS / 3, LETTER * max(map(len, options), default=0) + 12), LABELS)


def step(rows: pl.DataFrame) -> alt.Step:
    """As much room for every line as the longest label takes."""
    return alt.Step(base.TEXT * max(line.count("\n") for line in rows["line"]) + ROOM)


def shown(lines: pl.DataFrame, draw: Draw, name: str) -> int | None:
    """Draw the panels of a page, with a legend on the first; the cell that was clicked."""
    clicked = None
    every = lines["line"].unique(maintain_order=True)
    pages = max(1, -(-len(every) // LINES))
    picture = st.container()
    number = bound.page(pages, f"{name}_page") if pages > 1 else 1
    with picture:
        for place, part in enumerate(_parts(_page(lines, number))):
            if lines["heading"].n_unique() > 1:
                st.markdown(f"**{markup.escaped(part['heading'][0])}**")
            chart = partial(draw, part, legend=place == 0, theme=st.context.theme.type)
            mark = base.shown(chart, f"{name} {place}")
            clicked = clicked if mark is None else mark
    return clicked


def together(lines: pl.DataFrame, draw: Draw) -> alt.VConcatChart:
    """The panels as one chart to take away."""
    parts = _parts(bounded.whole(lines, "line", "heading"))
    return base.stacked(
        (part["heading"][0], draw(part, legend=place == 0, clickable=False))
        for place, part in enumerate(parts)
    )


def _page(lines: pl.DataFrame, number: int) -> pl.DataFrame:
    """The rows of the lines on a page, from 1; of lines with many marks the first of them."""
    every = lines["line"].unique(maintain_order=True)
    drawn = every.slice((number - 1) * LINES, LINES)
    return lines.filter(pl.col("line").is_in(drawn.implode())).head(bounded.MARKS)


def _parts(lines: pl.DataFrame) -> list[pl.DataFrame]:
    return lines.partition_by("heading", maintain_order=True)
