"""Charts of a multiverse: every arm under every specification, and one arm choice by choice."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import polars as pl

from pages.results.robustness import panels
from pages.ui.charts import base
from pages.ui.charts.base import NEUTRAL, VERDICT_COLOURS
from pages.ui.charts.forest import span
from pages.ui.words import columns

CONCLUSIONS = {
    "lower": ("Lower", VERDICT_COLOURS["reduced"]),
    "higher": ("Higher", VERDICT_COLOURS["increased"]),
    "no difference": ("No difference", VERDICT_COLOURS["unchanged"]),
    "unclear": ("Unclear", VERDICT_COLOURS["inconclusive"]),
}
"""The name and the colour of every conclusion."""

NOT_COMPARED = "Rate"
"""The name of what has no conclusion, being compared with nothing."""

LINES = (*("cell", "line", "name", "value", "conclusion", "way", "text", "is_claim"),)
ESTIMATES = (
    *("place", "value", "low", "high", "conclusion", "way", "text", "counts"),
    *("is_claim", "is_result"),
)


def strips(
    lines: pl.DataFrame,
    every: pl.DataFrame,
    margin: float | None,
    *,
    legend: bool = True,
    theme: str | None = None,
    clickable: bool = True,
) -> alt.LayerChart:
    """An estimate of every arm in every way of counting, a tick each.

    Args:
        lines: Columns cell (what a click selects), line (its label,
            `panels.labels`), name, value (points, or percent), conclusion (its name, or
            `NOT_COMPARED`), way (how it was counted, in words), text (the estimate as written),
            is_claim (whether that is the way on screen).
        every: The lines of all panels, which share their scale and their colours.
        margin: In points, of a difference; None where the estimates are rates.
        legend: Whether the colours are explained: once on a page is enough.
        theme: Light or dark.
        clickable: Whether a click selects an arm, as `charts.picked` tells.
    """
    title, scale = _measure(every.select("value"), margin)
    ticks = alt.expr("width > 320 ? 7 : 3")
    x = alt.X("value:Q", axis=alt.Axis(title=title, tickCount=ticks), scale=scale)
    drawn = alt.Chart(lines.select(LINES)).encode(
        y=panels.lines(lines, theme),
    )
    marks = drawn.mark_tick(thickness=2, height=18, opacity=0.55, cursor="pointer").encode(
        x=x,
        color=_colour(every, legend),
        tooltip=base.tooltip(
            name="Arm",
            way="Counted",
            text=title.split(",")[0],
            conclusion=None,
        ),
    )
    # Without tooltips of their own, rings let clicks through to the ticks.
    claim = (
        drawn.transform_filter("datum.is_claim")
        .mark_point(size=110, strokeWidth=2, filled=False, opacity=1, stroke=base.ink(theme))
        .encode(x=x)
    )
    layers = [*_zero(margin, "x"), base.clickable(marks, clickable), claim]
    return base.finished(layers, panels.step(lines))


def estimates(
    rows: pl.DataFrame, margin: float | None, theme: str | None = None, room: float = panels.LABELS
) -> alt.LayerChart:
    """One arm's estimate under every specification, in the order of size.

    Args:
        rows: Columns place (from 0), value, low, high (points, or percent), conclusion (its
            name, or `NOT_COMPARED`), way, text, counts, is_claim, is_result.
        margin: In points, of a difference; None where the estimates are rates.
        theme: Light or dark.
        room: Pixels of the labels, the same as those of `choices`.
    """
    title, domain = _measure(rows, margin)
    axis = alt.Axis(title=title, tickCount=5, minExtent=room, maxExtent=room, titleX=-46)
    drawn = alt.Chart(rows.select(ESTIMATES)).encode(
        x=_place(rows),
        color=_colour(rows),
        tooltip=base.tooltip(
            way="Counted",
            text=title.split(",")[0],
            counts="Answers",
            conclusion=None,
        ),
    )
    y = alt.Y("value:Q", axis=axis, scale=domain)
    bars = (
        drawn.transform_filter("datum.low !== null")
        .mark_rule(strokeWidth=1.5, opacity=0.6, clip=True)
        .encode(y=alt.Y("low:Q", axis=axis, scale=domain), y2="high:Q")
    )
    points = drawn.mark_point(size=36, filled=True, opacity=1, strokeWidth=1.5).encode(
        y=y,
        stroke=_colour(rows),
        fillOpacity=base.filled(),
    )
    claim = (
        drawn.transform_filter("datum.is_claim")
        .mark_point(size=150, strokeWidth=2, filled=False, opacity=1)
        .encode(y=y, color=alt.value(base.ink(theme)))
    )
    return base.finished([*_zero(margin, "y"), bars, points, claim], 230)


def choices(
    rows: pl.DataFrame, theme: str | None = None, room: float = panels.LABELS
) -> alt.LayerChart:
    """Which choices make up each specification, under its estimate.

    Args:
        rows: Columns place, option (a line's label, such as "Trait cut: 30"), conclusion, way,
            is_claim; a row for every choice that makes up a specification.
        theme: Light or dark.
        room: Pixels of the labels.
    """
    options = rows["option"].unique(maintain_order=True).to_list()
    drawn = alt.Chart(rows.select("place", "option", "conclusion", "way", "is_claim")).encode(
        x=_place(rows),
        y=alt.Y(
            "option:N",
            sort=options,
            title=None,
            axis=alt.Axis(
                minExtent=room,
                maxExtent=room,
                labelLimit=room - 8,
                labelColor=base.ink(theme),
                domain=False,
                ticks=False,
                grid=True,
                gridOpacity=0.35,
                tickBand="center",
            ),
        ),
        tooltip=base.tooltip(way="Counted", conclusion=None),
    )
    dots = drawn.mark_point(size=30, filled=True, opacity=1, strokeWidth=0).encode(
        color=_colour(rows, legend=False)
    )
    claim = (
        drawn.transform_filter("datum.is_claim")
        .mark_point(size=110, strokeWidth=1.5, filled=False, opacity=1)
        .encode(color=alt.value(base.ink(theme)))
    )
    return base.finished([dots, claim], alt.Step(20))


def together(panels: Sequence[alt.LayerChart]) -> alt.VConcatChart:
    """The panels of a specification chart, to take away."""
    return alt.vconcat(*panels, bounds="flush", spacing=12)


def _place(rows: pl.DataFrame) -> alt.X:
    ends = [-0.7, rows.select(pl.col("place").max()).item() + 0.7]
    return alt.X("place:Q", axis=None, scale=alt.Scale(domain=ends, nice=False))


def _colour(rows: pl.DataFrame, legend: bool = True) -> alt.Color:
    """One colour for each conclusion; those that occur stand in the legend."""
    present = set(rows["conclusion"])
    marks = [
        mark for mark in (*CONCLUSIONS.values(), (NOT_COMPARED, NEUTRAL)) if mark[0] in present
    ]
    shown = legend and len(marks) > 1
    return alt.Color(
        "conclusion:N",
        scale=alt.Scale(domain=[m[0] for m in marks], range=[m[1] for m in marks]),
        legend=base.legend(shown, 2, symbolType="square", symbolOpacity=1),
    )


def _measure(rows: pl.DataFrame, margin: float | None) -> tuple[str, alt.Scale]:
    """The title and the scale of differences, or of rates, which have no margin."""
    if margin is None:
        return columns.measured("rate"), alt.Scale(domain=[0, 100])
    names = [name for name in ("value", "low", "high") if name in rows.columns]
    values = [value for name in names for value in rows[name].drop_nulls()]
    return columns.measured("difference"), alt.Scale(
        domain=list(span(values, 2 * margin)), nice=False
    )


def _zero(margin: float | None, axis: str) -> list[Any]:
    """The line of no difference, and the margin around it; rates have neither."""
    if margin is None:
        return []
    frame = alt.Chart(pl.DataFrame({"zero": [0.0], "from": [-margin], "to": [margin]}))
    band = frame.mark_rect(color=NEUTRAL, opacity=0.16)
    line = frame.mark_rule(color=NEUTRAL, strokeWidth=1.5)
    if axis == "x":
        return [band.encode(x="from:Q", x2="to:Q"), line.encode(x="zero:Q")]
    return [band.encode(y="from:Q", y2="to:Q"), line.encode(y="zero:Q")]
