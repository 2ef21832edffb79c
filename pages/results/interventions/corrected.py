"""Effects without the judge's errors, beside what they are as judged: by a person's ratings."""

from functools import partial

import polars as pl
import streamlit as st

from pages.correcting import beside, choice
from pages.frame import links
from pages.results.interventions import panels
from pages.ui.charts import base
from pages.ui.parts import prose
from pages.ui.parts.markup import escaped
from pages.ui.view import arms, store
from pages.ui.words import armnames, numbers
from pages.ui.words.columns import POINTS
from warehouse import correctedeffects
from warehouse.analysis import Analysis
from warehouse.correcting import Basis, Correction
from warehouse.errors import BrittlescopeError

TITLE = "Corrected"

is_offered = panels.is_treated


def draw(view: Analysis, counts: pl.DataFrame) -> links.Parameters | None:
    """Raw beside corrected differences, arm by arm, or why one cannot be corrected."""
    del counts  # every number here is of the answers that judges and people counted
    if arms.effects(view).is_empty():
        panels.nothing(panels.NO_INTERVENTION)
        return None
    how = choice.chosen()
    try:
        rows, basis = effects(view, how)
    except BrittlescopeError as error:
        panels.nothing(str(error))
        return None
    known = rows.filter(pl.col("corrected").is_not_null())
    st.markdown(escaped(sentence(rows, basis)))
    if known.height:
        names = armnames.names(known)
        base.drawn(
            partial(beside.chart, known, names, POINTS, st.context.theme.type), "corrected-effects"
        )
        st.caption(f"{choice.LEGEND} Differences to the control, over shared questions.")
    prose.table(told(rows), "corrected-effects-table")
    return None


@store.memo("Correcting …")
def effects(view: Analysis, how: Correction) -> tuple[pl.DataFrame, Basis]:
    """`correctedeffects.effects` to the control."""
    return correctedeffects.effects(store.opened(), view.beside("control"), how)


def sentence(rows: pl.DataFrame, basis: Basis) -> str:
    """How many effects can be corrected, by what, and how many stand either way."""
    known = rows.filter(pl.col("corrected").is_not_null())
    said = (
        f"{known.height:,} of {numbers.plural(rows.height, 'effect')} can be corrected, by "
        f"{basis.told}."
    )
    if not known.height:
        return said
    shown, kept = _apart(known, "raw_low", "raw_high"), _apart(known, "low", "high")
    both = int((shown & kept).sum())
    return (
        f"{said} Of these {int(shown.sum()):,} differ from the control as judged, "
        f"{int(kept.sum()):,} once corrected, {both:,} either way."
    )


def _apart(rows: pl.DataFrame, low: str, high: str) -> pl.Series:
    """Whether an interval leaves out zero."""
    return ((rows[low] > 0) | (rows[high] < 0)).fill_null(False)


def told(rows: pl.DataFrame) -> pl.DataFrame:
    """The effects as a table for people: raw beside corrected, or the reason."""
    shown = []
    for name, row in zip(armnames.names(rows), rows.iter_rows(named=True), strict=True):
        corrected = numbers.points(row["corrected"], row["low"], row["high"])
        shown.append(
            {
                "arm": name,
                "as_judged": numbers.points(row["raw"], row["raw_low"], row["raw_high"]),
                "corrected": choice.refused(row) or corrected,
                "rated": f"{row['n_rated']:,} and {row['baseline_rated']:,} of the control",
            }
        )
    return pl.DataFrame(shown)
