"""The chart of published figures beside loaded rates: two points a line, and what ties them."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from pages.ui.charts import base
from pages.ui.charts.base import CATEGORIES, NEUTRAL, TEXT

PUBLISHED, SAME, DIFFERS = "Published", "Loaded, same definition", "Loaded, definition differs"

COLOURS = alt.Scale(
    domain=[PUBLISHED, SAME, DIFFERS], range=[NEUTRAL, CATEGORIES[0], CATEGORIES[1]]
)

MARKS = {
    PUBLISHED: ("○", NEUTRAL),
    SAME: ("●", CATEGORIES[0]),
    DIFFERS: ("●", CATEGORIES[1]),
}
"""The sign and the colour of each, for the key above the first chart."""

ROOM = 16
"""Pixels between the labels of two lines."""

APART = 6
"""Pixels between the two points of a line, which would often lie on each other."""

BESIDE = alt.ExprRef("width > 480 ? 3 : 1")
"""How many names of the legend stand beside each other."""

WIDEST = 280
"""Pixels that labels have at most."""

COLUMNS = (
    *("cell", "line", "published", "published_low", "published_high", "rate", "low", "high"),
    *("alike", "is_result", "name", "published_text", "text", "definition"),
)

LEGEND = (
    "Hollow point: the published figure, with its own interval where it has one. Filled point: "
    "the loaded rate, with its 95 % interval; it is hollow as well where it is not a result. "
    "Click it to read the answers behind it."
)


def dumbbell(pairs: pl.DataFrame, clickable: bool = True, legend: bool = True) -> alt.LayerChart:
    """Published figures and loaded rates, a line a pair.

    Args:
        pairs: Columns cell (what a click selects), line (its label), published, published_low,
            published_high, rate, low, high (shares), alike (`SAME` or `DIFFERS`), is_result, and
            name, published_text, text, definition (what the tooltip says).
        clickable: Whether a click selects a pair's cell, as `charts.picked`.
        legend: Whether the colours are explained: once on a page is enough.
    """
    colour = alt.Color(
        "alike:N",
        scale=COLOURS,
        legend=base.legend(legend, BESIDE, labelLimit=240, symbolType="circle"),
    )
    published = alt.Color(datum=PUBLISHED)
    lines = pairs["line"].to_list()
    deepest = max((line.count("\n") for line in lines), default=1)
    drawn = alt.Chart(pairs.select(COLUMNS)).encode(
        y=base.lines(lines, _labels(deepest)),
        tooltip=base.tooltip(
            name="Figure",
            published_text="Published",
            text="Loaded",
            definition=None,
        ),
    )
    gap = drawn.mark_rule(strokeWidth=5, opacity=0.18, color=NEUTRAL).encode(
        x=base.share_axis("published"), x2="rate:Q"
    )
    their_interval = (
        drawn.transform_filter("datum.published_low !== null")
        .mark_rule(strokeWidth=1.5, yOffset=-APART)
        .encode(
            x=base.share_axis("published_low"),
            x2="published_high:Q",
            color=alt.Color(datum=PUBLISHED),
        )
    )
    interval = (
        drawn.transform_filter("datum.low !== null")
        .mark_rule(strokeWidth=2, yOffset=APART)
        .encode(x=base.share_axis("low"), x2="high:Q", color=colour)
    )
    figures = drawn.mark_point(
        size=70, filled=False, strokeWidth=2, opacity=1, yOffset=-APART
    ).encode(x=base.share_axis("published"), color=published)
    marks = drawn.mark_point(
        size=80, filled=True, opacity=1, strokeWidth=2, yOffset=APART, cursor="pointer"
    ).encode(
        x=base.share_axis("rate"),
        color=colour,
        stroke=colour,
        fillOpacity=base.filled(),
    )
    layers = [gap, their_interval, interval, figures, base.clickable(marks, clickable)]
    return base.finished(layers, alt.Step(TEXT * deepest + ROOM))


def _labels(deepest: int) -> alt.Axis:
    """Labels of several lines, each in the middle of its place."""
    return base.line_axis(
        WIDEST, labelOffset=_centred(deepest), labelOverlap=False, labelLineHeight=TEXT
    )


def _centred(deepest: int) -> Any:
    """How far up a label is moved, whose lines grow downwards from the place of its mark."""
    held: Any = alt.value(0)
    chosen: Any = None
    for lines in range(2, deepest + 1):
        test = f"length(split(datum.label, '\\n')) == {lines + 1}"
        moved = alt.value(-TEXT * (lines - 1) / 2)
        chosen = alt.when(test) if chosen is None else chosen.when(test)
        chosen = chosen.then(moved)
    return held if chosen is None else chosen.otherwise(held)


def stacked(panels: Mapping[str, pl.DataFrame]) -> alt.VConcatChart:
    """The pairs of several panels under their headings, as one chart to take away."""
    return base.stacked(
        (heading, dumbbell(pairs, clickable=False, legend=not at))
        for at, (heading, pairs) in enumerate(panels.items())
    )
