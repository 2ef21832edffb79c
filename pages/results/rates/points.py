"""Rates as points with intervals, a line a cell: a frame in, an Altair chart out."""

from collections.abc import Mapping

import altair as alt
import polars as pl

from pages.ui.charts import base
from pages.ui.charts.base import (
    CATEGORIES,
    KIND_COLOURS,
    NEUTRAL,
    NO_RESULT,
)

COLUMNS = (
    *("cell", "line", "group", "rate", "low", "high", "worst_low", "worst_high", "is_result"),
    *("name", "text", "counts"),
)

LEGEND = (
    f"Filled point: a result, with its 95 % interval. Hollow point: {NO_RESULT}; the grey bar "
    "spans what they could have been. Dashed line: no interval can be estimated. Click a point, "
    "or a count in the table, to read the answers behind it."
)


def colours(values: list[str]) -> alt.Scale:
    """A colour for every value, the same for a kind of intervention everywhere."""
    known = KIND_COLOURS if set(values) <= set(KIND_COLOURS) else {}
    palette = [known.get(v, CATEGORIES[i % len(CATEGORIES)]) for i, v in enumerate(values)]
    return alt.Scale(domain=values, range=palette)


def chart(cells: pl.DataFrame, groups: list[str], clickable: bool = True) -> alt.LayerChart:
    """Rates as points with intervals, a line a cell, one colour a group.

    Args:
        cells: Columns cell (what a click selects), line (its label, the last line of which is
            not shown), group (a label), rate, low, high, worst_low, worst_high (shares),
            is_result, text (the rate as written), counts.
        groups: Every group on the page, so that each has one colour in all of its charts. A chart
            with a single one needs no legend.
        clickable: Whether a click selects a point's cell, as `charts.picked` tells.

    A point that is not a result is hollow, over a bar of its worst-case bounds. A point without
    an interval lies on a dashed line over the whole scale. A cell in which nothing was counted
    has no point: its line says so.
    """
    lines = cells["line"].to_list()
    colour = alt.Color(
        "group:N",
        scale=colours(groups),
        legend=base.legend(cells["group"].n_unique() > 1, 2, labelLimit=240, symbolType="circle"),
    )
    drawn = alt.Chart(cells.select(COLUMNS)).encode(
        y=base.lines(lines, base.line_axis(230)),
        tooltip=base.tooltip(name="Cell", text="Rate", counts="Counted"),
    )
    worst = (
        drawn.transform_filter("!datum.is_result && datum.rate !== null")
        .mark_bar(height=9, opacity=0.3, color=NEUTRAL)
        .encode(x=base.share_axis("worst_low"), x2="worst_high:Q")
    )
    interval = (
        drawn.transform_filter("datum.low !== null")
        .mark_rule(strokeWidth=2)
        .encode(x=base.share_axis("low"), x2="high:Q", color=colour)
    )
    unknown = (
        drawn.transform_filter("datum.rate !== null && datum.low === null")
        .mark_rule(strokeWidth=1.5, strokeDash=[2, 4], opacity=0.7)
        .encode(x=alt.datum(0), x2=alt.datum(1), color=colour)
    )
    marks = (
        drawn.transform_filter("datum.rate !== null")
        .mark_point(size=90, filled=True, opacity=1, strokeWidth=2, cursor="pointer")
        .encode(
            x=base.share_axis("rate"),
            color=colour,
            stroke=colour,
            fillOpacity=base.filled(),
        )
    )
    nothing = (
        drawn.transform_filter("datum.rate === null")
        .mark_text(align="left", fontStyle="italic", color=NEUTRAL)
        .encode(x=alt.value(6), text=alt.value("nothing counted"))
    )
    height = alt.Step(base.TEXT * max((line.count("\n") for line in lines), default=1) + 12)
    return base.finished(
        [worst, interval, unknown, nothing, base.clickable(marks, clickable)], height
    )


def stacked(panels: Mapping[str, pl.DataFrame], groups: list[str]) -> alt.VConcatChart:
    """The points of several panels under their headings, as one chart to take away."""
    return base.stacked(
        (heading, chart(cells, groups, clickable=False)) for heading, cells in panels.items()
    )
