"""The dose curve: rates over a dose, the monotone fit, and where it is halfway."""

from collections.abc import Sequence

import altair as alt
import polars as pl

from pages.ui.charts import base, references
from pages.ui.charts.base import CATEGORIES, NEUTRAL
from pages.ui.charts.forest import HOLLOW
from pages.ui.charts.references import Reference
from pages.ui.words import columns

FIT = "Monotone fit"
RATE = "Rate"
HALF = "Half-effect dose"

HEIGHT = 380
"""Pixels of the curve from top to bottom."""

Half = tuple[float | None, float | None, float | None]
"""The half-effect dose and its bounds; None where there is none."""

COLOURS = {RATE: CATEGORIES[0], FIT: CATEGORIES[1], HALF: CATEGORIES[2]}

TOOLTIP = {
    "name": "Intervention",
    "wording": "Text",
    "dose": None,
    "text": "Rate",
    "fitted_text": "Fit",
}


def chart(
    points: pl.DataFrame,
    half: Half,
    beside: Sequence[Reference] = (),
    *,
    legend: bool = True,
    clickable: bool = True,
) -> alt.LayerChart:
    """Rates by dose with intervals, the fit through them, and the half-effect dose.

    Args:
        points: Columns cell (what a click selects), dose, rate, low, high, fitted (in percent),
            is_result, and those of `TOOLTIP`.
        half: Drawn as a line in a band.
        beside: Rates to see the curve beside, in percent.
        legend: Whether the chart says what its colours mean.
        clickable: Whether a click selects a point's cell, as `charts.picked` tells.
    """
    drawn = [RATE, FIT, *([HALF] if half[0] is not None else [])]
    colour = alt.Color(
        "what:N",
        scale=alt.Scale(domain=drawn, range=[COLOURS[what] for what in drawn]),
        legend=base.legend(legend, base.fitting(drawn), labelLimit=240, symbolOpacity=1),
    )
    dosed = alt.Chart(points.with_columns(pl.lit(RATE).alias("what"))).encode(
        x=_dose("dose"),
        tooltip=base.tooltip(**TOOLTIP),
    )
    fit = (
        alt.Chart(points.select("dose", "fitted", pl.lit(FIT).alias("what")))
        .mark_line(strokeWidth=2)
        .encode(x=_dose("dose"), y=_rate("fitted"), color=colour)
    )
    interval = (
        dosed.transform_filter("datum.low !== null")
        .mark_rule(strokeWidth=2)
        .encode(y=_rate("low"), y2="high:Q", color=colour)
    )
    marks = dosed.mark_point(
        size=90, filled=True, opacity=1, strokeWidth=2, cursor="pointer"
    ).encode(
        y=_rate("rate", alt.Axis(title=columns.measured("rate"), tickCount=5, grid=True)),
        color=colour,
        stroke=colour,
        fillOpacity=alt.FillOpacity("is_result:O", scale=HOLLOW, legend=None),
    )
    return base.finished(
        [
            *_half(half, colour),
            *_beside(beside),
            fit,
            interval,
            base.clickable(marks, clickable),
        ],
        HEIGHT,
        resolve=alt.Resolve(axis=alt.AxisResolveMap(y="independent")),
    )


def _half(half: Half, colour: alt.Color) -> list[alt.Chart]:
    """The half-effect dose as a line in a band."""
    if half[0] is None:
        return []
    frame = pl.DataFrame(
        {"at": half[0], "from": half[1], "to": half[2], "what": HALF},
        schema={**dict.fromkeys(("at", "from", "to"), pl.Float64()), "what": pl.String()},
    )
    halfway = alt.Chart(frame)
    band = (
        halfway.transform_filter("datum.from !== null")
        .mark_rect(opacity=0.18)
        .encode(x=_dose("from"), x2="to:Q", color=colour)
    )
    line = halfway.mark_rule(strokeWidth=1.5).encode(x=_dose("at"), color=colour)
    return [band, line]


def _beside(lines: Sequence[Reference]) -> list[alt.Chart]:
    """Rates to compare with, as horizontal lines named at their ends."""
    if not lines:
        return []
    # The highest name stands above its line, others below: two never meet.
    highest = max(one.value for one in lines)
    named = references.axis(
        lines,
        [[*filter(None, names)] for names in references.at_one_place(lines)],
        orient="right",
        labelBaseline=alt.when(f"datum.value >= {highest - references.SAME}")
        .then(alt.value("bottom"))
        .otherwise(alt.value("top")),
    )
    return [
        alt.Chart(references.frame(lines))
        .mark_rule(color=NEUTRAL, strokeWidth=1.5)
        .encode(y=_rate("at", named), strokeDash=references.DASHED)
    ]


def _dose(column: str) -> alt.X:
    return alt.X(
        f"{column}:Q",
        scale=alt.Scale(zero=False, nice=False, padding=24),
        axis=alt.Axis(title="Dose", format="d", grid=False, tickMinStep=1),
    )


def _rate(column: str, axis: alt.Axis | None = None) -> alt.Y:
    return alt.Y(f"{column}:Q", scale=alt.Scale(domain=[0, 100]), axis=axis)
