"""Charts under their titles, the table behind them, and what was clicked in either."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from typing import Any, NamedTuple

import altair as alt
import polars as pl
import streamlit as st

from pages.ui.charts import base, forest
from pages.ui.parts import bounded, downloads, markup, tables
from pages.ui.view import arms, cells, links, store
from pages.ui.words import numbers, values
from warehouse.analysis import Analysis
from warehouse.stats.rates import IDENTITY

NO_INTERVENTION = "No intervention is in sight. Let the filter on interventions be “All”."

Clicked = tuple[int, str] | None
"""The row, and which of its answers (`links.ONLY`)."""


class Panel(NamedTuple):
    """A chart, and what stands above it."""

    heading: str  # an experiment, trait and judge
    title: str  # which part of them
    draw: partial[alt.LayerChart]  # takes `legend` and `clickable` as well
    said: str = ""  # a sentence on everything under the heading


def nothing(reason: str) -> None:
    """Say why there is nothing to compare."""
    st.info(markup.escaped(reason), icon=":material/info:")


def drawn(panels: Sequence[Panel], name: str) -> Clicked:
    """Draw the panels, with a legend on the first; what was clicked."""
    clicked: Clicked = None
    heading = None
    for place, panel in enumerate(panels):
        if panel.heading != heading:
            heading = panel.heading
            st.markdown(f"**{markup.escaped(heading)}**  \n{markup.escaped(panel.said)}")
        st.caption(markup.escaped(panel.title))
        mark = base.shown(partial(panel.draw, legend=place == 0), f"{name} {place}")
        clicked = clicked if mark in (None, forest.NOTHING) else (mark, "counted")
    return clicked


class Comparison(NamedTuple):
    """What a section shows: arms, in charts and in a table."""

    name: str  # of the section, for keys and file names
    found: pl.DataFrame  # a row an arm; the panels' cells are its rows
    panels: Sequence[Panel]
    columns: Sequence[str]  # what the table has beside the arms' names
    legend: str  # how to read the charts
    left_out: str = ""  # what they leave out, in a sentence


def served(
    compare: Callable[[Analysis], Comparison | str],
) -> Callable[[Analysis, pl.DataFrame], links.Parameters | None]:
    """A section's `draw`, of what it compares in a view, or of why there is nothing to compare.

    It shows the charts, the table behind them and everything to take away, and returns the
    transcripts of the arm that was clicked, where one was.
    """

    @wraps(compare)
    def draw(view: Analysis, counts: pl.DataFrame) -> links.Parameters | None:
        shown = compare(view)
        if isinstance(shown, str):
            nothing(shown)
            return None
        return _serve(shown, view, counts)

    return draw


def _serve(shown: Comparison, view: Analysis, counts: pl.DataFrame) -> links.Parameters | None:
    clicked = drawn(shown.panels, shown.name)
    legend = f"{shown.legend} {shown.left_out}".strip()
    st.caption(markup.escaped(legend))
    plain = shown.found.with_columns(pl.col(pl.List(pl.String)).list.join("; "))
    table = _table(plain, shown.columns, view, counts)
    clicked = tables.clickable(table, f"{shown.name}-table") or clicked
    chart = partial(together, shown.panels)
    downloads.buttons(cells.stamped(plain, view), chart, shown.name, legend)
    if clicked is None:
        return None
    row, only = clicked
    return _answers(shown.found.row(row, named=True), view, counts, only)


def title(row: Mapping[str, Any], beside: pl.DataFrame) -> str:
    """What tells an arm's panel from those beside it: `gpt-4.1 · 3 epochs`."""
    parts = [
        values.value("model", row["model"]),
        *([values.value("dataset", row["dataset"])] if beside["dataset"].n_unique() > 1 else []),
        row["baseline_settings"] or row["settings"] or "settings unknown",
    ]
    if beside["sampling"].n_unique() > 1:
        parts.append(row["baseline_sampling"] or row["sampling"] or "sampling not recorded")
    if row["eval_intervention"] not in (None, "none"):
        parts.append(f"at evaluation: {values.intervention(row['eval_intervention'])}")
    return " · ".join(parts)


def tested(row: Mapping[str, Any], view: Analysis) -> str:
    """The p-value of a comparison under the view's adjustment, or why there is none."""
    if row["q"] is None:
        return "not a result"
    return f"{chance(view)} {numbers.chance(row['q'])}"


def family(found: pl.DataFrame, view: Analysis) -> str:
    """What the p-values of a comparison were adjusted for."""
    tested = found.filter(pl.col("q").is_not_null())
    families = (found if tested.is_empty() else tested)["family"]
    comparisons, method = families[0].split(", ")
    if families.n_unique() > 1:
        comparisons = "comparisons in sight of the same experiment, trait and judge"
    else:
        comparisons += " in sight"
    if view.adjustment == "none":
        return f"p is not adjusted for the {comparisons}."
    return f"q is p adjusted for the {comparisons} ({method})."


def chance(view: Analysis) -> str:
    """The letter of a p-value under the view's adjustment."""
    return "p" if view.adjustment == "none" else "q"


def _answers(
    row: Mapping[str, Any], view: Analysis, counts: pl.DataFrame, only: str
) -> links.Parameters:
    arm = {name: row[name] for name in arms.KEY}
    return links.parameters(view.narrowed(arm, counts), only=only)


@store.memo()
def _table(
    found: pl.DataFrame, columns: Sequence[str], view: Analysis, counts: pl.DataFrame
) -> pl.DataFrame:
    """Arms with labels, the columns and links to their answers."""
    several = [name for name in (*IDENTITY, "sampling") if found[name].n_unique() > 1]
    rest = [name for name in IDENTITY if name not in several]
    linked = found.head(bounded.LINKED if found.height <= bounded.LINKED else 0)
    read = [
        links.address(links.TRANSCRIPTS, _answers(row, view, counts, "counted"))
        for row in linked.iter_rows(named=True)
    ]
    return values.named(found).select(
        *("intervention", "model"),
        *several,
        *columns,
        *(name for name in ("eval_intervention", "settings", "dataset") if name not in columns),
        *rest,
        *([pl.Series("read", read, pl.String())] if read else []),
    )


def together(panels: Sequence[Panel]) -> alt.VConcatChart:
    """The panels as one chart to take away."""
    return base.stacked(
        (
            alt.TitleParams(panel.heading, subtitle=panel.title, anchor="start"),
            panel.draw(legend=place == 0, clickable=False),
        )
        for place, panel in enumerate(panels)
    )
