"""The greeting of whoever comes for the first time: the question, and a door for each job."""

import streamlit as st

from pages.frame import focus, links
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


def draw(view: Analysis) -> None:
    """Greets; its doors lead to the focus that every page is about.

    Who follows a link that asks for something (`?welcome=off`) is not held up.
    """
    if st.query_params or st.session_state.get(GREETED):
        gone()
        return
    about = focus.opened().focus
    if about is None:
        return
    st.caption(QUESTION)
    with st.container(horizontal=True, vertical_alignment="center"):
        for icon, (label, (page, own)) in zip(ICONS, JOBS.items(), strict=True):
            if st.button(escaped(label), icon=icon, key=f"job {label}"):
                gone()
                links.go(page, links.parameters(view.focused(about), **own))
        st.button(
            "Close", icon=":material/close:", type="tertiary", key="close greeting", on_click=gone
        )


def gone() -> None:
    """Greet nobody in this session any more: it was closed, or a door was taken."""
    st.session_state[GREETED] = True
