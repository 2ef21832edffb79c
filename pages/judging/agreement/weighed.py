"""A judge's scores as it said them, beside the means over what it might have said."""

from typing import Any

import polars as pl
import streamlit as st

from pages.judging.agreement import found
from pages.judging.agreement.found import Pair, percent
from pages.ui.parts import prose
from pages.ui.view import store
from pages.ui.words import numbers, values
from warehouse import readable, weighed
from warehouse.analysis import Analysis

TITLE = "Weighed scores"


def draw(view: Analysis, pair: Pair | None) -> None:
    """A row a judge that was asked for its probabilities."""
    del pair  # it is about each judge by itself
    rows = both(found.everybody(view))
    if rows.is_empty():
        st.caption(
            "No judge was asked for its probabilities: in a study file, `top_logprobs: 20` beside "
            "a criterion that is scored."
        )
        return
    prose.table(told(rows), "weighed")
    st.caption(
        "Weighed: the mean of the scores that the judge might have said, by their probabilities. "
        "An answer has one where scores hold at least a quarter of the probability."
    )
    with st.expander("The scores, and answers without"):
        prose.table(scores(rows), "weighed-scores")


@store.memo("Weighing scores …")
def both(view: Analysis) -> pl.DataFrame:
    """`weighed.weighed` of a focus."""
    return weighed.weighed(store.opened(), view)


def told(rows: pl.DataFrame) -> pl.DataFrame:
    """What the rates are by either score, as a table for people."""
    return pl.DataFrame(
        [
            {
                "judge": values.value("judge", row["judge"]),
                "rate as said": "–" if row["rate"] is None else percent(row, "rate"),
                "weighed": "–" if row["rate"] is None else percent(row, "rate_weighed"),
                "difference": "–" if row["rate"] is None else _points(row, "difference"),
                "same verdict": "–" if row["rate"] is None else percent(row, "agreement"),
                "answers": f"{row['n']:,}",
            }
            for row in rows.iter_rows(named=True)
        ]
    )


def scores(rows: pl.DataFrame) -> pl.DataFrame:
    """The mean scores, and which answers have none to weigh, as a table for people."""
    return pl.DataFrame(
        [
            {
                "judge": values.value("judge", row["judge"]),
                "score as said": _score(row["sampled"]),
                "weighed": _score(row["weighed"]),
                "higher by": "–"
                if row["apart"] is None
                else f"{row['apart']:+.1f} "
                f"[{_score(row['apart_low'])}, {_score(row['apart_high'])}]",
                "probability on scores": "–"
                if row["mass"] is None
                else numbers.percent(row["mass"]),
                "came without": f"{row['n_without']:,} of {row['n_asked']:,}",
                "too little on scores": f"{row['n_elsewhere']:,}",
            }
            for row in rows.iter_rows(named=True)
        ]
    )


def _points(row: dict[str, Any], name: str) -> str:
    return readable.points(*(row[f"{name}{bound}"] for bound in ("", "_low", "_high")))


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
