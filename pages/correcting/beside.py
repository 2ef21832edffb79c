"""What was corrected beside what it was: rings for the one, dots with intervals for the other."""

from collections.abc import Sequence

import altair as alt
import polars as pl

from pages.ui.charts import base
from pages.ui.words import columns, numbers
from pages.ui.words.columns import POINTS, SHARE, Quantity

SPAN = 320
"""Pixels that names may take at most."""

VALUES = ("raw", "corrected", "low", "high")


def chart(
    rows: pl.DataFrame, names: Sequence[str], unit: Quantity = SHARE, theme: str | None = None
) -> alt.LayerChart:
    """A line a row.

    Args:
        rows: raw, corrected, low and high, shares from 0 to 1 or differences of them; n_rated.
        names: What each row is called.
        unit: Whether they are shares or differences of shares, in points.
        theme: What colours are seen on.
    """
    lines = [f"{name}\n{at}" for at, name in enumerate(base.wrapped(names))]
    said = numbers.points if unit is POINTS else numbers.percent
    told = [said(*ends) for ends in rows.select("corrected", "low", "high").rows()]
    shown = rows.select(*map(numbers.hundredths, VALUES), "n_rated").with_columns(
        pl.Series("line", lines),
        pl.Series("name", list(names)),
        pl.Series("as_judged", [said(raw) for raw in rows["raw"]]),
        pl.Series("told", told),
    )
    second = r"length(split(datum.label, '\n')) > 2"
    axis = base.line_axis(
        SPAN, labelOverlap=False, labelLineHeight=base.TEXT,
        labelOffset=alt.when(second).then(alt.value(-base.TEXT / 2)).otherwise(alt.value(0)),
    )  # fmt: skip
    at = alt.Chart(shown).encode(y=base.lines(lines, axis))
    tip = base.tooltip(name="Arm", as_judged="As judged", told="Corrected", n_rated="Rated")
    ends = alt.Scale() if unit is POINTS else alt.Scale(domain=[0, 100])

    def placed(column: str) -> alt.X:
        title = f"{columns.label('corrected')}, {unit.sign}"
        return alt.X(f"{column}:Q", scale=ends, axis=alt.Axis(tickCount=5, title=title))

    first, other = (base.seen(colour, theme) for colour in base.CATEGORIES[:2])
    layers = [
        at.mark_rule(color=first, strokeWidth=2).encode(x=placed("low"), x2="high:Q", tooltip=tip),
        at.mark_point(filled=True, size=70, color=first, opacity=1).encode(
            x=placed("corrected"), tooltip=tip
        ),
        at.mark_point(size=70, color=other, filled=False).encode(x=placed("raw"), tooltip=tip),
    ]
    if unit is POINTS:
        zero = alt.Chart(pl.DataFrame({"zero": [0.0]})).mark_rule(color=base.NEUTRAL)
        layers.insert(0, zero.encode(x=placed("zero")))
    return base.finished(layers, 34 * rows.height + 20)
