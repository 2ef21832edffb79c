"""Whether raters agree with themselves on answers that they were asked about twice."""

import polars as pl
import streamlit as st

from pages.judging.agreement.found import Pair, percent
from pages.ui.parts import prose
from pages.ui.view import store
from pages.ui.words import values
from warehouse import agreed, ratings
from warehouse.analysis import Analysis

TITLE = "Raters themselves"


def draw(view: Analysis, pair: Pair) -> None:
    """A row a rater and criterion."""
    del view, pair  # it is about people, whatever they rated
    found = agreed.consistency(
        ratings.repeated(ratings.journal(store.data_folder()).read().entries)
    )
    if found.is_empty():
        st.caption(
            "Nobody was asked about an answer twice yet; a task does it with --repeats, or “Asked "
            "twice” on the Rate page."
        )
        return
    rows = [
        {
            "rater": row["rater"],
            "criterion": values.words(row["criterion"]),
            "asked twice": f"{row['n']:,}",
            "the same both times": percent(row, "same"),
            "points apart, on average": "–"
            if row["distance"] is None
            else f"{row['distance']:.1f}",
        }
        for row in found.iter_rows(named=True)
    ]
    prose.table(pl.DataFrame(rows), "themselves")
