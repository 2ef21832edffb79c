"""Rates as points with intervals, a line a cell: a frame in, an Altair chart out."""

from collections.abc import Sequence

import altair as alt
import polars as pl

from pages.ui.charts import base
from pages.ui.charts.base import CATEGORIES, KIND_COLOURS, NO_RESULT, TEXT
from pages.ui.words import numbers

COLUMNS = (
    *("cell", "line", "panel", "group", "rate", "low", "high", "worst_low", "worst_high"),
    *("is_result", "name", "text", "percent", "said", "counted", "counts", "wording"),
)

PITCH = 1.6
"""How far panels are apart, in their widths: between them stand the rates in writing."""

BESIDE = 1.04
"""Where a rate in writing begins, in widths of its panel."""

DIGIT = 4.8
"""Pixels of a letter of a rate in writing, on average."""

LEAST = 170
"""Pixels of a panel and its rates in writing, below which several are scrolled sideways."""

NARROW = 190
"""Up to how many pixels of a panel there is no room for all percentages of its axis."""

LETTER = 6.2
"""Pixels of a letter of a label, on average."""

LEGEND = (
    "Point and line: the rate and its 95 % interval. Hollow, in brackets: "
    f"{NO_RESULT}; the grey bar spans what it could have been. Dashed: no interval can be "
    "estimated. Click a point to read its answers."
)


def chart(
    cells: pl.DataFrame,
    panels: Sequence[str],
    groups: Sequence[str],
    end: float = 1.0,
    theme: str | None = None,
    clickable: bool = True,
) -> alt.LayerChart:
    """Rates as points with intervals, panels beside each other on one scale, their axis on top.

    Args:
        cells: Columns cell (what a click selects), line (its label over one or two lines, then
            what makes it unique), panel (its number), group (a label), rate, low, high,
            worst_low, worst_high (shares), is_result, name, text (the rate as written, with n),
            percent, said and counted (the rate in writing, in full where there is room), counts.
            In the order of drawing.
        panels: What the panels are called.
        groups: What the colours stand for; with a single one there is no legend.
        end: Where the scale of every panel ends, a share.
        theme: Light or dark.
        clickable: Whether a click selects a point's cell, as `base.picked` tells.

    A point that is not a result is hollow, over a bar of its worst-case bounds. A point without
    an interval lies on a dashed line over the whole scale. A cell in which nothing was counted
    has no point: its place says so.
    """
    ink = base.ink(theme)
    drawn = alt.Chart(_placed(cells, end)).encode(
        y=base.lines(cells["line"].to_list(), _labels(cells, ink)),
        tooltip=base.tooltip(name="Cell", text="Rate", counts="Counted", wording="Text"),
    )
    room = base.room(_label_width(cells), seen=True)
    colour = alt.Color(
        "group:N",
        scale=alt.Scale(domain=list(groups), range=_colours(groups, theme)),
        legend=base.legend(
            len(groups) > 1,
            alt.expr(f"{room} > {2 * NARROW} ? 8 : {room} > {NARROW} ? 2 : 1"),
            labelLimit=240,
            symbolType="circle",
            labelColor=ink,
        ),
    )
    layers = [
        *_marks(drawn, len(panels), _percents(len(panels), end, ink), colour),
        *_written(drawn, len(panels), _fitting(cells, len(panels)), ink),
    ]
    points = base.clickable(_points(drawn, len(panels), colour), clickable)
    height = max((line.count("\n") for line in cells["line"]), default=1)
    return base.finished(
        [*_heads(drawn, panels, ink), *layers, points],
        alt.Step(TEXT * height + 8),
        resolve=alt.Resolve(axis=alt.AxisResolveMap(x="independent")),
    )


def least(cells: pl.DataFrame, panels: Sequence[str]) -> int:
    """Below how many pixels several panels no longer have room for their rates in writing."""
    return 0 if len(panels) < 2 else round(_label_width(cells) + LEAST * len(panels))


def _label_width(cells: pl.DataFrame) -> float:
    """Pixels of the longest name of a line."""
    longest = max((len(part) for line in cells["line"] for part in line.split("\n")), default=1)
    return LETTER * longest + 8


def _placed(cells: pl.DataFrame, end: float) -> pl.DataFrame:
    """The cells with their rates and ends as places along all panels, each one unit wide."""
    start = pl.col("panel") * PITCH
    ends = ("rate", "low", "high", "worst_low", "worst_high")
    return cells.select(COLUMNS).with_columns(
        *((start + pl.col(name) / end).alias(name) for name in ends),
        start.alias("start"),
        (start + 1).alias("stop"),
        (start + BESIDE).alias("beside"),
    )


def _x(column: str, panels: int, axis: alt.Axis | None = None) -> alt.X:
    scale = alt.Scale(domain=[0, panels * PITCH], nice=False, zero=False)
    return alt.X(f"{column}:Q", scale=scale, axis=axis)


def _percents(panels: int, end: float, ink: str) -> alt.Axis:
    """The axis of percentages, over every panel; a narrow one says its ends alone."""
    steps = (0.0, 0.25, 0.5, 0.75, 1.0)
    at = [PITCH * panel + step for panel in range(panels) for step in steps]
    share = f"(datum.value - {PITCH} * floor(datum.value / {PITCH} + 0.001))"
    inner = f"{share} > 0.01 && {share} < 0.99"
    text = f"format({numbers.hundredth(end)} * {share}, '.3~r') + ({share} > 0.99 ? ' %' : '')"
    return alt.Axis(
        orient="top", values=at, title=None, domain=False, ticks=False, grid=True, labelPadding=4,
        labelFlush=False, labelOverlap=False, labelColor=ink,
        labelExpr=f"width < {NARROW * panels} && {inner} ? '' : {text}",
    )  # fmt: skip


def _heads(drawn: alt.Chart, panels: Sequence[str], ink: str) -> list[alt.Chart]:
    """What the panels are called, above their percentages."""
    if len(panels) < 2:
        return []
    at = {PITCH * place + 0.5: name for place, name in enumerate(panels)}
    narrow = f"width < {NARROW * len(panels)}"
    frame, heads = drawn.mark_point(opacity=0, size=0, tooltip=None), []
    for offset, is_raised in ((18, False), (33, True)):
        text = "''"
        for number, (place, name) in enumerate(at.items()):
            # Where there is little room every other name stands a line higher.
            is_here = narrow if is_raised else f"!({narrow})"
            said = f"({is_here} ? {name!r} : '')" if number % 2 == 0 else repr(name)
            if number % 2 == 0 or not is_raised:
                text = f"abs(datum.value - {place}) < 0.01 ? {said} : {text}"
        axis = alt.Axis(
            orient="top", values=list(at), title=None, domain=False, ticks=False, grid=False,
            offset=offset, labelExpr=text, labelFontWeight="bold", labelFontSize=12,
            labelColor=ink, labelLimit=190, labelOverlap=False,
        )  # fmt: skip
        heads.append(frame.encode(x=_x("start", len(panels), axis), tooltip=alt.value(None)))
    return heads


def _labels(cells: pl.DataFrame, ink: str) -> alt.Axis:
    """The names of the lines."""
    return base.line_axis(
        _label_width(cells), labelFontSize=12, labelColor=ink, labelLineHeight=TEXT,
        labelOverlap=False, grid=True, gridOpacity=0.25, tickBand="center",
    )  # fmt: skip


def _marks(drawn: alt.Chart, panels: int, axis: alt.Axis, colour: alt.Color) -> list[alt.Chart]:
    """What lies below the points: worst cases, intervals, and lines of what has none."""
    worst = (
        drawn.transform_filter("!datum.is_result && datum.percent !== ''")
        .mark_bar(height=8, opacity=0.3, color=base.NEUTRAL)
        .encode(x=_x("worst_low", panels), x2="worst_high:Q")
    )
    interval = (
        drawn.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=2)
        .encode(x=_x("low", panels, axis), x2="high:Q", color=colour)
    )
    unknown = (
        drawn.transform_filter("isValid(datum.rate) && !isValid(datum.low)")
        .mark_rule(strokeWidth=1.5, strokeDash=[2, 4], opacity=0.7)
        .encode(x=_x("start", panels), x2="stop:Q", color=colour)
    )
    return [worst, interval, unknown]


def _points(drawn: alt.Chart, panels: int, colour: alt.Color) -> alt.Chart:
    """The rates themselves."""
    points: alt.Chart = (
        drawn.transform_filter("isValid(datum.rate)")
        .mark_point(size=70, filled=True, opacity=1, strokeWidth=2, cursor="pointer")
        .encode(x=_x("rate", panels), color=colour, stroke=colour, fillOpacity=base.filled())
    )
    return points


def _fitting(cells: pl.DataFrame, panels: int) -> str:
    """Which column of rates in writing has room beside every panel, as Vega's expression."""
    share = (PITCH - BESIDE) / (PITCH * panels)
    most = {name: max(map(len, cells[name]), default=0) for name in ("said", "counted")}
    least = {name: round(letters * DIGIT / share) for name, letters in most.items()}
    return (
        f"width > {least['counted']} ? datum.counted : "
        f"width > {least['said']} ? datum.said : datum.percent"
    )


def _written(drawn: alt.Chart, panels: int, fitting: str, ink: str) -> list[alt.Chart]:
    """The rates in writing, with intervals and n where there is room."""
    written = (
        drawn.transform_filter("isValid(datum.rate)")
        .transform_calculate(fits=fitting)
        .mark_text(align="left", fontSize=11, color=ink)
        .encode(x=_x("beside", panels), text="fits:N")
    )
    nothing = (
        drawn.transform_filter("!isValid(datum.rate)")
        .mark_text(align="left", fontStyle="italic", fontSize=11, color=ink, opacity=0.8)
        .encode(x=_x("start", panels), text=alt.value("nothing counted"))
    )
    return [written, nothing]


def _colours(groups: Sequence[str], theme: str | None) -> list[str]:
    """A colour for every group, the same for a kind of intervention everywhere."""
    named = [
        KIND_COLOURS.get(group, CATEGORIES[place % len(CATEGORIES)])
        for place, group in enumerate(groups)
    ]
    return [base.seen(colour, theme) for colour in named]
