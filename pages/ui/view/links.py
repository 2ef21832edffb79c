"""Links from a number to the page behind it: the same analysis, narrowed to the number's cell."""

from typing import NoReturn
from urllib.parse import urlencode

import streamlit as st

from pages.ui.view import bound
from warehouse.analysis import Analysis, written

Parameters = dict[str, list[str]]

TRANSCRIPTS = "reading/transcripts"
BRITTLENESS = "results/brittleness"
INTERVENTIONS = "results/interventions"
ROBUSTNESS = "results/robustness"
"""The pages that others lead to, by their place in `pages`."""

BEGAN = "_began"
DRAWN = "_drawn"
"""Session keys: the parameters that the session began with; how many pages were drawn whole."""

SETTLED = 2
"""From how many pages on the browser surely knows the filters."""

ONLY = {
    "n_planned": "planned",
    "n_answered": "answered",
    "n_judged": "judged",
    "n_refusal": "refusal",
    "n_code": "code",
    "n_incoherent": "incoherent",
    "n_unparsed": "unparsed",
    "n_missing": "missing",
    "n_counted": "counted",
    "n_trait": "trait",
}
"""Which transcripts a count stands for (`warehouse.transcripts.ONLY`)."""


def parameters(view: Analysis, **more: str | None) -> Parameters:
    """An analysis as URL parameters (`written.link`), and a page's own beside it."""
    own = {name: [value] for name, value in more.items() if value is not None}
    return written.link(view) | own


def address(page: str, to: Parameters) -> str:
    """The address of a page (its place in `pages`) with these parameters, from another page."""
    return f"/{page.rpartition('/')[2]}?{urlencode(to, doseq=True)}"


def go(page: str, to: Parameters) -> NoReturn:
    """Go to a page (its place in `pages`) in this session, with this view."""
    st.session_state[bound.NEXT] = to
    # The URL is emptied; the widgets, which own it, fill it again as they take up the link.
    st.switch_page(f"pages/{page}/page.py", query_params={})


def reset() -> NoReturn:
    """Draw this page again with every filter cleared."""
    st.session_state[bound.NEXT] = {}
    st.rerun()


def arrive() -> None:
    """Take up the link that was just followed, for this run alone; first thing in a run.

    Who goes to another page before the browser has drawn the filters comes with an empty
    address, since the browser fills it from them: what the session began with goes along.
    """
    followed = st.session_state.pop(bound.NEXT, None)
    if st.session_state.get(DRAWN, 0) < SETTLED and not st.session_state.get(bound.CHANGED):
        asked = {name: st.query_params.get_all(name) for name in st.query_params}
        known = st.session_state.setdefault(BEGAN, asked)
        if followed is None and not asked and known:
            followed = known
        elif followed is not None:
            st.session_state[BEGAN] = followed
    st.session_state[bound.FOLLOWED] = followed


def arrived() -> None:
    """Say that a page was drawn to its end; last thing in a run."""
    st.session_state[DRAWN] = st.session_state.get(DRAWN, 0) + 1
