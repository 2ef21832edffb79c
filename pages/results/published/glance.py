"""Agreement at a glance: a mark for each pair, those that differ first."""

import altair as alt
import polars as pl

from pages.results.published.literature import Pairs
from pages.ui.charts import base
from pages.ui.charts.base import NEUTRAL, VERDICT_COLOURS

SAID = {True: "Agrees", False: "Differs", None: "Cannot be told"}
COLOURS = {
    "Differs": VERDICT_COLOURS["increased"],
    "Agrees": VERDICT_COLOURS["eliminated"],
    "Cannot be told": NEUTRAL,
}
SHAPES = {"Differs": "diamond", "Agrees": "square", "Cannot be told": "cross"}
"""The colour and the shape of each answer, so that either alone tells them apart."""

MARKS = {
    "Differs": ("◆", COLOURS["Differs"]),
    "Agrees": ("■", COLOURS["Agrees"]),
    "Cannot be told": ("✚", NEUTRAL),
}
"""Both as signs of a text, for the key above."""

SIZE = 22
"""Pixels of a square and of the room around it."""

FEWEST = 30
"""For how many squares there is room at least, so that few do not stand far apart."""

MOST = 60
"""How many squares a line has at most; the heading of the line says how many there are."""


def glance(panels: list[Pairs]) -> alt.LayerChart:
    """The pairs of every experiment, a line each."""
    rows = [
        {
            "at": at,
            "line": panel.name,
            "answer": SAID[row["agrees"]],
            "name": row["name"],
            "published": row["published_text"],
            "loaded": row["text"],
        }
        for panel in panels
        for at, row in enumerate(panel.pairs.head(MOST).iter_rows(named=True))
    ]
    across = max(FEWEST, 1 + max(row["at"] for row in rows))
    marks = (
        alt.Chart(pl.DataFrame(rows))
        .mark_point(
            filled=True, opacity=1, size=alt.ExprRef(f"min(190, pow(0.8 * width / {across}, 2))")
        )
        .encode(
            x=alt.X("at:Q", axis=None, scale=alt.Scale(domain=[-0.5, across - 0.5])),
            y=alt.Y(
                "line:N", sort=[panel.name for panel in panels], title=None,
                axis=alt.Axis(labelLimit=260, domain=False, ticks=False),
            ),
            color=alt.Color("answer:N", scale=_scale(COLOURS), legend=None),
            shape=alt.Shape("answer:N", scale=_scale(SHAPES), legend=None),
            tooltip=[
                alt.Tooltip(f"{name}:N", title=title)
                for name, title in {
                    "name": "Figure", "published": "Published",
                    "loaded": "Loaded", "answer": "Pair",
                }.items()
            ],
        )
    )  # fmt: skip
    return base.finished([marks], alt.Step(SIZE))


def _scale(values: dict[str, str]) -> alt.Scale:
    return alt.Scale(domain=list(values), range=list(values.values()))
