"""The forest plot: an estimate a line, under headings, beside what it is compared with.

A line is one row of the chart: its name on the left, the estimate as people write it on the right.
"""

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

LETTER = 5.6
"""Pixels of a letter, on average."""

LETTERS = 38
"""Letters of a line of a name; longer ones take two lines."""

WIDEST = 225
"""Pixels that labels take at most."""

AIR = 9
"""Pixels between the lines of one row and those of the next."""

NARROW = 560
"""Pixels of a chart below which the estimates are not written beside it; hovering tells them."""

HOLLOW = alt.Scale(domain=[False, True], range=[0, 1])
"""Filled where something is a result."""

NOTHING = -1
"""The cell of a line that stands for no answers."""


class Beside(NamedTuple):
    """What one line is compared with, drawn across its row: of a whole group, a line down it."""

    control: float | None = None
    untuned: float | None = None
    margin: float = 0.0


ALONE = Beside()


class Estimated(NamedTuple):
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
    beside: Beside = ALONE
    facts: str = ""  # what there is to say of a heading, in every line under it
    strip: bool = False  # a small mark, in one row with its neighbours of this name


class Span(NamedTuple):
    """What is measured along the lines: its name and its ends."""

    title: str
    low: float
    high: float


def chart(
    lines: Sequence[Estimated],
    scale: Span,
    marks: Marks,
    beside: Sequence[Reference] = (),
    *,
    width: float | None = None,
    legend: bool = True,
    clickable: bool = True,
    joined: bool = False,
) -> alt.LayerChart:
    """Estimates with their intervals, one colour and shape a group.

    Args:
        lines: At least one, those under one heading next to each other. A single heading is
            left out.
        scale: The horizontal scale.
        marks: The groups of the legend.
        beside: What all lines are seen beside, labelled above the chart, the first one lowest.
        width: Pixels of the labels, where several charts are to be aligned (`labels_width`).
        legend: Whether the chart says what its colours and shapes mean.
        clickable: Whether a click selects a line's cell, as `charts.picked` tells.
        joined: Whether each estimate is joined with its control, as a dumbbell.

    An estimate that is not a result is hollow. One without an interval lies on a dashed line over
    the whole scale.
    """
    rows = _rows(lines)
    depth = max(_depth(line) for line in rows["line"])
    drawn = alt.Chart(rows).encode(
        y=_y(rows, None),
        tooltip=[alt.Tooltip(f"{title}:N") for title in lines[0].about],
    )
    names = width or labels_width(lines)
    interval, unknown, estimates = _estimates(drawn, scale, marks, names if legend else None)
    layers = [*_across(drawn, rows, scale), *_beside(beside, scale)]
    if joined:
        layers += _dumbbell(drawn, scale)
    named = _named(drawn, rows, scale, names, depth)
    estimates = base.clickable(estimates, clickable)
    return base.finished(
        [*layers, interval, unknown, _missing(drawn), *named, estimates],
        alt.Step(TEXT * depth + AIR),
        resolve=alt.Resolve(axis=alt.AxisResolveMap(x="independent", y="independent")),
    )


def _missing(drawn: alt.Chart) -> alt.Chart:
    """Why a line has no estimate, in its place."""
    told: alt.Chart = (
        drawn.transform_filter("datum.missing !== null")
        .mark_text(align="left", fontStyle="italic", color=NEUTRAL)
        .encode(x=alt.value(6), text="missing:N")
    )
    return told


def labels_width(lines: Sequence[Estimated]) -> float:
    """The pixels that the labels of these lines take at most."""
    longest = max(len(text) for line in lines for text in _wrapped(line))
    return min(LETTER * longest, WIDEST)


def span(values: Iterable[float | None], least: float) -> tuple[float, float]:
    """Round ends of a scale that holds every value and `least` on both sides of zero."""
    known = [value for value in values if value is not None]
    return (
        10 * (min([*known, -least]) // 10),
        -10 * (-max([*known, least]) // 10),
    )


def _rows(lines: Sequence[Estimated]) -> pl.DataFrame:
    """The lines and their headings.

    `line` holds a label's lines, what stands on its right, and what makes it unique.
    """
    several = len({line.heading for line in lines}) > 1
    rows: list[dict[str, Any]] = []
    for heading, under in groupby(lines, key=lambda line: line.heading):
        held = list(under)
        if several:
            whole = " · ".join(filter(None, (heading, held[0].facts)))
            rows.append({"line": f"\n\n{len(rows)}", "above": heading, "whole": whole})
        strips: dict[str, str] = {}
        for line in held:
            label = "\n".join([*_wrapped(line), line.text, str(len(rows))])
            beside = line.beside
            if line.strip and line.name in strips:
                # What a row is seen beside is drawn once.
                label, beside = strips[line.name], ALONE
            elif line.strip:
                strips[line.name] = label
            rows.append({**line.about, **line._asdict(), "line": label} | beside._asdict())
    schema = {
        **dict.fromkeys(
            ("line", "above", "whole", "group", "missing", *lines[0].about), pl.String()
        ),
        **dict.fromkeys(("value", "low", "high", *Beside._fields), pl.Float64()),
        "cell": pl.Int64(),
        "is_result": pl.Boolean(),
        "strip": pl.Boolean(),
    }
    kept = [{name: row.get(name) for name in schema} for row in rows]
    return pl.DataFrame(kept, schema=schema).with_columns(pl.col("strip").fill_null(value=False))


def _wrapped(line: Estimated) -> list[str]:
    return textwrap.wrap(line.name, LETTERS, max_lines=2, placeholder=" …") or [""]


def _depth(label: str) -> int:
    """How many lines a label takes: all but what stands on the right and makes it unique."""
    return label.count("\n") - 1


def _y(rows: pl.DataFrame, axis: alt.Axis | None) -> alt.Y:
    """The rows from top to bottom; headings have no mark, so their place is reserved."""
    domain = rows["line"].unique(maintain_order=True).to_list()
    return alt.Y("line:N", scale=alt.Scale(type="band", domain=domain), title=None, axis=axis)


_PARTS = r"split(datum.label, '\n')"
_NARROW = f"{base.room()} < {NARROW}"


def _labels(width: float, depth: int) -> alt.Axis:
    """Labels of one line or two, from the left."""
    second = f"length({_PARTS}) == 4"
    return alt.Axis(
        labelExpr=f"slice({_PARTS}, 0, -2)",
        labelAlign="left",
        labelOffset=alt.when(second).then(alt.value(-TEXT / 2)).otherwise(alt.value(0))
        if depth > 1
        else 0,
        labelPadding=width,
        labelLimit=width,
        labelLineHeight=TEXT,
        labelOverlap=False,
        labelFlush=False,
        domain=False,
        ticks=False,
    )


def _written() -> alt.Axis:
    """The estimates as people write them, to the right of their marks where there is room."""
    return alt.Axis(
        orient="right",
        labelExpr=f"{_NARROW} ? '' : slice({_PARTS}, -2, -1)",
        labelOverlap=False,
        labelFlush=False,
        labelPadding=8,
        labelLimit=WIDEST,
        domain=False,
        ticks=False,
        grid=False,
    )


def _named(
    drawn: alt.Chart, rows: pl.DataFrame, scale: Span, width: float, depth: int
) -> list[alt.Chart]:
    """The headings, the names on the left and the estimates in writing on the right."""
    heads = (
        drawn.transform_filter("datum.above !== null")
        .mark_text(align="left", fontWeight="bold", color=NEUTRAL, tooltip=None)
        .encode(
            x=alt.value(-width),
            text=alt.value(alt.ExprRef(f"{_NARROW} ? datum.above : datum.whole")),
        )
    )
    sides = [
        drawn.mark_point(opacity=0, size=0, tooltip=None).encode(
            x=alt.XDatum(scale.low, axis=None), y=_y(rows, axis)
        )
        for axis in (_labels(width, depth), _written())
    ]
    return [heads, *sides]


def _across(drawn: alt.Chart, rows: pl.DataFrame, scale: Span) -> list[alt.Chart]:
    """What each line is compared with, and the margin around it, across the line's row."""
    made = []
    for name, dash in (("control", [1, 0]), ("untuned", [5, 4])):
        if rows[name].count() == 0:
            continue
        known = drawn.transform_filter(f"datum.{name} !== null")
        if rows["margin"].max():
            made.append(
                known.transform_calculate(
                    start=f"datum.{name} - datum.margin", end=f"datum.{name} + datum.margin"
                )
                .mark_rect(color=NEUTRAL, opacity=0.16, clip=True, tooltip=None)
                .encode(x=_x("start", scale), x2="end:Q")
            )
        made.append(
            known.mark_rule(
                color=NEUTRAL, strokeWidth=1.5, strokeDash=dash, clip=True, tooltip=None
            ).encode(
                x=_x(name, scale),
                y=alt.Y("line:N", bandPosition=0, axis=None),
                y2=alt.Y2("line:N", bandPosition=1),
            )
        )
    return made


def _dumbbell(drawn: alt.Chart, scale: Span) -> list[alt.Chart]:
    """Every estimate joined with its control, which is a ring."""
    both = drawn.transform_filter("datum.value !== null && datum.control !== null && !datum.strip")
    between = both.mark_rule(strokeWidth=5, opacity=0.35, color=NEUTRAL, clip=True).encode(
        x=_x("control", scale), x2="value:Q"
    )
    ring = both.mark_point(size=70, filled=False, strokeWidth=2, opacity=1, color=NEUTRAL).encode(
        x=_x("control", scale)
    )
    return [between, ring]


def _estimates(
    drawn: alt.Chart, scale: Span, marks: Marks, beside: float | None
) -> list[alt.Chart]:
    """The intervals, the lines of what has none, the estimates; a legend above, beside names."""
    # Where nothing could be estimated there are no groups, and an empty legend has no size.
    is_told = bool(beside is not None and marks)
    columns = base.fitting(marks, beside or 0)
    shown = base.legend(is_told, columns, labelLimit=300, symbolOpacity=1)
    colours, shapes = (
        alt.Scale(domain=list(marks), range=[mark[place] for mark in marks.values()])
        for place in (0, 1)
    )
    colour = alt.Color("group:N", scale=colours, legend=shown)
    interval = (
        drawn.transform_filter("datum.low !== null && !datum.strip")
        .mark_rule(strokeWidth=2, clip=True)
        .encode(x=_x("low", scale), x2="high:Q", color=colour)
    )
    unknown = (
        drawn.transform_filter("datum.value !== null && datum.low === null && !datum.strip")
        .mark_rule(strokeWidth=1.5, strokeDash=[2, 4], opacity=0.7)
        .encode(x=alt.XDatum(scale.low, axis=None), x2=alt.X2Datum(scale.high), color=colour)
    )
    estimates = (
        drawn.transform_filter("datum.value !== null")
        .mark_point(filled=True, strokeWidth=2, cursor="pointer")
        .encode(
            x=_x("value", scale, alt.Axis(title=scale.title, tickCount=5, grid=True)),
            color=colour,
            stroke=colour,
            shape=alt.Shape("group:N", scale=shapes, legend=shown),
            size=alt.when("datum.strip").then(alt.value(40)).otherwise(alt.value(90)),
            opacity=alt.when("datum.strip").then(alt.value(0.6)).otherwise(alt.value(1)),
            fillOpacity=alt.FillOpacity("is_result:O", scale=HOLLOW, legend=None),
        )
    )
    return [interval, unknown, estimates]


def _beside(lines: Sequence[Reference], scale: Span) -> list[alt.Chart]:
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


def _x(column: str, scale: Span, axis: alt.Axis | None = None) -> alt.X:
    return alt.X(f"{column}:Q", scale=alt.Scale(domain=[scale.low, scale.high]), axis=axis)
