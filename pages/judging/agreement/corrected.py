"""Rates without a judge's errors, beside the raw ones: by a person's ratings of some answers."""

from functools import partial

import polars as pl
import streamlit as st

from pages.correcting import beside, choice
from pages.judging.agreement import found
from pages.judging.agreement.found import Pair
from pages.ui.charts import base
from pages.ui.parts import prose
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import armnames
from warehouse import correcting, readable
from warehouse.analysis import Analysis
from warehouse.correcting import Basis, Correction
from warehouse.errors import BrittlescopeError
from warehouse.stats.pooling import ARM

TITLE = "Corrected rates"


def draw(view: Analysis, pair: Pair) -> None:
    """Raw beside corrected, arm by arm, or why it cannot be corrected."""
    if not pair.is_person:
        st.info("Choose a person and a judge above: rates are corrected by people’s ratings.")
        return
    how = choice.chosen(pair.judge)
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
        names = armnames.names(known)
        base.drawn(partial(beside.chart, known, names, theme=st.context.theme.type), "corrected")
        st.caption(choice.LEGEND)
    prose.table(told(rows), "corrected-table")


@store.memo("Correcting …")
def rates(view: Analysis, how: Correction) -> tuple[pl.DataFrame, Basis]:
    """`correcting.rates` by arm."""
    return correcting.rates(store.opened(), view, ARM, how)


def told(rows: pl.DataFrame) -> pl.DataFrame:
    """The arms as a table for people: raw beside corrected, or the reason."""
    shown = []
    for name, row in zip(armnames.names(rows), rows.iter_rows(named=True), strict=True):
        corrected = readable.percent(row["corrected"], row["low"], row["high"])
        shown.append(
            {
                "arm": name,
                "as_judged": f"{readable.percent(row['raw'])} of {row['n_counted']:,}",
                "corrected": choice.refused(row) or corrected,
                "rated": f"{row['n_rated']:,}",
            }
        )
    return pl.DataFrame(shown)
