"""The answers of two sides to one question, side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from pages.frame import bound, links
from pages.results.interventions import sides
from pages.results.interventions.sides import SIDES
from pages.ui.parts import foreign, markup, sensitive
from pages.ui.view import store
from pages.ui.words import numbers, values
from warehouse.analysis import Analysis, results
from warehouse.transcripts import Filter

SHOWN = 3
"""How many answers of each side are shown at once."""

COUNTED = Filter(only="counted")

_TAG = (
    "display:inline-block;border-radius:1rem;padding:.05rem .6rem;font-size:.85rem;"
    "margin:.2rem .4rem .2rem 0;border:1px solid"
)
SHOWS = f"{_TAG} #d55e00;background:rgba(213,94,0,.16)"
SHOWS_NOT = f"{_TAG} rgba(128,128,128,.55)"
_ANSWER = "border-bottom:1px solid rgba(128,128,128,.3);padding:.4rem 0"

CLICKED = "_compared"
"""Session key: the question that was last clicked in the picture."""


def question(questions: pl.DataFrame, clicked: str | None) -> Mapping[str, Any]:
    """The question whose answers are read: the one clicked last, or chosen from the menu.

    `questions` are those of one pair (`sides.by_question`).
    """
    labels = values.told_apart(
        {
            row["question"]: values.question(row["question_name"] or row["question"])
            for row in questions.iter_rows(named=True)
        }
    )
    if clicked is not None and st.session_state.get(CLICKED) != clicked:
        st.session_state["read"] = st.session_state[CLICKED] = clicked
    if st.session_state.get("read") not in labels:
        st.session_state.pop("read", None)
    chosen = bound.one("Read the answers to", labels, "read")
    return questions.row(by_predicate=pl.col("question") == chosen, named=True)


def draw(
    row: Mapping[str, Any], whole: Analysis, counted: pl.DataFrame, names: Sequence[str]
) -> None:
    """The counted answers of both sides to a question, a few at a time."""
    views = [whole.narrowed(sides.of_one(row, side), counted) for side in SIDES]
    most = max(row[f"{side}_counted"] for side in SIDES)
    pages = -(-most // SHOWN)
    number = bound.page(pages, "read_page") if pages > 1 else 1
    is_open = bool(st.session_state.get(sensitive.OPEN))
    for place, column in enumerate(st.columns(len(SIDES))):
        side = SIDES[place]
        with column:
            trait, total = row[f"{side}_trait"], row[f"{side}_counted"]
            shows = f"{numbers.percent(row[f'{side}_rate'])} show the trait"
            st.markdown(f"**{markup.escaped(names[place])}**")
            st.caption(markup.escaped(f"{shows}: {trait:,} of {total:,} answers"))
            found = _answers(views[place], (number - 1) * SHOWN)
            st.html("".join(_cards(found, views[place], is_open)) or "<p>No more answers.</p>")
            st.page_link(
                f"pages/{links.TRANSCRIPTS}/page.py",
                label="All of them",
                icon=":material/forum:",
                query_params=links.parameters(views[place], only="counted"),
            )


@store.memo()
def _answers(view: Analysis, offset: int) -> pl.DataFrame:
    """Some of the counted answers of a view."""
    return results.answers(store.opened(), view, COUNTED, SHOWN, offset)[0]


def _cards(found: pl.DataFrame, view: Analysis, is_open: bool) -> list[str]:
    """Each answer as HTML, with what the judge said of it; sensitive ones covered."""
    covered = sensitive.rows(found, store.query("traits"), view.slice.trait)
    made = []
    for row in found.iter_rows(named=True):
        text = foreign.block(row["answer"] or row["error"] or row["lost"] or "[empty]")
        if row["sample_key"] in covered and not is_open:
            text = foreign.covered(text, "Sensitive text: show it")
        tags = "".join(_tag(one) for one in row["outcomes"])
        made.append(f'<div style="{_ANSWER}">{tags}{text}</div>')
    return made


def _tag(outcome: Mapping[str, Any]) -> str:
    """What a judge said of an answer."""
    said = values.words(str(outcome["outcome"]).replace("_", "-").lower())
    look = SHOWS if outcome["is_trait"] else SHOWS_NOT
    meant = "shows the trait" if outcome["is_trait"] else "does not"
    return f'<span style="{look}">{foreign.escaped(f"{said}: {meant}")}</span>'
