"""The answers of two sides to one question, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from pages.frame import bound, links, naming
from pages.quoting import sensitive, tags
from pages.results.interventions import sides
from pages.results.interventions.sides import SIDES
from pages.ui.parts import foreign, markup
from pages.ui.view import inline, store
from pages.ui.words import armnames, numbers
from warehouse.analysis import Analysis, results
from warehouse.transcripts import Filter

SHOWN = 2
"""How many answers of each side are shown at once."""

COUNTED = Filter(only="counted")

_ANSWER = "border-bottom:1px solid rgba(128,128,128,.3);padding:.4rem 0"

CLICKED = "_compared"
"""Session key: the question that was last clicked in the picture."""


def question(questions: pl.DataFrame, clicked: str | None) -> Mapping[str, Any]:
    """The question whose answers are read: the one clicked last, or chosen from the menu.

    `questions` are those of one pair (`sides.by_question`).
    """
    labels = naming.questions(questions["question"])
    if clicked is not None and st.session_state.get(CLICKED) != clicked:
        st.session_state["read"] = st.session_state[CLICKED] = clicked
    if st.session_state.get("read") not in labels:
        st.session_state.pop("read", None)
    chosen = bound.one("Read the answers to", labels, "read", draw=inline.menu)
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
            to = links.parameters(views[place], only="counted")
            links.door(links.TRANSCRIPTS, "All of them", ":material/forum:", to)
    clear = replace(whole, slice=whole.slice.narrowed(intervention=()))
    chosen = [armnames.key(sides.of_one(row, side)) for side in reversed(SIDES)]
    links.door(
        links.COMPARE,
        "Compare answer by answer, with other arms and questions",
        ":material/compare:",
        links.parameters(clear) | {"arm": chosen, "about": [row["question"]]},
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
        text = foreign.block(
            row["answer"] or row["error"] or row["lost"] or "[empty]", is_beside=True
        )
        if row["sample_key"] in covered and not is_open:
            text = foreign.covered(text, "Sensitive text: show it")
        verdicts = tags.html(row["outcomes"], trait=False, judge=False)
        made.append(f'<div style="{_ANSWER}">{verdicts}{text}</div>')
    return made
