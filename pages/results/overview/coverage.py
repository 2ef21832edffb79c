"""How many answers there are of each row and column: a frame in, an Altair chart out."""

import altair as alt
import polars as pl

from pages.ui.charts import base
from pages.ui.charts.base import CATEGORIES


def chart(cells: pl.DataFrame, theme: str | None = None) -> alt.LayerChart:
    """How many answers there are of each row and column; a cell without any stays empty.

    `cells` has the columns cell (what a click selects), row and column (labels, in the order in
    which they are to stand), n, and text (n as written). `theme` is light or dark.
    """
    rows, columns = (list(dict.fromkeys(cells[name])) for name in ("row", "column"))
    drawn = alt.Chart(cells.select("cell", "row", "column", "n", "text")).encode(
        x=alt.X(
            "column:N",
            sort=sorted(columns),
            axis=alt.Axis(
                orient="top",
                labelAngle=-45,
                labelLimit=160,
                labelOverlap=False,
                domain=False,
                ticks=False,
            ),
            title=None,
        ),
        y=alt.Y(
            "row:N", sort=rows, title=None, axis=alt.Axis(labelLimit=300, domain=False, ticks=False)
        ),
    )
    boxes = drawn.mark_rect(cornerRadius=3, color=CATEGORIES[0], cursor="pointer").encode(
        opacity=alt.Opacity(
            "n:Q", scale=alt.Scale(type="sqrt", zero=True, range=[0.08, 0.4]), legend=None
        ),
        tooltip=base.tooltip(row="Trained on", column="Model", text="Answers"),
    )
    # Without tooltips of their own, numbers let clicks through to the boxes.
    numbers = drawn.mark_text(fontSize=12, color=base.ink(theme)).encode(text="text:N")
    return base.finished([base.clickable(boxes), numbers], alt.Step(28))
