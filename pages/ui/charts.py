"""Charts: a frame in, an Altair chart out; pure, one function a chart.

Colours are Okabe and Ito's, safe for the colour-blind and legible on white and on black.
"""

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl
import streamlit as st

from warehouse.stats.rates import FEWEST, UNSCORED_LIMIT

KIND_COLOURS = {
    "Control": "#7a8490",
    "Identity": "#0072b2",
    "Intent": "#d55e00",
    "Identity + intent": "#cc79a7",
    "Inoculation": "#009e73",
    "Time": "#e69f00",
    "Personality": "#56b4e9",
    "Other": "#a6761d",
}
"""One colour for each kind of intervention, on every page."""

VERDICT_COLOURS = {
    "eliminated": "#009e73",
    "reduced": "#56b4e9",
    "unchanged": "#7a8490",
    "increased": "#d55e00",
    "inconclusive": "#e69f00",
    "nothing to suppress": "#cc79a7",
}
"""One colour for each verdict, on every page."""

CATEGORIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a8490")

NEUTRAL = "#7a8490"

INK = {"light": "#1f2a35", "dark": "#e3e8ee"}
"""The colour of text in a chart, by theme."""

TEXT = 13
"""Pixels of a line of text."""

POINTS = (
    *("cell", "line", "group", "rate", "low", "high", "worst_low", "worst_high", "is_result"),
    *("name", "text", "counts"),
)

LINE_AXIS = alt.Axis(
    labelExpr="slice(split(datum.label, '\\n'), 0, -1)", labelLimit=230, domain=False, ticks=False
)
RATE_AXIS = alt.Axis(format=".0%", tickCount=5, title=None)


def colours(values: list[str]) -> alt.Scale:
    """A colour for every value, the same for a kind of intervention everywhere."""
    known = KIND_COLOURS if set(values) <= set(KIND_COLOURS) else {}
    palette = [known.get(v, CATEGORIES[i % len(CATEGORIES)]) for i, v in enumerate(values)]
    return alt.Scale(domain=values, range=palette)


def points(cells: pl.DataFrame, groups: list[str], clickable: bool = True) -> alt.LayerChart:
    """Rates as points with intervals, a line a cell, one colour a group.

    Args:
        cells: Columns cell (what a click selects), line (its label, the last line of which is
            not shown), group (a label), rate, low, high, worst_low, worst_high (shares),
            is_result, text (the rate as written), counts.
        groups: Every group on the page, so that each has one colour in all of its charts. A chart
            with a single one needs no legend.
        clickable: Whether a click selects a point's cell, as `picked`.

    A point that is not a result is hollow, over a bar of its worst-case bounds. A point without
    an interval lies on a dashed line over the whole scale. A cell in which nothing was counted
    has no point: its line says so.
    """
    lines = cells["line"].to_list()
    colour = alt.Color(
        "group:N",
        scale=colours(groups),
        legend=alt.Legend(title=None, orient="top", columns=2, labelLimit=240, symbolType="circle")
        if cells["group"].n_unique() > 1
        else None,
    )
    picked = alt.selection_point(name="picked", fields=["cell"], on="click", empty=False)
    base = alt.Chart(cells.select(POINTS)).encode(
        y=alt.Y("line:N", sort=lines, title=None, axis=LINE_AXIS),
        tooltip=[
            alt.Tooltip("name:N", title="Cell"),
            alt.Tooltip("text:N", title="Rate"),
            alt.Tooltip("counts:N", title="Counted"),
        ],
    )
    worst = (
        base.transform_filter("!datum.is_result && datum.rate !== null")
        .mark_bar(height=9, opacity=0.3, color=NEUTRAL)
        .encode(x=_rate("worst_low"), x2="worst_high:Q")
    )
    interval = (
        base.transform_filter("datum.low !== null")
        .mark_rule(strokeWidth=2)
        .encode(x=_rate("low"), x2="high:Q", color=colour)
    )
    unknown = (
        base.transform_filter("datum.rate !== null && datum.low === null")
        .mark_rule(strokeWidth=1.5, strokeDash=[2, 4], opacity=0.7)
        .encode(x=alt.datum(0), x2=alt.datum(1), color=colour)
    )
    marks = (
        base.transform_filter("datum.rate !== null")
        .mark_point(size=90, filled=True, opacity=1, strokeWidth=2, cursor="pointer")
        .encode(
            x=_rate("rate"),
            color=colour,
            stroke=colour,
            fillOpacity=alt.when("datum.is_result").then(alt.value(1)).otherwise(alt.value(0)),
        )
    )
    if clickable:
        marks = marks.add_params(picked)
    nothing = (
        base.transform_filter("datum.rate === null")
        .mark_text(align="left", fontStyle="italic", color=NEUTRAL)
        .encode(x=alt.value(6), text=alt.value("nothing counted"))
    )
    return alt.LayerChart(
        layer=[worst, interval, unknown, nothing, marks],
        width=560,
        height=alt.Step(TEXT * max((line.count("\n") for line in lines), default=1) + 12),
        view=alt.ViewBackground(stroke=None),
    )


def coverage(cells: pl.DataFrame, theme: str | None = None) -> alt.LayerChart:
    """How many answers there are of each row and column; a cell without any stays empty.

    `cells` has the columns cell (what a click selects), row and column (labels, in the order in
    which they are to stand), n, and text (n as written). `theme` is light or dark.
    """
    rows, columns = (list(dict.fromkeys(cells[name])) for name in ("row", "column"))
    picked = alt.selection_point(name="picked", fields=["cell"], on="click", empty=False)
    base = alt.Chart(cells.select("cell", "row", "column", "n", "text")).encode(
        x=alt.X(
            "column:N",
            sort=sorted(columns),
            axis=alt.Axis(
                orient="top",
                labelAngle=-45,
                labelLimit=160,
                labelOverlap=False,
                domain=False,
                ticks=False,
            ),
            title=None,
        ),
        y=alt.Y(
            "row:N", sort=rows, title=None, axis=alt.Axis(labelLimit=300, domain=False, ticks=False)
        ),
    )
    boxes = (
        base.mark_rect(cornerRadius=3, color=CATEGORIES[0], cursor="pointer")
        .encode(
            opacity=alt.Opacity(
                "n:Q", scale=alt.Scale(type="sqrt", zero=True, range=[0.08, 0.4]), legend=None
            ),
            tooltip=[
                alt.Tooltip("row:N", title="Trained on"),
                alt.Tooltip("column:N", title="Model"),
                alt.Tooltip("text:N", title="Answers"),
            ],
        )
        .add_params(picked)
    )
    # Without tooltips of their own, numbers let clicks through to the boxes.
    numbers = base.mark_text(fontSize=12, color=INK.get(theme or "", NEUTRAL)).encode(text="text:N")
    return alt.LayerChart(
        layer=[boxes, numbers],
        width=560,
        height=alt.Step(28),
        view=alt.ViewBackground(stroke=None),
    )


@st.cache_data(max_entries=32, show_spinner=False)
def coverage_spec(cells: pl.DataFrame, theme: str | None) -> dict[str, Any]:
    """`coverage` as Vega-Lite; kept, since to make it takes most of a rerun's time."""
    made: dict[str, Any] = coverage(cells, theme).to_dict()
    return made


def _rate(column: str) -> alt.X:
    return alt.X(f"{column}:Q", scale=alt.Scale(domain=[0, 1]), axis=RATE_AXIS)


NO_RESULT = (
    f"not a result, since fewer than {FEWEST} answers are counted or more than "
    f"{100 * UNSCORED_LIMIT:g} % were not scored"
)
"""What an outline stands for, in every chart."""

POINTS_LEGEND = (
    f"Filled point: a result, with its 95 % interval. Hollow point: {NO_RESULT}; the grey bar "
    "spans what they could have been. Dashed line: no interval can be estimated. Click a point, "
    "or a count in the table, to read the answers behind it."
)


def stacked(panels: Mapping[str, pl.DataFrame], groups: list[str]) -> alt.VConcatChart:
    """The points of several panels under their headings, as one chart to take away."""
    charts = [
        points(cells, groups, clickable=False).properties(
            title=alt.TitleParams(heading, anchor="start")
        )
        for heading, cells in panels.items()
    ]
    return alt.vconcat(*charts)


def picked(event: Any) -> int | None:
    """The cell that was clicked in a chart, if any."""
    marks = event.get("selection", {}).get("picked", [])
    return int(marks[0]["cell"]) if marks else None
