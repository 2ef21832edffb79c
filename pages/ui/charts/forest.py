"""The forest plot: an estimate a line, under headings, beside what it is compared with."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import altair as alt
import polars as pl

from pages.ui.charts import base, references
from pages.ui.charts.base import NEUTRAL, TEXT
from pages.ui.charts.references import Reference

Marks = Mapping[str, tuple[str, str]]
"""The colour and the shape of every group, so that either alone tells them apart."""

LETTER = 5.5
"""Pixels of a letter, on average."""

LETTERS = 38
"""Letters of a line of a name; longer ones take two lines."""

WIDEST = 215
"""Pixels that labels take at most."""


NARROW = 20
"""Letters that a legend's names may have, for two to stand beside each other."""

HOLLOW = alt.Scale(domain=[False, True], range=[0, 1])
"""Filled where something is a result."""

NOTHING = -1
"""The cell of a line that stands for no answers."""


class Line(NamedTuple):
    """One estimate; numbers in the unit of the scale."""

    cell: int  # what a click selects, or NOTHING
    heading: str  # what it stands under, together with its neighbours
    name: str
    text: str  # the estimate as people write it
    value: float | None
    low: float | None
    high: float | None
    group: str
    is_result: bool
    missing: str | None  # what stands in place of the mark, where there is no value
    about: Mapping[str, str]  # what hovering shows, by title; the same titles in every line


class Scale(NamedTuple):
    """What is measured along the lines: its name and its ends."""

    title: str
    low: float
    high: float


def chart(
    lines: Sequence[Line],
    scale: Scale,
    marks: Marks,
    beside: Sequence[Reference] = (),
    *,
    width: float | None = None,
    legend: bool = True,
    clickable: bool = True,
) -> alt.LayerChart:
    """Estimates with their intervals, one colour and shape a group.

    Args:
        lines: At least one, those under one heading next to each other. A single heading is
            left out.
        scale: The horizontal scale.
        marks: The groups of the legend.
        beside: Labelled above the chart, the first one lowest.
        width: Pixels of the labels, where several charts are to be aligned (`labels_width`).
        legend: Whether the chart says what its colours and shapes mean.
        clickable: Whether a click selects a line's cell, as `charts.picked` tells.

    An estimate that is not a result is hollow. One without an interval lies on a dashed line over
    the whole scale.
    """
    rows = _rows(lines)
    drawn = alt.Chart(rows).encode(
        y=alt.Y(
            "line:N",
            # Headings have no mark: their place must be reserved.
            scale=alt.Scale(domain=rows["line"].to_list()),
            title=None,
            axis=_labels(width or labels_width(lines)),
        ),
        tooltip=[alt.Tooltip(f"{title}:N") for title in lines[0].about],
    )
    interval, unknown, estimates = _estimates(drawn, scale, marks, legend)
    nothing = (
        drawn.transform_filter("datum.missing !== null")
        .mark_text(align="left", fontStyle="italic", color=NEUTRAL)
        .encode(x=alt.value(6), text="missing:N")
    )
    estimates = base.clickable(estimates, clickable)
    return base.finished(
        [*_beside(beside, scale), interval, unknown, nothing, estimates],
        alt.Step(TEXT * max(_depth(line) for line in rows["line"]) + 12),
        resolve=alt.Resolve(axis=alt.AxisResolveMap(x="independent")),
    )


def labels_width(lines: Sequence[Line]) -> float:
    """The pixels that the labels of these lines take at most."""
    longest = max(len(text) for line in lines for text in (line.heading, *_wrapped(line)))
    return min(LETTER * longest, WIDEST)


def span(values: Iterable[float | None], least: float) -> tuple[float, float]:
    """Round ends of a scale that holds every value and `least` on both sides of zero."""
    known = [value for value in values if value is not None]
    return (
        10 * (min([*known, -least]) // 10),
        -10 * (-max([*known, least]) // 10),
    )


def _rows(lines: Sequence[Line]) -> pl.DataFrame:
    """The lines and their headings; `line` holds the label's lines and what makes it unique."""
    several = len({line.heading for line in lines}) > 1
    rows: list[dict[str, Any]] = []
    for heading, under in groupby(lines, key=lambda line: line.heading):
        if several:
            rows.append({"line": f"{heading}\n#{heading}"})
        for line in under:
            label = "\n".join([*_wrapped(line), str(len(rows))])
            rows.append(line._asdict() | {**line.about, "line": label})
    schema = {
        **dict.fromkeys(("line", "group", "missing", *lines[0].about), pl.String()),
        **dict.fromkeys(("value", "low", "high"), pl.Float64()),
        "cell": pl.Int64(),
        "is_result": pl.Boolean(),
    }
    return pl.DataFrame(rows, schema=schema)


def _wrapped(line: Line) -> list[str]:
    return [*textwrap.wrap(line.name, LETTERS, max_lines=2, placeholder=" …"), line.text]


def _depth(label: str) -> int:
    return label.count("\n")


def _labels(width: float) -> alt.Axis:
    """Labels of several lines, from the left; headings, which have a single one, in bold."""
    parts = r"split(datum.label, '\n')"
    return alt.Axis(
        labelExpr=f"slice({parts}, 0, -1)",
        labelFontWeight=alt.when(f"length({parts}) == 2")
        .then(alt.value("bold"))
        .otherwise(alt.value("normal")),
        labelAlign="left",
        labelOffset=alt.when(f"length({parts}) == 2")
        .then(alt.value(0))
        .when(f"length({parts}) == 3")
        .then(alt.value(-TEXT / 2))
        .otherwise(alt.value(-TEXT)),
        labelPadding=width,
        labelLimit=width,
        labelLineHeight=TEXT,
        domain=False,
        ticks=False,
    )


def _estimates(drawn: alt.Chart, scale: Scale, marks: Marks, legend: bool) -> list[alt.Chart]:
    """The intervals, the lines of what has none, and the estimates themselves."""
    columns = 1 if max(map(len, marks), default=0) > NARROW else 2
    # Where nothing could be estimated there are no groups, and an empty legend has no size.
    shown = base.legend(bool(legend and marks), columns)
    colours, shapes = (
        alt.Scale(domain=list(marks), range=[mark[place] for mark in marks.values()])
        for place in (0, 1)
    )
    colour = alt.Color("group:N", scale=colours, legend=shown)
    interval = (
        drawn.transform_filter("datum.low !== null")
        .mark_rule(strokeWidth=2, clip=True)
        .encode(x=_x("low", scale), x2="high:Q", color=colour)
    )
    unknown = (
        drawn.transform_filter("datum.value !== null && datum.low === null")
        .mark_rule(strokeWidth=1.5, strokeDash=[2, 4], opacity=0.7)
        .encode(x=alt.XDatum(scale.low, axis=None), x2=alt.X2Datum(scale.high), color=colour)
    )
    estimates = (
        drawn.transform_filter("datum.value !== null")
        .mark_point(size=90, filled=True, opacity=1, strokeWidth=2, cursor="pointer")
        .encode(
            x=_x("value", scale, alt.Axis(title=scale.title, tickCount=5, grid=True)),
            color=colour,
            stroke=colour,
            shape=alt.Shape("group:N", scale=shapes, legend=shown),
            fillOpacity=alt.FillOpacity("is_result:O", scale=HOLLOW, legend=None),
        )
    )
    return [interval, unknown, estimates]


def _beside(lines: Sequence[Reference], scale: Scale) -> list[alt.Chart]:
    """The margins and the lines of what the estimates are compared with."""
    if not lines:
        return []
    told = alt.Chart(references.frame(lines))
    band = told.mark_rect(color=NEUTRAL, opacity=0.16, clip=True).encode(
        x=_x("from", scale), x2="to:Q"
    )
    middle = (scale.low + scale.high) / 2
    named = references.axis(
        lines,
        # Each at a height of its own, the first one lowest.
        [names[::-1] for names in references.at_one_place(lines)],
        orient="top",
        labelAlign=alt.when(f"datum.value > {middle}")
        .then(alt.value("right"))
        .otherwise(alt.value("left")),
        labelLimit=WIDEST,
        labelLineHeight=TEXT,
        # The lines of a label grow downwards.
        labelPadding=TEXT * (len(lines) - 1) + 2,
    )
    line = told.mark_rule(color=NEUTRAL, strokeWidth=1.5).encode(
        x=_x("at", scale, named), strokeDash=references.DASHED
    )
    return [band, line]


def _x(column: str, scale: Scale, axis: alt.Axis | None = None) -> alt.X:
    return alt.X(f"{column}:Q", scale=alt.Scale(domain=[scale.low, scale.high]), axis=axis)
