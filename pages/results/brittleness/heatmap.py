"""Heatmaps: the cells of one panel in, an Altair chart out.

A cell is filled by its value. Hatched: the measure is undefined there. Pale and outlined: not a
result. A flag: the doctor doubts what is shown. Nothing drawn: nothing was evaluated.
"""

import json
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import altair as alt
import polars as pl

from pages.ui.charts import base, ramps
from pages.ui.charts.base import INK, NEUTRAL, NO_RESULT, VERDICT_COLOURS
from pages.ui.charts.ramps import Ramp, Theme

State = Literal["result", "not a result", "few", "undefined"]

LEGEND = (
    "Hatched: not defined there; the tooltip says why.",
    f"Pale, with an outline: {NO_RESULT}. Hatched all the same where answers are so few.",
    "Flag: the judge’s own questions contradict each other, or most answers are of no kind at all.",
    "Empty: nothing was evaluated.",
)
"""What colours do not say."""

HATCHES = (((0, 0.5), (0.5, 0)), ((0, 1), (1, 0)), ((0.5, 1), (1, 0.5)))
"""The diagonals of an undefined cell, from end to end, in shares of its width and height."""

FLAG = "M-0.8,-1L0.9,-0.4L-0.5,0.2L-0.5,1L-0.8,1Z"

LABELS = 210
"""Pixels that the labels of rows have at most."""

LETTER = 6
"""Pixels of a label's letter, on average."""

ACROSS, DOWN = 840, 600
"""Pixels that all columns, all rows take together if they can; cells are square."""

LARGEST, LEAST = 72, 15
"""Pixels of a cell's side."""

READABLE = 32
"""Pixels of a cell's side that a narrow page leaves it."""

TURNED, PRINTED = 24, 8
"""Up to how many rows a screen has lie across, and up to how many columns stay so on paper."""

BESIDE = 24
"""Pixels to the right: slanted labels reach farther than Vega reckons while a page is narrowed."""

ROOM_FOR_TWO = {"row": 34, "column": 66}
"""Pixels from which a row, a column has room for a label, or a value and its n, of two lines."""

NARROW = 230
"""Pixels below which a legend has its ends and its middle alone."""

END_OF_TICK = 16
"""Pixels that the last tick of a legend reaches beyond its colours."""

LETTERS = 20
"""Pixels of a letter's height of a value, at most."""

SMALLEST, AIR = 7.5, 3
"""Pixels of a letter's height below which it is not drawn, and those that it leaves free beside."""


class Heatmap(NamedTuple):
    """One heatmap: its cells, and the labels of its rows and columns in order.

    `cells` has the columns cell (what a click selects), row and column (labels, of one line or
    two), value (a share, or null), verdict (or null), state, short (the value as written in the
    cell), n (as written there), text (the value in full), counts, trained, flagged, doubt (what
    to look out for) and wording. `summary` has the columns row, column and short: what there is to
    say of whole rows and columns. `where` says what all cells share, `about` the rule and the unit,
    `left_out` how many rows and columns follow that are not drawn.
    """

    where: str
    judge: str
    about: str
    cells: pl.DataFrame
    rows: list[str]
    columns: list[str]
    left_out: tuple[int, int] = (0, 0)
    summary: pl.DataFrame | None = None

    @property
    def landscape(self) -> "Heatmap":
        """The panel with its longer side across, as screens are wide and labels lie flat."""
        return self._turned if len(self.columns) < len(self.rows) <= TURNED else self

    @property
    def portrait(self) -> "Heatmap":
        """The panel for paper: more columns than have room for their labels are rows."""
        return self._turned if len(self.rows) < len(self.columns) > PRINTED else self

    @property
    def _turned(self) -> "Heatmap":
        other = {"row": "column", "column": "row"}
        return self._replace(
            cells=self.cells.rename(other),
            rows=self.columns,
            columns=self.rows,
            left_out=self.left_out[::-1],
            summary=None if self.summary is None else self.summary.rename(other),
        )

    @property
    def sides(self) -> tuple[list[str], list[str]]:
        """The labels of rows and of columns, those of summaries last."""
        found = []
        for name, own in (("row", self.rows), ("column", self.columns)):
            said = () if self.summary is None else self.summary[name].unique(maintain_order=True)
            more: list[str] = list(said)
            found.append([*own, *(label for label in more if label not in own)])
        return found[0], found[1]

    @property
    def size(self) -> int:
        """Pixels of a cell's side."""
        rows, columns = map(len, self.sides)
        return max(LEAST, min(LARGEST, ACROSS // columns, DOWN // rows))

    @property
    def heading(self) -> str:
        """What all cells share, their judge included."""
        return f"{self.where} · judge: {self.judge}" if self.where else f"Judge: {self.judge}"

    @property
    def width(self) -> int:
        """Pixels that the panel takes if it has them."""
        return self.beside + len(self.sides[1]) * self.size

    @property
    def least(self) -> int:
        """Pixels below which values and labels could not be read any more."""
        return self.beside + len(self.sides[1]) * min(self.size, READABLE)

    @property
    def labels(self) -> int:
        """Pixels of the labels of rows."""
        letters = max(len(line) for label in self.sides[0] for line in label.split("\n"))
        return min(LABELS, LETTER * letters)

    @property
    def beside(self) -> int:
        """Pixels of the labels beside the cells."""
        columns = self.sides[1]
        # The labels of the last columns are slanted, and reach beyond them.
        slanted = (
            0.77 * LETTER * max(map(len, label.split("\n"))) - READABLE * after
            for after, label in enumerate(reversed(columns))
        )
        return round(self.labels + max(40, *slanted)) + BESIDE


def heatmap(
    panel: Heatmap,
    title: str,
    ramp: Ramp | None,
    theme: str | None = None,
    *,
    legend: bool = True,
    fluid: bool = True,
) -> alt.LayerChart:
    """A panel as a chart.

    Args:
        panel: What to draw.
        title: The measure's name.
        ramp: The colours of values; None where cells have verdicts.
        theme: light or dark.
        legend: Whether to draw the colours' legend.
        fluid: Whether a page may narrow the chart, its labels turning with the room they have;
            such a chart selects the cell that is clicked, as `charts.picked`.
    """
    mode: Theme = "dark" if theme == "dark" else "light"
    high = wide = panel.size
    rows, columns = panel.sides
    room = f"width / {len(columns)}"
    laid = f"{base.room(panel.beside)} / {len(columns)}" if fluid else str(wide)
    cells = alt.Chart(_inked(panel.cells, ramp, mode)).encode(
        x=_side("column", columns, wide, laid, mode),
        y=_side("row", rows, high, str(high), mode),
    )
    boxes = _boxes(cells, panel, title, ramp, mode, legend)
    marks = [
        *_hatching(cells, panel),
        _outline(cells, mode),
        *_texts(cells, panel, room, high),
        _flags(cells, panel, high),
        *_summaries(panel, room, mode),
    ]
    layers = [base.clickable(boxes, fluid), *marks]
    around = {"left": 5, "top": 5, "bottom": 5, "right": BESIDE}
    padding = {"padding": around} if fluid else {}
    return base.finished(layers, alt.Step(high), wide * len(columns), **padding)


def stacked(panels: Sequence[Heatmap], title: str, ramp: Ramp | None) -> alt.VConcatChart:
    """Several panels under their headings, as one chart to take away."""
    return base.stacked(
        (
            alt.TitleParams(panel.heading, anchor="start", offset=12),
            heatmap(panel.portrait, title, ramp, legend=at == 0, fluid=False),
        )
        for at, panel in enumerate(panels)
    )


def _side(name: str, labels: list[str], step: int, room: str, theme: Theme) -> Any:
    """The axis of rows or of columns."""
    second = step >= ROOM_FOR_TWO[name]
    written = "split(datum.label, '\\n')" if second else "replace(datum.label, '\\n', ' · ')"
    size = alt.ExprRef(f"min({12.5 if step > 30 else 9.5}, 0.9 * ({room}))")
    common: dict[str, Any] = {
        "labelExpr": written, "labelFontSize": size, "labelColor": INK[theme],
        "labelOverlap": False, "labelFlush": False, "domain": False, "ticks": False, "grid": False,
    }  # fmt: skip
    scale = alt.Scale(paddingInner=0.06 if step > 20 else 0.1, paddingOuter=0.03)
    if name == "row":
        axis = alt.Axis(labelLimit=LABELS, labelPadding=6, **common)
        return alt.Y("row:N", sort=labels, title=None, axis=axis, scale=scale)
    angle = -40 if step > 20 else -60
    # The second line of a slanted label begins nearer to the cells than the first.
    padding = 16 if second and any("\n" in label for label in labels) else 5
    axis = alt.Axis(
        orient="top", labelAngle=angle, labelLimit=2 * LABELS, labelAlign="left",
        labelBaseline="bottom", labelPadding=padding, **common,
    )  # fmt: skip
    return alt.X("column:N", sort=labels, title=None, axis=axis, scale=scale)


def _boxes(
    cells: alt.Chart, panel: Heatmap, title: str, ramp: Ramp | None, theme: Theme, legend: bool
) -> alt.Chart:
    if ramp is None:
        scale = alt.Scale(domain=list(VERDICT_COLOURS), range=list(VERDICT_COLOURS.values()))
        key = alt.Legend(
            title=title, orient="top", labelLimit=200,
            columns=base.fitting(VERDICT_COLOURS, panel.labels),
            symbolType="square", symbolStrokeWidth=0,
        )  # fmt: skip
        colour = alt.Fill("verdict:N", scale=scale, legend=key if legend else None)
    else:
        seen = base.room(panel.labels + END_OF_TICK, seen=True)
        key = alt.Legend(
            title=title, titleLimit=400, orient="top", labelExpr=ramp.legend,
            gradientLength=alt.ExprRef(f"min(240, width - {END_OF_TICK}, {seen})"),
            values=list(_ticks(ramp, panel)), type="gradient",
        )  # fmt: skip
        colour = alt.Fill("value:Q", scale=ramp.scale(theme), legend=key if legend else None)
    named = "replace(datum.row, '\\n', ' · ') + ', ' + replace(datum.column, '\\n', ' · ')"
    boxes: alt.Chart = (
        cells.transform_calculate(
            name=named, judge=json.dumps(panel.judge), about=json.dumps(panel.about)
        )
        .mark_rect(
            invalid="show", cornerRadius=2, cursor="pointer", stroke=NEUTRAL, strokeOpacity=0.25
        )
        .encode(
            fill=colour,
            fillOpacity=alt.when("datum.state == 'result'")
            .then(alt.value(1))
            .when("datum.state == 'not a result' || datum.state == 'few'")
            .then(alt.value(0.35))
            .otherwise(alt.value(0)),
            tooltip=[
                alt.Tooltip(f"{field}:N", title=label)
                for field, label in {
                    "name": "Cell",
                    "text": title,
                    "counts": "Counted",
                    "trained": "Trained",
                    "wording": "Text",
                    "doubt": "Look out",
                    "judge": "Judge",
                    "about": "Rule",
                }.items()
            ],
        )
    )
    return boxes


def _hatching(cells: alt.Chart, panel: Heatmap) -> list[alt.Chart]:
    """The grey of what is undefined, and the diagonals of that and of what few answers make."""
    undefined = cells.transform_filter("datum.state == 'undefined'")
    hatched = cells.transform_filter("datum.state == 'undefined' || datum.state == 'few'")
    lines = hatched.mark_rule(color=NEUTRAL, strokeWidth=1, opacity=0.7)
    return [
        undefined.mark_rect(color=NEUTRAL, opacity=0.12, cornerRadius=2),
        *(
            lines.encode(
                x=_within("column", panel, x),
                x2=alt.X2("column:N", bandPosition=x2),
                y=_within("row", panel, y),
                y2=alt.Y2("row:N", bandPosition=y2),
            )
            for (x, y), (x2, y2) in HATCHES
        ),
    ]


def _within(name: str, panel: Heatmap, share: float) -> Any:
    """A place within a row or column, in shares of it."""
    rows, columns = panel.sides
    if name == "row":
        return alt.Y("row:N", sort=rows, bandPosition=share)
    return alt.X("column:N", sort=columns, bandPosition=share)


def _outline(cells: alt.Chart, theme: Theme) -> alt.Chart:
    doubtful = cells.transform_filter("datum.state == 'not a result' || datum.state == 'few'")
    outline: alt.Chart = doubtful.mark_rect(
        fillOpacity=0, stroke=INK[theme], strokeWidth=1.6, cornerRadius=2
    )
    return outline


def _texts(cells: alt.Chart, panel: Heatmap, room: str, high: int) -> list[alt.Chart]:
    """The value of every cell and its n, as far as they fit.

    Without tooltips of their own, they let clicks through to the boxes.
    """
    both = high >= ROOM_FOR_TWO["row"]
    most = min(LETTERS, max(9.5, high / 3.2))
    value = _fitting(panel.cells["short"].str.split("\n").explode(), room, most)
    n = _fitting(panel.cells["n"], room, 10)
    ink = alt.Color("ink:N", scale=None)
    shown = cells.transform_filter("datum.state != 'undefined'")
    texts = [
        shown.mark_text(
            fontWeight=600, lineBreak="\n", dy=-0.1 * high if both else 0, **value
        ).encode(text="short:N", color=ink)
    ]
    if both:
        texts.append(shown.mark_text(dy=0.28 * high, **n).encode(text="n:N", color=ink))
    return texts


def _flags(cells: alt.Chart, panel: Heatmap, high: int) -> alt.Chart:
    """A flag in the upper right corner of what is doubted."""
    flags: alt.Chart = (
        cells.transform_filter("datum.flagged")
        .mark_point(shape=FLAG, filled=True, opacity=1, size=70 if high > 20 else 24)
        .encode(
            x=_within("column", panel, 0.9),
            y=_within("row", panel, 0.22),
            color=alt.Color("ink:N", scale=None),
        )
    )
    return flags


def _fitting(texts: pl.Series, room: str, most: float) -> dict[str, Any]:
    """A font size at which every text fits into the room, and none to see where that is tiny."""
    longest = max((len(text) for text in texts), default=1) or 1
    largest = f"({room} - {AIR}) / {0.57 * longest:g}"
    return {
        "fontSize": alt.ExprRef(f"min({most}, {largest})"),
        "opacity": alt.ExprRef(f"{largest} < {SMALLEST} ? 0 : 1"),
    }


def _inked(cells: pl.DataFrame, ramp: Ramp | None, theme: Theme) -> pl.DataFrame:
    """The cells with the colour of their text: dark or light, whichever stands out more."""
    inks = []
    for value, verdict, state in cells.select("value", "verdict", "state").iter_rows():
        if state != "result":
            inks.append(INK[theme])
            continue
        fill = VERDICT_COLOURS[verdict] if ramp is None else ramp.colour(value, theme)
        inks.append(ramps.ink(fill))
    return cells.with_columns(pl.Series("ink", inks, dtype=pl.String()))


def _summaries(panel: Heatmap, room: str, theme: Theme) -> list[alt.Chart]:
    """What there is to say of whole rows and columns, at their ends and without a fill."""
    if panel.summary is None or panel.summary.is_empty():
        return []
    rows, columns = panel.sides
    said = _fitting(panel.summary["short"], room, min(LETTERS, max(9.5, panel.size / 3.6)))
    written = alt.Chart(panel.summary).mark_text(fontStyle="italic", color=INK[theme], **said)
    return [
        written.encode(
            x=alt.X("column:N", sort=columns), y=alt.Y("row:N", sort=rows), text="short:N"
        )
    ]


def _ticks(ramp: Ramp, panel: Heatmap) -> Sequence[float]:
    """The ticks of the legend that have room above the cells."""
    if panel.size * len(panel.sides[1]) >= NARROW or len(ramp.ticks) < 4:
        return ramp.ticks
    return (ramp.ticks[0], ramp.ticks[len(ramp.ticks) // 2], ramp.ticks[-1])
