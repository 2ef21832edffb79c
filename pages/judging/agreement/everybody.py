"""All raters at once: Krippendorff's α of people, of judges and of both, and what each sees."""

import polars as pl
import streamlit as st

from pages.judging.agreement import found
from pages.judging.agreement.found import Pair
from pages.ui.parts import prose
from pages.ui.view import store
from pages.ui.words import numbers, values
from warehouse import readable, together
from warehouse.analysis import Analysis

TITLE = "All raters"

WHO = {"everybody": "People and judges", "people": "People", "judges": "Judges"}


def draw(view: Analysis, pair: Pair) -> None:
    """A row a group of raters, and below it what each of them sees."""
    del pair  # it is about all of them
    rows = groups(found.everybody(view))
    prose.table(told(rows), "everybody")
    st.caption(
        "Krippendorff’s α: 1 is full agreement, 0 what chance alone makes. An answer counts once "
        "two raters counted it, and each time that it was sampled: a person who rated it rated "
        "all of them. Intervals resample the questions."
    )
    st.markdown("**How often each sees the trait**")
    prose.table(seen(rows), "everybody-seen")


@store.memo("Holding judges against each other …")
def groups(view: Analysis) -> pl.DataFrame:
    """`together.together` of a focus."""
    return together.together(store.opened(), view)


def told(rows: pl.DataFrame) -> pl.DataFrame:
    """The groups as a table for people; α of scores only where there are some."""
    scored = rows["alpha_interval"].is_not_null().any()
    shown = []
    for row in rows.iter_rows(named=True):
        one = {
            "who": f"{WHO[row['who']]} ({len(row['raters']):,})",
            "verdicts, α": found.coefficient(row, "alpha"),
        }
        if scored:
            one["scores by order, α"] = found.coefficient(row, "alpha_ordinal")
            one["scores by distance, α"] = found.coefficient(row, "alpha_interval")
        one["answers"] = f"{row['n']:,}{readable.different(row['n'], row['n_distinct'])}"
        shown.append(one)
    return pl.DataFrame(shown)


def seen(rows: pl.DataFrame) -> pl.DataFrame:
    """What each rater of the largest group sees."""
    row = rows.row(0, named=True)
    each = zip(row["raters"], row["counted"], row["sees"], strict=True)
    return pl.DataFrame(
        [
            {"rater": values.value("judge", rater), "sees the trait": numbers.percent(sees),
             "answers": f"{counted:,}"}
            for rater, counted, sees in each
        ]
    )  # fmt: skip
