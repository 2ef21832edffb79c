"""Whether judges and people agree with themselves on answers that they judged more than once."""

import polars as pl
import streamlit as st

from pages.judging.agreement import found
from pages.judging.agreement.found import Pair, coefficient, percent
from pages.ui.parts import prose
from pages.ui.view import store
from pages.ui.words import values
from warehouse import agreed, itself, ratings
from warehouse.analysis import Analysis

TITLE = "Raters themselves"


def draw(view: Analysis, pair: Pair | None) -> None:
    """A row a judge and way in which it judged answers again; a row a rater and criterion."""
    del pair  # it is about each of them by itself
    rows = again(found.everybody(view))
    if rows.height:
        prose.table(judges(rows), "judges-themselves")
        st.caption(
            "Pairs of judgements of one answer; intervals resample the questions. Equal answers "
            "are equal to the letter, to one question; a tool that judged them once and copied the "
            "verdict would seem to agree with itself."
        )
    else:
        st.caption(
            "No judge judged an answer twice: `repeats: 3` at a judge of a study file has it asked "
            "again."
        )
    people = agreed.consistency(
        ratings.repeated(ratings.journal(store.data_folder()).read().entries)
    )
    if people.is_empty():
        st.caption(
            "Nobody was asked about an answer twice yet; a task does it with --repeats, or “Asked "
            "twice” on the Rate page."
        )
        return
    prose.table(persons(people), "themselves")


@store.memo("Holding judges against themselves …")
def again(view: Analysis) -> pl.DataFrame:
    """`itself.itself` of a focus."""
    return itself.itself(store.opened(), view)


def judges(rows: pl.DataFrame) -> pl.DataFrame:
    """The judges as a table for people."""
    return pl.DataFrame(
        [
            {
                "judge": values.value("judge", row["judge"]),
                "judged more than once": row["how"],
                "the same verdict": percent(row, "same"),
                "Krippendorff’s α": coefficient(row, "alpha"),
                "points apart, on average": _distance(row),
                "answers": f"{row['n']:,}",
            }
            for row in rows.iter_rows(named=True)
        ]
    )


def persons(people: pl.DataFrame) -> pl.DataFrame:
    """People as a table."""
    return pl.DataFrame(
        [
            {
                "rater": row["rater"],
                "criterion": values.criterion(row["criterion"]),
                "the same both times": percent(row, "same"),
                "points apart, on average": _distance(row),
                "asked twice": f"{row['n']:,}",
            }
            for row in people.iter_rows(named=True)
        ]
    )


def _distance(row: dict[str, float | None]) -> str:
    return "–" if row["distance"] is None else f"{row['distance']:.1f}"
