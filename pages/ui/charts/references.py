"""What estimates are seen beside: lines with a name and a margin, such as the control's."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import altair as alt
import polars as pl

from pages.ui.charts.base import NEUTRAL

SAME = 1e-6
"""Values nearer to each other than this are the same place."""

DASHED = alt.StrokeDash(
    "dashed:N", scale=alt.Scale(domain=[False, True], range=[[1, 0], [5, 4]]), legend=None
)


class Reference(NamedTuple):
    """A line across a chart, and the margin around it; in the unit of the chart's scale."""

    value: float
    label: str
    margin: float = 0.0
    dashed: bool = False


def frame(references: Sequence[Reference]) -> pl.DataFrame:
    """The columns at, from, to (its margin) and dashed, a row a reference."""
    return pl.DataFrame(
        [
            {
                "at": one.value,
                "from": one.value - one.margin,
                "to": one.value + one.margin,
                "dashed": one.dashed,
            }
            for one in references
        ]
    )


def at_one_place(references: Sequence[Reference]) -> list[list[str]]:
    """For each reference the names of all, empty where they stand at another place."""
    return [
        [other.label if abs(other.value - one.value) < SAME else "" for other in references]
        for one in references
    ]


def axis(
    references: Sequence[Reference], texts: Sequence[str | list[str]], **options: Any
) -> alt.Axis:
    """An axis that has a text at every reference, of one line or several, and nothing else."""
    written = "''"
    for one, text in zip(references, texts, strict=True):
        written = f"abs(datum.value - {one.value}) < {SAME} ? {text!r} : {written}"
    return alt.Axis(
        values=[one.value for one in references],
        labelExpr=written,
        labelColor=NEUTRAL,
        labelOverlap=False,
        title=None,
        grid=False,
        domain=False,
        ticks=False,
        **options,
    )
