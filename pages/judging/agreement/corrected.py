"""Rates without a judge's errors, beside the raw ones: by a person's ratings of some answers."""

from functools import partial

import altair as alt
import polars as pl
import streamlit as st

from pages.frame import bound
from pages.judging.agreement import found
from pages.judging.agreement.found import Pair
from pages.ui.charts import base
from pages.ui.parts import prose
from pages.ui.parts.markup import escaped
from pages.ui.view import inline, store
from pages.ui.words import armnames
from warehouse import correcting, readable
from warehouse.analysis import Analysis
from warehouse.correcting import Asked, Basis
from warehouse.errors import BrittlescopeError
from warehouse.stats.pooling import ARM

TITLE = "Corrected rates"

METHODS = {
    "ppi": "Prediction-powered",
    "rogan-gladen": "Rogan–Gladen, errors of each arm",
    "rogan-gladen pooled": "Rogan–Gladen, errors of all arms together",
}
"""The ways to correct, by their names in links."""


def draw(view: Analysis, pair: Pair) -> None:
    """Raw beside corrected, arm by arm, or why it cannot be corrected."""
    if not pair.is_person:
        st.info("Choose a person and a judge above: rates are corrected by people’s ratings.")
        return
    chosen = bound.one("Corrected by", METHODS, "method", draw=inline.menu)
    method, _, pooled = chosen.partition(" ")
    how = Asked(method, pair.judge, "pooled" if pooled else "arm")  # type: ignore[arg-type]
    one = found.everybody(view)
    one = Analysis(one.slice.narrowed(judge=pair.other), one.rule, one.unit)
    try:
        rows, basis = rates(one, how)
    except BrittlescopeError as error:
        st.info(escaped(str(error)))
        return
    known = rows.filter(pl.col("corrected").is_not_null())
    st.markdown(
        escaped(
            f"{known.height:,} of {rows.height:,} arms can be corrected, by {basis.told}. "
            f"Judge: {pair.second}."
        )
    )
    if known.height:
        base.drawn(partial(chart, known, theme=st.context.theme.type), "corrected")
    prose.table(told(rows), "corrected-table")


@store.memo("Correcting …")
def rates(view: Analysis, how: Asked) -> tuple[pl.DataFrame, Basis]:
    """`correcting.rates` by arm."""
    return correcting.rates(store.opened(), view, ARM, how)


def chart(rows: pl.DataFrame, theme: str | None = None) -> alt.LayerChart:
    """A line an arm: the raw rate as a ring, the corrected one as a dot with its interval."""
    names = armnames.names(rows)
    lines = [f"{name}\n{at}" for at, name in enumerate(base.wrapped(names))]
    shown = rows.with_columns(pl.Series("line", lines), pl.Series("name", names))
    colours = [base.seen(colour, theme) for colour in base.CATEGORIES[:2]]
    second = r"length(split(datum.label, '\n')) > 2"
    axis = base.line_axis(
        280, labelOverlap=False, labelLineHeight=base.TEXT,
        labelOffset=alt.when(second).then(alt.value(-base.TEXT / 2)).otherwise(alt.value(0)),
    )  # fmt: skip
    at = alt.Chart(shown).encode(y=base.lines(lines, axis))
    tip = base.tooltip(name="Arm", raw="Raw", corrected="Corrected", n_rated="Rated")
    reach = at.mark_rule(color=colours[0], strokeWidth=2).encode(
        x=base.share_axis("low"), x2="high:Q", tooltip=tip
    )
    dots = at.mark_point(filled=True, size=70, color=colours[0], opacity=1).encode(
        x=base.share_axis("corrected"), tooltip=tip
    )
    rings = at.mark_point(size=70, color=colours[1], filled=False).encode(
        x=base.share_axis("raw"), tooltip=tip
    )
    return base.finished([reach, dots, rings], 34 * rows.height + 20)


def told(rows: pl.DataFrame) -> pl.DataFrame:
    """The arms as a table for people: raw beside corrected, or the reason."""
    shown = []
    for name, row in zip(armnames.names(rows), rows.iter_rows(named=True), strict=True):
        why = row["why"] or ""
        if row["ratings_lacking"]:
            why += f"; {row['ratings_lacking']:,} more would do"
        corrected = readable.percent(row["corrected"], row["low"], row["high"])
        shown.append(
            {
                "arm": name,
                "as_judged": f"{readable.percent(row['raw'])} of {row['n_counted']:,}",
                "corrected": f"not corrected: {why}" if why else corrected,
                "rated": f"{row['n_rated']:,}",
            }
        )
    return pl.DataFrame(shown)
