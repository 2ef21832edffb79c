"""The chart of published figures beside loaded rates: two points a line, and what ties them."""

from collections.abc import Mapping

import altair as alt
import polars as pl

from pages.ui.charts.base import CATEGORIES, NEUTRAL, RATE_AXIS

PUBLISHED, SAME, DIFFERS = "Published", "Loaded, same definition", "Loaded, definition differs"

COLOURS = alt.Scale(
    domain=[PUBLISHED, SAME, DIFFERS], range=[NEUTRAL, CATEGORIES[0], CATEGORIES[1]]
)

STEP = 54
"""Pixels of one line, which has three lines of text or four."""

APART = 6
"""Pixels between the two points of a line, which would often lie on each other."""

AXIS = alt.Axis(
    labelExpr="slice(split(datum.label, '\\n'), 0, -1)",
    labelLimit=240,
    labelOffset=-14,
    labelOverlap=False,
    minExtent=200,
    domain=False,
    ticks=False,
)

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
        legend=alt.Legend(title=None, orient="top", columns=1, labelLimit=240, symbolType="circle")
        if legend
        else None,
    )
    base = alt.Chart(pairs.select(COLUMNS)).encode(
        y=alt.Y("line:N", sort=pairs["line"].to_list(), title=None, axis=AXIS),
        tooltip=[
            alt.Tooltip("name:N", title="Figure"),
            alt.Tooltip("published_text:N", title="Published"),
            alt.Tooltip("text:N", title="Loaded"),
            alt.Tooltip("definition:N", title="Definition"),
        ],
    )
    gap = base.mark_rule(strokeWidth=5, opacity=0.18, color=NEUTRAL).encode(
        x=_rate("published"), x2="rate:Q"
    )
    their_interval = (
        base.transform_filter("datum.published_low !== null")
        .mark_rule(strokeWidth=1.5, yOffset=-APART)
        .encode(x=_rate("published_low"), x2="published_high:Q", color=alt.Color(datum=PUBLISHED))
    )
    interval = (
        base.transform_filter("datum.low !== null")
        .mark_rule(strokeWidth=2, yOffset=APART)
        .encode(x=_rate("low"), x2="high:Q", color=colour)
    )
    figures = base.mark_point(
        size=70, filled=False, strokeWidth=2, opacity=1, yOffset=-APART
    ).encode(x=_rate("published"), color=alt.Color(datum=PUBLISHED))
    marks = base.mark_point(
        size=80, filled=True, opacity=1, strokeWidth=2, yOffset=APART, cursor="pointer"
    ).encode(
        x=_rate("rate"),
        color=colour,
        stroke=colour,
        fillOpacity=alt.when("datum.is_result").then(alt.value(1)).otherwise(alt.value(0)),
    )
    if clickable:
        picked = alt.selection_point(name="picked", fields=["cell"], on="click", empty=False)
        marks = marks.add_params(picked)
    return alt.LayerChart(
        layer=[gap, their_interval, interval, figures, marks],
        width=560,
        height=alt.Step(STEP),
        view=alt.ViewBackground(stroke=None),
    )


def stacked(panels: Mapping[str, pl.DataFrame]) -> alt.VConcatChart:
    """The pairs of several panels under their headings, as one chart to take away."""
    return alt.vconcat(
        *(
            dumbbell(pairs, clickable=False, legend=not at).properties(
                title=alt.TitleParams(heading, anchor="start")
            )
            for at, (heading, pairs) in enumerate(panels.items())
        )
    )


def _rate(column: str) -> alt.X:
    return alt.X(f"{column}:Q", scale=alt.Scale(domain=[0, 1]), axis=RATE_AXIS)
