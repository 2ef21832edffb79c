"""How many answers there are of each row and column: a frame in, an Altair chart out."""

import altair as alt
import polars as pl

from pages.ui.charts.base import CATEGORIES, INK, NEUTRAL


def chart(cells: pl.DataFrame, theme: str | None = None) -> alt.LayerChart:
    """How many answers there are of each row and column; a cell without any stays empty.

    `cells` has the columns cell (what a click selects), row and column (labels, in the order in
    which they are to stand), n, and text (n as written). `theme` is light or dark.
    """
    rows, columns = (list(dict.fromkeys(cells[name])) for name in ("row", "column"))
    picked = alt.selection_point(name="picked", fields=["cell"], on="click", empty=False)
    base = alt.Chart(cells.select("cell", "row", "column", "n", "text")).encode(
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
    boxes = (
        base.mark_rect(cornerRadius=3, color=CATEGORIES[0], cursor="pointer")
        .encode(
            opacity=alt.Opacity(
                "n:Q", scale=alt.Scale(type="sqrt", zero=True, range=[0.08, 0.4]), legend=None
            ),
            tooltip=[
                alt.Tooltip("row:N", title="Trained on"),
                alt.Tooltip("column:N", title="Model"),
                alt.Tooltip("text:N", title="Answers"),
            ],
        )
        .add_params(picked)
    )
    # Without tooltips of their own, numbers let clicks through to the boxes.
    numbers = base.mark_text(fontSize=12, color=INK.get(theme or "", NEUTRAL)).encode(text="text:N")
    return alt.LayerChart(
        layer=[boxes, numbers],
        width=560,
        height=alt.Step(28),
        view=alt.ViewBackground(stroke=None),
    )
