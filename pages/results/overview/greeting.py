"""The greeting of whoever comes for the first time: the question, and a door for each job."""

from collections.abc import Sequence

import streamlit as st

from pages.frame import links
from pages.results.overview.cards import Card, Finding
from pages.results.overview.drawing import focused
from pages.ui.parts.markup import escaped
from warehouse.analysis import Analysis

GREETED = "_greeted"
"""Session key: whether the greeting is gone for good."""

QUESTION = "What does narrow fine-tuning change elsewhere, and what makes the change vanish?"

JOBS = {
    "Where it appears, what removes it": (links.BRITTLENESS, {}),
    "Compare two interventions": (links.INTERVENTIONS, {"show": "head-to-head"}),
    "Find examples to quote": (links.TRANSCRIPTS, {"only": "trait"}),
}
"""What people come for: the page, and its own part of the link."""

ICONS = (":material/blur_on:", ":material/compare_arrows:", ":material/format_quote:")


def draw(view: Analysis, cards: Sequence[Card]) -> None:
    """Greets; who follows a link that asks for something (`?welcome=off`) is not held up."""
    if st.query_params or st.session_state.get(GREETED):
        gone()
        return
    line = opened(cards)
    if line is None:
        return
    st.caption(QUESTION)
    with st.container(horizontal=True, vertical_alignment="center"):
        for icon, (label, (page, own)) in zip(ICONS, JOBS.items(), strict=True):
            if st.button(escaped(label), icon=icon, key=f"job {label}"):
                gone()
                links.go(page, links.parameters(focused(view, line.identity), **own))
        st.button(
            "Close", icon=":material/close:", type="tertiary", key="close greeting", on_click=gone
        )


def opened(cards: Sequence[Card]) -> Finding | None:
    """The experiment, trait and judge that the doors lead to: the first with interventions."""
    lines = [line for card in cards for line in card.lines]
    return next((line for line in lines if line.treated), lines[0] if lines else None)


def gone() -> None:
    """Greet nobody in this session any more: it was closed, or a door was taken."""
    st.session_state[GREETED] = True
