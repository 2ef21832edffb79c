"""Mosaics: models by datasets, a tile each, which may be cut into slices; frames in, a chart out.

A tile is filled by its value. Pale and outlined: not a result. Hatched: nothing to show. The bar
at its foot says what interventions do, one piece each.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import altair as alt
import polars as pl

from pages.ui.charts import base, ramps
from pages.ui.charts.base import INK, NEUTRAL, VERDICT_COLOURS
from pages.ui.charts.ramps import Ramp, Theme

State = Literal["result", "not a result", "own", "nothing"]
"""How a tile is drawn; `own` is a result with a frame around it."""

SIZES = ((14, 44), (30, 30), (10_000, 20))
"""Up to how many rows: how many pixels each has."""

GAP = 0.02
"""The room between tiles, in shares of a column."""

FOOT = 0.1
"""The height of the bar at the foot of a tile, in shares of a row."""

FLAT = 4
"""Up to how many columns their labels stand level, over several lines."""

LETTERS = 14
"""How many letters a line of a level label has, unless one word is longer."""

SLANT = -40

NAMES, LEVEL, SLANTED = 90, 62, 42
"""The fewest pixels of the rows' names, and of a column under a level and under a slanted label."""

BESIDE = 40
"""Pixels to the right: slanted labels reach farther than Vega reckons while a page is narrowed."""

SMALLEST = 7.5
"""Pixels of a letter's height below which it is not drawn."""

PALE = 0.35

RATES = Ramp(0, 1, (0, 0.25, 0.5, 0.75, 1))
EMERGENCE = Ramp(-1, 1, (-1, -0.5, 0, 0.5, 1), centre=0, points=True)
"""The colours of rates, and of differences to the untuned model: as everywhere."""

_TILES: dict[str, Any] = {
    "cell": pl.Int64(),
    "x0": pl.Float64(), "x1": pl.Float64(), "y0": pl.Float64(), "y1": pl.Float64(),
    "state": pl.String(), "fill": pl.String(), "ink": pl.String(),
    "text": pl.String(), "more": pl.String(), "of": pl.Int64(),
}  # fmt: skip


class Tile(NamedTuple):
    """One slice of a tile: where it lies, what it holds, what hovering says (by title)."""

    cell: int  # what a click selects
    row: int
    column: int
    value: float | None
    ramp: Ramp
    state: State
    text: str
    more: str = ""  # a second line
    pieces: Sequence[str] = ()  # verdicts, one for each piece of its bar
    about: Mapping[str, str] = {}
    slice: tuple[int, int] = (0, 1)  # which of how many


class Mosaic(NamedTuple):
    """The tiles, and the labels of rows and columns in their order."""

    tiles: list[Tile]
    rows: list[str]
    columns: list[str]

    @property
    def least(self) -> int:
        """Pixels below which labels and values could not be read any more."""
        column = LEVEL if len(self.columns) <= FLAT else SLANTED
        return NAMES + column * len(self.columns) + BESIDE

    @property
    def height(self) -> int:
        """Pixels of a row."""
        high = next(pixels for most, pixels in SIZES if len(self.rows) <= most)
        return high if any(tile.more for tile in self.tiles) else min(high, 32)


def chart(
    picture: Mosaic, theme: str | None = None, *, clickable: bool = True, fluid: bool = True
) -> alt.LayerChart:
    """The picture as a chart.

    Args:
        picture: What to draw.
        theme: light or dark.
        clickable: Whether a click selects a tile's cell, as `base.picked` tells.
        fluid: Whether it is as wide as there is room on a page, its height that of its tiles.
    """
    mode: Theme = "dark" if theme == "dark" else "light"
    # Channels are objects of their own throughout: for every text or condition that is none Altair
    # hashes its whole schema, which took half of the time of a picture.
    tiles = alt.Chart(_frame(picture, mode)).encode(
        x=alt.X("x0:Q", scale=_over(picture.columns), axis=_top(picture, mode)),
        x2=alt.X2("x1:Q"),
        y=alt.Y("y0:Q", scale=_down(picture), axis=_left(picture, mode)),
        y2=alt.Y2("y1:Q"),
    )
    titles = list(dict.fromkeys(title for tile in picture.tiles for title in tile.about))
    boxes = (
        tiles.transform_filter("datum.state != 'nothing'")
        .mark_rect(cornerRadius=2, cursor="pointer" if clickable else "default", stroke=NEUTRAL)
        .encode(
            fill=alt.Fill("fill:N", scale=None),
            fillOpacity=alt.FillOpacityValue(
                1, condition={"test": "datum.state == 'not a result'", "value": PALE}
            ),
            strokeOpacity=alt.StrokeOpacityValue(0.25),
            tooltip=[alt.Tooltip(f"{title}:N") for title in titles],
        )
    )
    empty = (
        tiles.transform_filter("datum.state == 'nothing'")
        .mark_rect(cornerRadius=2, color=NEUTRAL, opacity=0.14)
        .encode(tooltip=[alt.Tooltip(f"{title}:N") for title in titles])
    )
    nothing = any(tile.value is None for tile in picture.tiles)
    framed = any(tile.state != "result" for tile in picture.tiles)
    layers = [
        base.clickable(boxes, clickable),
        *([empty, *_hatches(tiles)] if nothing else []),
        *([_frames(tiles, mode)] if framed else []),
        *_bars(picture),
        *_texts(tiles, picture),
    ]
    high = picture.height * len(picture.rows)
    if not fluid:
        return base.finished(layers, high)
    return base.finished(
        layers,
        high,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        padding={"left": 5, "top": 5, "bottom": 5, "right": BESIDE},
    )


def legend(verdicts: Sequence[str], measures: Mapping[str, Ramp], theme: Theme) -> alt.LayerChart:
    """What the colours mean, as a chart without marks: for files, which have no page around them.

    Args:
        verdicts: Those of the bars.
        measures: The ramps of the tiles, by what they show; at most two.
        theme: light or dark.
    """
    nothing = alt.Chart(pl.DataFrame({"value": [0.0]})).transform_filter("false")
    channels: tuple[Any, ...] = (alt.Fill, alt.Color)
    layers: list[Any] = [
        getattr(nothing, "mark_rect" if at == 0 else "mark_tick")(opacity=1).encode(
            channel(
                "value:Q",
                scale=ramp.scale(theme),
                legend=alt.Legend(
                    title=title, titleLimit=400, orient="top", gradientLength=200,
                    labelExpr=ramp.legend, values=list(ramp.ticks), type="gradient",
                ),
            )
        )
        for at, (channel, (title, ramp)) in enumerate(zip(channels, measures.items(), strict=False))
    ]  # fmt: skip
    if verdicts:
        colours = [VERDICT_COLOURS[verdict] for verdict in verdicts]
        key = alt.Legend(
            title="Interventions", orient="bottom", columns=3, symbolType="square", labelLimit=200,
            symbolStrokeWidth=8, symbolSize=20,
        )  # fmt: skip
        scale = alt.Scale(domain=list(verdicts), range=colours)
        layers.append(
            nothing.transform_calculate(verdict="''")
            .mark_point()
            .encode(stroke=alt.Stroke("verdict:N", scale=scale, legend=key))
        )
    return base.finished(layers, 1)


def _frame(picture: Mosaic, theme: Theme) -> pl.DataFrame:
    """A row for every slice, with its corners, its colours and what hovering says."""
    rows = []
    for tile in picture.tiles:
        at, of = tile.slice
        x0, y0 = tile.column + GAP + (1 - 2 * GAP) * at / of, tile.row + 0.04
        fill = None if tile.value is None else tile.ramp.colour(tile.value, theme)
        is_full = fill is not None and tile.state in ("result", "own")
        rows.append(
            {
                "cell": tile.cell,
                "x0": x0,
                "x1": x0 + (1 - 2 * GAP) / of,
                "y0": y0,
                "y1": y0 + 0.92,
                "state": "nothing" if fill is None else tile.state,
                "fill": fill,
                "ink": ramps.ink(fill) if is_full and fill else INK[theme],
                "text": tile.text,
                "more": tile.more,
                "of": of,
            }
            | dict(tile.about)
        )
    titles = {title: pl.String() for tile in picture.tiles for title in tile.about}
    return pl.DataFrame(rows, schema=_TILES | titles)


def _over(labels: Sequence[str]) -> alt.Scale:
    return alt.Scale(domain=[0, len(labels)], nice=False, zero=False)


def _down(picture: Mosaic) -> alt.Scale:
    """The first row is the highest."""
    return alt.Scale(domain=[0, len(picture.rows)], nice=False, zero=False, reverse=True)


def _common(labels: Sequence[Any], theme: Theme) -> dict[str, Any]:
    return {
        # Vega leaves out some of the values where it would have fewer ticks itself.
        "values": [at + 0.5 for at in range(len(labels))], "tickCount": len(labels),
        "labelExpr": f"{json.dumps(list(labels))}[floor(datum.value)]",
        "labelColor": INK[theme], "labelOverlap": False, "labelFlush": False, "labelBound": False,
        "domain": False, "ticks": False, "grid": False, "title": None,
    }  # fmt: skip


def _top(picture: Mosaic, theme: Theme) -> alt.Axis:
    labels = picture.columns
    lines = [wrapped(label, LETTERS) for label in labels]
    most = max(map(len, lines), default=1)
    widest = max((len(line) for each in lines for line in each), default=1)
    if len(labels) <= FLAT and widest <= LETTERS + 2:
        room = f"width / {len(labels)}"
        # Lines of a label grow downwards: all begin at the height of the longest.
        lines = [[""] * (most - len(each)) + each for each in lines]
        return alt.Axis(
            orient="top", labelAngle=0, labelPadding=4 + 13 * (most - 1), labelLimit=400,
            labelLineHeight=13, labelFontSize=alt.ExprRef(f"min(11, ({room}) / {0.58 * widest:g})"),
            **_common(lines, theme),
        )  # fmt: skip
    return alt.Axis(
        orient="top", labelAngle=SLANT, labelAlign="left", labelBaseline="bottom", labelPadding=4,
        labelLimit=320, labelFontSize=11, **_common(labels, theme),
    )  # fmt: skip


def _left(picture: Mosaic, theme: Theme) -> alt.Axis:
    lines = [wrapped(label, 20) for label in picture.rows]
    widest = max((len(line) for label in lines for line in label), default=0)
    return alt.Axis(
        labelPadding=6, labelLimit=max(60, 9 * widest), labelLineHeight=12, labelFontSize=11,
        **_common(lines, theme),
    )  # fmt: skip


def wrapped(label: str, letters: int) -> list[str]:
    """A label over as many lines as it takes, broken at spaces and after hyphens."""
    lines = [""]
    for word in re.findall(r"[^\s-]+-*|-+|\s+", label):
        joined = lines[-1] + word
        if len(joined.strip()) <= letters or not lines[-1].strip():
            lines[-1] = joined
        else:
            lines.append(word)
    return [line.strip() for line in lines]


def _hatches(tiles: alt.Chart) -> list[alt.Chart]:
    """Three diagonals over every tile that has nothing to show."""
    middle = {"x": "(datum.x0 + datum.x1) / 2", "y": "(datum.y0 + datum.y1) / 2"}
    drawn = tiles.transform_filter("datum.state == 'nothing'").transform_calculate(
        xm=middle["x"], ym=middle["y"]
    )
    ends = (("x0", "ym", "xm", "y0"), ("x0", "y1", "x1", "y0"), ("xm", "y1", "x1", "ym"))
    return [
        drawn.mark_rule(color=NEUTRAL, strokeWidth=1, opacity=0.7).encode(
            x=alt.X(f"{x}:Q"), y=alt.Y(f"{y}:Q"), x2=alt.X2(f"{x2}:Q"), y2=alt.Y2(f"{y2}:Q")
        )
        for x, y, x2, y2 in ends
    ]


def _frames(tiles: alt.Chart, theme: Theme) -> alt.Chart:
    """An outline around what is not a result, a thick one around what is one's own."""
    framed = tiles.transform_filter("datum.state == 'not a result' || datum.state == 'own'")
    outline: alt.Chart = framed.mark_rect(fillOpacity=0, stroke=INK[theme], cornerRadius=2).encode(
        strokeWidth=alt.StrokeWidthValue(
            1.2, condition={"test": "datum.state == 'own'", "value": 2.4}
        )
    )
    return outline


def _bars(picture: Mosaic) -> list[alt.Chart]:
    """The bar at the foot of each tile: a piece for every intervention, in its verdict's colour."""
    pieces = [
        {
            "x0": tile.column + 0.06 + 0.88 * at / len(tile.pieces),
            "x1": tile.column + 0.06 + 0.88 * (at + 1) / len(tile.pieces),
            "y0": tile.row + 0.92 - FOOT,
            "y1": tile.row + 0.92,
            "fill": VERDICT_COLOURS[verdict],
        }
        for tile in picture.tiles
        for at, verdict in enumerate(tile.pieces)
    ]
    if not pieces:
        return []
    drawn = alt.Chart(pl.DataFrame(pieces)).mark_rect(stroke="#ffffff", strokeWidth=0.6)
    return [
        drawn.encode(
            x=alt.X("x0:Q"),
            x2=alt.X2("x1:Q"),
            y=alt.Y("y0:Q"),
            y2=alt.Y2("y1:Q"),
            fill=alt.Fill("fill:N", scale=None),
        )
    ]  # fmt: skip


def _texts(tiles: alt.Chart, picture: Mosaic) -> list[alt.Chart]:
    """The value of every tile and its second line, as far as they fit.

    Without tooltips of their own, they let clicks through to the boxes.
    """
    both = picture.height > SIZES[1][1] + 2
    drawn = tiles.transform_calculate(
        xm="(datum.x0 + datum.x1) / 2", ym="(datum.y0 + datum.y1) / 2"
    ).encode(
        x=alt.X("xm:Q", scale=_over(picture.columns)), y=alt.Y("ym:Q", scale=_down(picture)),
        x2=alt.Undefined, y2=alt.Undefined, color=alt.Color("ink:N", scale=None),
    )  # fmt: skip
    texts, value_of, more_of = [], alt.Text("text:N"), alt.Text("more:N")
    for slices in sorted({tile.slice[1] for tile in picture.tiles}):
        these = [tile for tile in picture.tiles if tile.slice[1] == slices]
        room = f"width / {max(1, len(picture.columns)) * slices}"
        value = _fitting((tile.text for tile in these), room, 13)
        more = _fitting((tile.more for tile in these), room, 10.5)
        here = drawn.transform_filter(f"datum.of == {slices}")
        alone = here.transform_filter("datum.more == ''") if both else here
        texts.append(alone.mark_text(fontWeight=600, **value).encode(text=value_of))
        if both:
            lifted = here.transform_filter("datum.more != ''")
            texts += [
                lifted.mark_text(fontWeight=600, dy=-9, **value).encode(text=value_of),
                lifted.mark_text(dy=5, **more).encode(text=more_of),
            ]
    return texts


def _fitting(texts: Any, room: str, most: float) -> dict[str, Any]:
    """A font size at which every text fits into the room, and none to see where that is tiny."""
    longest = max((len(text) for text in texts), default=1) or 1
    largest = f"({room}) / {0.7 * longest:g}"  # digits are .6 wide; neighbours do not touch
    return {
        "fontSize": alt.ExprRef(f"min({most}, {largest})"),
        "opacity": alt.ExprRef(f"{largest} < {SMALLEST} ? 0 : 1"),
    }
