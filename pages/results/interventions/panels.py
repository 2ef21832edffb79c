"""Charts under their titles, the table behind them, and what was clicked in either."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from types import MappingProxyType
from typing import Any, NamedTuple

import altair as alt
import polars as pl
import streamlit as st

from pages.frame import links
from pages.printing import claiming, downloads
from pages.results.interventions import folding
from pages.ui.charts import base, forest
from pages.ui.charts.forest import Estimated
from pages.ui.parts import bounded, defined, markup, prose, tables
from pages.ui.view import arms, cells, store
from pages.ui.words import armnames, numbers, values, wordings
from warehouse.analysis import Analysis
from warehouse.claimable import Table
from warehouse.stats.adjust import ADJUSTMENTS
from warehouse.stats.rates import IDENTITY

NO_INTERVENTION = (
    "Nothing in sight was trained with an intervention, so there is no effect to show. Brittleness "
    "has its fine-tunes side by side, Compare their answers."
)


def is_treated(whole: pl.DataFrame) -> bool:
    """Whether there are interventions.

    Args:
        whole: The counts frame of the focus, whatever the filters leave.
    """
    return bool((whole["intervention"] != "none").any())


Clicked = tuple[int, str] | None
"""The row, and which of its answers (`links.ONLY`)."""


MENU = partial(st.selectbox, label_visibility="collapsed", width=240)
"""A menu without a label, to stand in a row with buttons."""

IN_SIGHT = ("verdict", "rate", "n_trait", "n_counted")
"""What a table has before all else of an arm: its counts open answers, and are seen there."""

SHARES = (5, 3)
"""How a picture and what stands beside it share the width."""


class Drawing(NamedTuple):
    """A chart, and what stands above it."""

    title: str  # what all of it shares
    draw: partial[alt.LayerChart]  # takes `legend` and `clickable` as well
    said: str = ""  # a sentence on it


def nothing(reason: str) -> None:
    """Say why there is nothing to compare."""
    st.info(markup.escaped(reason), icon=":material/info:")


def drawn(panels: Sequence[Drawing], name: str, legend: bool = True) -> Clicked:
    """Draw the panels, with a legend on the first; what was clicked."""
    clicked: Clicked = None
    for place, panel in enumerate(panels):
        for words in filter(None, (panel.title, panel.said)):
            st.caption(markup.escaped(words))
        plot = partial(panel.draw, legend=legend and place == 0)
        mark = base.shown(plot, f"{name} {place}")
        clicked = clicked if mark in (None, forest.NOTHING) else (mark, "counted")
    return clicked


class ComparedArms(NamedTuple):
    """What a section shows: arms, in charts and in a table."""

    name: str  # of the section, for keys and file names
    found: pl.DataFrame  # a row an arm; the panels' cells are its rows
    panels: Sequence[Drawing]
    columns: Sequence[str]  # what the table has beside the arms' names
    legend: str  # how to read the charts
    left_out: str = ""  # what they leave out, in a sentence
    beside: Drawing | None = None  # drawn beside the first panel, where there is room
    claimed: Sequence[Table] = ()  # the answers whose rows they are, to be kept as claims
    curves: Mapping[str, dict[str, Any]] = MappingProxyType(
        {}
    )  # what each curve is of, by its name, to be claimed


def served(
    compare: Callable[[Analysis], ComparedArms | str],
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


def _serve(shown: ComparedArms, view: Analysis, counts: pl.DataFrame) -> links.Parameters | None:
    clicked = _pictures(shown)
    legend = f"{shown.legend} {shown.left_out}".strip()
    defined.caption(legend)
    texts(shown.found)
    plain = shown.found.with_columns(
        pl.col(pl.List(pl.String)).list.join("; "), wordings.column(shown.found)
    ).drop("cell", "group", "title", strict=False)
    with st.expander("The table behind it"):
        table = _table(plain, shown.columns, view, counts)
        clicked = tables.clickable(table, f"{shown.name}-table") or clicked
    chart = partial(together, [*shown.panels, *filter(None, [shown.beside])])
    with st.container(horizontal=True):
        downloads.buttons(cells.stamped(plain, view), chart, shown.name, legend)
        if shown.claimed:
            names = armnames.names(shown.found)
            claiming.popover(view, shown.claimed, shown.found.select(arms.KEY), names, shown.name)
        if shown.curves:
            cells_of = pl.DataFrame(list(shown.curves.values()), infer_schema_length=None)
            claiming.popover(view, ["doses"], cells_of, list(shown.curves), shown.name)
    if clicked is None:
        return None
    row, only = clicked
    return _answers(shown.found.row(row, named=True), view, counts, only)


def _pictures(shown: ComparedArms) -> Clicked:
    """The charts, one beside the others where there is one for that place."""
    with st.container(key="beside"):  # one below the other where it is narrow (`serving.style`)
        left, *right = st.columns(SHARES if shown.beside else 1)
    with left:
        clicked = drawn(shown.panels, shown.name)
    if shown.beside is not None:
        with right[0]:
            clicked = drawn([shown.beside], f"{shown.name} beside") or clicked
    return clicked


def texts(found: pl.DataFrame) -> None:
    """What the interventions of these arms say, folded."""
    told = wordings.table(
        pl.concat(
            [
                found.select("experiment", "study", "intervention"),
                found.select("experiment", "study", intervention="eval_intervention"),
            ]
        )
    )
    if told.is_empty():
        return
    with st.expander("What the interventions say"):
        prose.table(told, "interventions-texts")


def compact(lines: Sequence[Estimated]) -> list[Estimated]:
    """The lines, those of one heading and group in one row where there are too many for a screen.

    Medians and others that stand for no answers keep a row of their own.
    """
    headings = len({one.heading for one in lines})
    if len(lines) + headings <= folding.MOST:
        return list(lines)
    parts: dict[tuple[str, str], list[Estimated]] = {}
    for one in lines:
        parts.setdefault((one.heading, one.group), []).append(one)
    made = []
    for one in lines:
        part = parts[one.heading, one.group]
        if one.cell == forest.NOTHING or len(part) < folding.FEWEST:
            made.append(one)
            continue
        known = [other.value for other in part if other.value is not None]
        ends = f"{min(known):+.0f} to {max(known):+.0f}".replace("-", "−") if known else ""
        name = f"{one.group}: {numbers.plural(len(part), 'arm')}"
        made.append(one._replace(name=name, text=ends, strip=True, missing=None))
    order = {part: at for at, part in enumerate(parts)}
    heads = list(dict.fromkeys(one.heading for one in lines))
    return sorted(made, key=lambda one: (heads.index(one.heading), order[one.heading, one.group]))


PARTS = ("model", "dataset", "settings", "sampling", "eval_intervention")
"""What tells the groups of arms apart that have one control."""


def titles(found: pl.DataFrame) -> list[str]:
    """For each arm what tells its control from the others: `gpt-4.1 · 3 epochs`."""
    told = _parts(found)
    several = [name for name in PARTS if told[name].n_unique() > 1]
    rows = told.select(several).rows() if several else [()] * found.height
    return [" · ".join(filter(None, row)) for row in rows]


def shared(found: pl.DataFrame) -> list[str]:
    """What all arms share, to be said once."""
    told = _parts(found)
    alike = [name for name in PARTS if told[name].n_unique() == 1]
    return [part for part in told.select(alike).row(0) if part]


def _parts(found: pl.DataFrame) -> pl.DataFrame:
    """What there is to say of each arm's control, in words."""
    rows = []
    for row in found.iter_rows(named=True):
        given = row["eval_intervention"]
        rows.append(
            (
                values.value("model", row["model"]),
                values.value("dataset", row["dataset"]),
                row["baseline_settings"] or row["settings"] or "settings unknown",
                row["baseline_sampling"] or row["sampling"] or "",
                "" if given in (None, "none") else f"at evaluation: {values.intervention(given)}",
            )
        )
    return pl.DataFrame(rows, schema=dict.fromkeys(PARTS, pl.String()), orient="row")


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
        comparisons = "comparisons of the same experiment, trait and judge"
    if ADJUSTMENTS[view.adjustment].is_plain:
        return f"p is not adjusted for the {comparisons}."
    if tested.is_empty():
        return "No comparison is tested, since none is a result."
    if comparisons == "1 comparison":
        return "q is p, since this is the only comparison, hidden ones included."
    return f"q is p adjusted for all {comparisons} ({method}), hidden ones too."


def chance(view: Analysis) -> str:
    """The letter of a p-value under the view's adjustment."""
    return "p" if ADJUSTMENTS[view.adjustment].is_plain else "q"


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
    first = [name for name in IN_SIGHT if name in columns]
    linked = found.head(bounded.LINKED if found.height <= bounded.LINKED else 0)
    read = [
        links.address(links.TRANSCRIPTS, _answers(row, view, counts, "counted"))
        for row in linked.iter_rows(named=True)
    ]
    return values.named(found).select(
        *("intervention", "model"),
        *first,
        *several,
        *(name for name in columns if name not in first),
        *(name for name in ("eval_intervention", "settings", "dataset") if name not in columns),
        *rest,
        *([pl.Series("read", read, pl.String())] if read else []),
    )


def together(panels: Sequence[Drawing]) -> alt.VConcatChart:
    """The panels as one chart to take away, with a legend on the first of each kind."""
    kinds = [panel.draw.func for panel in panels]
    return base.stacked(
        (
            alt.TitleParams(panel.title, anchor="start"),
            panel.draw(legend=kinds.index(kinds[place]) == place, clickable=False),
        )
        for place, panel in enumerate(panels)
    )
