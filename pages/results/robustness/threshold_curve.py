"""The curve over a threshold: the rate of every arm as one cut moves."""

import altair as alt
import polars as pl

from pages.ui.charts import base
from pages.ui.charts.base import CATEGORIES, NEUTRAL, RATE_AXIS

CHOSEN, BASELINE, OTHER = "chosen", "baseline", "other"
"""What an arm is to the reader."""

COLOURS = {CHOSEN: CATEGORIES[1], BASELINE: CATEGORIES[0]}

COLUMNS = ("arm", "role", "cut", "rate", "low", "high", "text", "counts", "is_own", "is_result")

_IS_OTHER = f"datum.role === '{OTHER}'"


def chart(points: pl.DataFrame, title: str, theme: str | None = None) -> alt.LayerChart:
    """Rates over a cut: the chosen arm and its baseline with intervals, others as thin lines.

    Args:
        points: Columns arm (a name), role (`CHOSEN`, `BASELINE` or `OTHER`), cut, rate, low, high
            (shares), text (the rate as written), counts, is_own (whether the cut is that on
            screen), is_result.
        title: Of the axis of cuts.
        theme: Light or dark.
    """
    ink = base.ink(theme)
    drawn = alt.Chart(points.select(COLUMNS).filter(pl.col("rate").is_not_null())).encode(
        x=alt.X(
            "cut:Q",
            scale=alt.Scale(domain=[0, 100]),
            axis=alt.Axis(title=title, tickCount=10, grid=False),
        )
    )
    colour = _colour(points)
    bold = drawn.transform_filter(f"!({_IS_OTHER})").encode(color=colour)
    thin = drawn.transform_filter(_IS_OTHER)
    about = [
        *base.tooltip(arm="Arm"),
        alt.Tooltip("cut:Q", title="Cut"),
        *base.tooltip(text="Rate", counts="Counted"),
    ]
    own = alt.Chart(points.filter("is_own").select("cut").unique()).encode(x="cut:Q")
    return base.finished(
        [
            thin.mark_line(strokeWidth=1, opacity=0.5, color=NEUTRAL).encode(
                y=_rate("rate"), detail="arm:N"
            ),
            thin.mark_point(size=20, filled=True, opacity=0.5, color=NEUTRAL).encode(
                y=_rate("rate"), tooltip=about
            ),
            bold.mark_area(opacity=0.18).encode(y=_rate("low"), y2="high:Q", detail="arm:N"),
            bold.mark_line(strokeWidth=2.5).encode(y=_rate("rate"), detail="arm:N"),
            bold.mark_point(size=40, filled=True, strokeWidth=2, opacity=1).encode(
                y=_rate("rate"), stroke=colour, fillOpacity=base.filled(), tooltip=about
            ),
            own.mark_rule(strokeDash=[5, 4], strokeWidth=1.5, color=ink),
            own.mark_text(align="left", dx=5, fontSize=12, color=ink).encode(
                y=alt.value(8), text=alt.value("on screen")
            ),
        ],
        420,
    )


def _colour(points: pl.DataFrame) -> alt.Color:
    """A colour for the chosen arm and one for what it is compared with, by their names."""
    bold = points.filter(pl.col("role") != OTHER).unique(["arm"], maintain_order=True)
    arms = bold.sort("role", descending=True, maintain_order=True).select("arm", "role").rows()
    return alt.Color(
        "arm:N",
        scale=alt.Scale(domain=[arm for arm, _ in arms], range=[COLOURS[role] for _, role in arms]),
        legend=base.legend(True, 1, labelLimit=420, symbolType="stroke", symbolOpacity=1),
    )


def _rate(column: str) -> alt.Y:
    return alt.Y(f"{column}:Q", scale=alt.Scale(domain=[0, 1]), axis=RATE_AXIS)
