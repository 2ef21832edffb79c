"""What every chart is made of: colours, axes, legends, clicks, widths, and how charts stack.

Colours are Okabe and Ito's, safe for the colour-blind and legible on white and on black.
"""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import altair as alt
import streamlit as st

from pages.ui.view import store
from pages.ui.words import columns, numbers
from warehouse import defaults
from warehouse.stats.rates import UNSCORED_LIMIT

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

ON_DARK = {"#0072b2": "#3f8fd0", "#7a8490": "#9aa5b1"}
"""What the colours that are too dark to be seen on black are there."""

INK = {"light": "#1f2a35", "dark": "#e3e8ee"}
"""The colour of text in a chart, by theme."""

WORDS = {"light": "#46525f", "dark": "#c3ccd6"}
"""The colour of axes' and legends' words, by theme: Streamlit's own is too pale for their size."""

TEXT = 13
"""Pixels of a line of text."""

LETTERS, WIDEST, CUT = 32, 48, " …"
"""Letters of a line of a name, the most where two lines do not hold one, and how it then ends."""

WIDTH = 560
"""Pixels of a chart, and of a file of it; on a page it is as wide as there is room."""

EDGES = 80
"""Pixels of a narrow page beside a chart, and of what fades of it."""

SPOKEN = ("point", "circle", "square", "bar", "rect", "line")
"""The kinds of marks that show values."""

RATE_AXIS = alt.Axis(format=".0%", tickCount=5, title=None)

NO_RESULT = (
    f"not a result, since fewer than {defaults.FEWEST} answers are counted or more than "
    f"{numbers.hundredth(UNSCORED_LIMIT):g} % were not scored"
)
"""What an outline stands for, in every chart."""


def ink(theme: str | None) -> str:
    """The colour of text and rings; without a theme, as in a figure of a paper, that of light."""
    return INK[theme or "light"]


def seen(colour: str, theme: str | None) -> str:
    """A colour as it is drawn in a theme, where the theme is known."""
    return ON_DARK.get(colour, colour) if theme == "dark" else colour


def line_axis(width: float, **options: Any) -> alt.Axis:
    """An axis of lines with labels of several lines; the last only tells them apart, unseen."""
    return alt.Axis(
        labelExpr=r"slice(split(datum.label, '\n'), 0, -1)",
        labelLimit=width,
        labelFlush=False,
        labelPadding=10,
        domain=False,
        ticks=False,
        **options,
    )


def wrapped(names: Sequence[str]) -> list[str]:
    """The names of lines, each over two lines of text at most, as narrow as that lets them be."""
    for width in range(LETTERS, WIDEST + 1):
        lines = [textwrap.wrap(name, width, max_lines=2, placeholder=CUT) for name in names]
        if not any(name and name[-1].endswith(CUT) for name in lines):
            break
    return ["\n".join(name) for name in lines] if names else []


def lines(rows: Sequence[str], axis: alt.Axis) -> alt.Y:
    """A line for each of these labels, in their order."""
    return alt.Y("line:N", sort=list(dict.fromkeys(rows)), title=None, axis=axis)


def share_axis(column: str) -> alt.X:
    """The horizontal scale of rates, from 0 to 1 and written in percent."""
    return alt.X(f"{column}:Q", scale=alt.Scale(domain=[0, 1]), axis=RATE_AXIS)


def legend(shown: bool, columns: Any, **options: Any) -> alt.Legend | None:
    """A legend above the chart, where it is shown at all: once on a page is enough.

    Its columns are a number, or an expression of the chart's width.
    """
    return alt.Legend(title=None, orient="top", columns=columns, **options) if shown else None


def room(beside: float = 0, *, seen: bool = False) -> str:
    """Pixels of a chart but for those beside its marks, in Vega's words, for what is laid out.

    Of a chart that is scrolled they are all of them or, for a legend, those `seen` at first. A page
    that becomes narrower lays a chart out once, and while that lasts `width` is the whole chart's.
    It stands here so that the page is asked again; a picture has none.
    """
    here = f"min(containerSize()[0], windowSize()[0] - {EDGES})" if seen else "containerSize()[0]"
    return f"(width && isValid(containerSize()[0]) ? {here} - {beside:g} : width)"


def fitting(names: Iterable[str], beside: float = 0) -> alt.ExprRef:
    """How many of these names of a legend stand beside each other, so that none is cut off."""
    longest = max(map(len, names), default=1)
    return alt.ExprRef(f"max(1, floor({room(beside, seen=True)} / {6 * longest + 40}))")


def tooltip(**titles: str | None) -> list[alt.Tooltip]:
    """What hovering shows: columns of the data, each under a title, or under its own name."""
    return [
        alt.Tooltip(f"{name}:N", title=title or columns.label(name))
        for name, title in titles.items()
    ]


def filled() -> Any:
    """Marks are filled where they stand for a result."""
    return alt.when("datum.is_result").then(alt.value(1)).otherwise(alt.value(0))


def clickable(marks: alt.Chart, wanted: bool = True) -> alt.Chart:
    """Marks of which a click selects the cell, as `shown` tells."""
    if not wanted:
        return marks
    return marks.add_params(
        alt.selection_point(name="picked", fields=["cell"], on="click", empty=False)
    )


def finished(
    layers: Sequence[alt.Chart], height: float | alt.Step, width: float = WIDTH, **options: Any
) -> alt.LayerChart:
    """The layers as one chart, without a frame."""
    return alt.LayerChart(
        layer=list(layers),
        width=width,
        height=height,
        view=alt.ViewBackground(stroke=None),
        **options,
    )


def stacked(charts: Iterable[tuple[alt.TitleParams | str, alt.LayerChart]]) -> alt.VConcatChart:
    """Several charts under their titles, as one to take away, each with its own colours."""
    every: alt.VConcatChart = alt.vconcat(
        *(
            chart.properties(
                title=alt.TitleParams(title, anchor="start") if isinstance(title, str) else title
            )
            for title, chart in charts
        )
    ).resolve_scale(
        color="independent", fill="independent", stroke="independent", shape="independent"
    )
    return every


_SCROLLED = (
    "<style>.st-key-{key} {{ overflow-x: auto; animation: more-to-see linear both; "
    "animation-timeline: scroll(self inline) }} "
    "@keyframes more-to-see {{ from, 95% {{ mask-image: "
    "linear-gradient(to right, #000 calc(100% - 2rem), transparent) }} to {{ mask-image: none }} }}"
    " "
    ".st-key-{key} [data-testid=stElementContainer]:has([data-testid=stVegaLiteChart]) "
    "{{ min-width: {room}px }}</style>"
)


def shown(draw: partial[alt.LayerChart], key: str, width: int | None = None) -> int | None:
    """Draw a chart on the page; the cell that was clicked in it, if any."""
    event = st.vega_lite_chart(
        spec(draw, st.context.theme.type),
        key=key,
        on_select="rerun",
        width="stretch" if width is None else width,
    )
    return picked(event)


def drawn(draw: partial[alt.LayerChart], key: str, width: int | None = None) -> None:
    """Draw a chart in which nothing can be clicked."""
    st.vega_lite_chart(
        spec(draw, st.context.theme.type),
        key=key,
        width="stretch" if width is None else width,
    )


@contextmanager
def scrolled(key: str, room: int) -> Iterator[None]:
    """Where the page is narrower than `room` pixels, the chart within is scrolled sideways.

    It fades at the right for as long as there is more to be seen there.
    """
    with st.container(key=key):
        st.html(_SCROLLED.format(key=key, room=room))
        yield


@store.memo(entries=256)
def spec(draw: partial[alt.LayerChart], theme: str | None = None) -> dict[str, Any]:
    """A chart as the browser takes it; kept, since to make one takes most of a rerun's time."""
    return themed(draw(), theme)


def themed(chart: alt.LayerChart, theme: str | None) -> dict[str, Any]:
    """A chart as the browser takes it, its words in the theme's colour and its values spoken."""
    made: dict[str, Any] = chart.to_dict(validate=False)
    if theme in WORDS:
        words = {"labelColor": WORDS[theme], "titleColor": WORDS[theme]}
        guides = {"axis": words, "legend": words, "title": {"color": WORDS[theme]}}
        made["config"] = guides | made.get("config", {})
    return _read_aloud(made)


def _read_aloud(made: dict[str, Any]) -> dict[str, Any]:
    """The chart with the marks that say something to who listens.

    Those are the marks that can be clicked or, where none can, the first that show values and say
    them on hover, in the words of the hover. The others (intervals, bands, hatching) repeat it, and
    a layer of them that is empty would be announced as a picture of nothing.
    """
    layers = [one for one in made.get("layer", ()) if "mark" in one]
    clicked = {view for param in made.get("params", ()) for view in param.get("views", ())}
    spoken = [one for one in layers if one.get("name") in clicked]
    if not spoken:
        valued = [one for one in layers if one["mark"]["type"] in SPOKEN]
        spoken = [one for one in valued if "tooltip" in one.get("encoding", ())][:1] or valued
    for layer in layers if spoken else ():
        hover = layer.get("encoding", {}).get("tooltip")
        if not any(layer is one for one in spoken):
            layer["mark"] = {"aria": False} | layer["mark"]
        elif isinstance(hover, list):
            layer["mark"]["description"] = {"expr": " + '; ' + ".join(map(_told, hover))}
    return made


def _told(hover: dict[str, Any]) -> str:
    """What hovering shows of a field, in Vega's words."""
    return f"{hover.get('title', hover['field']) + ': '!r} + datum[{hover['field']!r}]"


def picked(event: Any) -> int | None:
    """The cell that was clicked in a chart, if any."""
    marks = event.get("selection", {}).get("picked", [])
    return int(marks[0]["cell"]) if marks else None
