"""Paired rates: two points a line, and the line between them."""

import textwrap
from collections.abc import Sequence

import altair as alt
import polars as pl

from pages.ui.charts import base
from pages.ui.charts.base import CATEGORIES, NEUTRAL
from pages.ui.words import columns

COLOURS = (CATEGORIES[0], CATEGORIES[1])
SHAPES = ("circle", "square")
SIZES = (160, 60)

LETTERS = 34

AXIS = base.line_axis(215)


def chart(
    rates: pl.DataFrame,
    sides: Sequence[str],
    *,
    legend: bool = True,
    clickable: bool = True,
) -> alt.LayerChart:
    """The rates of two sides, a line a question.

    Args:
        rates: Two rows a question, questions in order: cell (what a click selects), question
            (its label), side, rate (in percent), text (the rate as people write it), difference
            (as people write it).
        sides: The two sides, the first one drawn as circles.
        legend: Whether the chart says what its colours and shapes mean.
        clickable: Whether a click selects a point's cell, as `charts.picked` tells.
    """
    numbered = rates.with_columns(
        pl.Series(
            "line",
            [
                "\n".join([*textwrap.wrap(name, LETTERS, max_lines=2, placeholder=" …"), str(at)])
                for at, name in zip(rates["question"].rle_id(), rates["question"], strict=True)
            ],
        )
    )
    depth = max(line.count("\n") for line in numbered["line"])
    shown = base.legend(legend, 1, labelLimit=380)
    colour = alt.Color("side:N", scale=alt.Scale(domain=sides, range=COLOURS), legend=shown)
    shape = alt.Shape("side:N", scale=alt.Scale(domain=sides, range=SHAPES), legend=shown)
    x = alt.X(
        "rate:Q",
        scale=alt.Scale(domain=[0, 100]),
        axis=alt.Axis(title=columns.measured("rate"), tickCount=5),
    )
    drawn = alt.Chart(numbered).encode(
        y=base.lines(numbered["line"].to_list(), AXIS),
        tooltip=base.tooltip(
            question=None,
            side="Intervention",
            text="Rate",
            difference="Difference",
        ),
    )
    between = drawn.mark_line(strokeWidth=4, opacity=0.3, color=NEUTRAL).encode(
        x=x, detail="line:N"
    )
    marks = drawn.mark_point(filled=True, opacity=1, cursor="pointer").encode(
        x=x,
        color=colour,
        shape=shape,
        # Where the two are equal, the second lies within the first.
        size=alt.Size("side:O", scale=alt.Scale(domain=sides, range=SIZES), legend=None),
    )
    return base.finished(
        [between, base.clickable(marks, clickable)], alt.Step(30 if depth > 1 else 24)
    )
