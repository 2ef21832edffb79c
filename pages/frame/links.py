"""Links from a number to the page behind it: the same analysis, narrowed to the number's cell."""

from typing import NoReturn
from urllib.parse import parse_qs, urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.frame import addressbar, asked, bound
from pages.ui.parts.markup import escaped
from warehouse.analysis import Analysis, written

Parameters = dict[str, list[str]]

TRANSCRIPTS = "reading/transcripts"
COMPARE = "reading/compare"
BRITTLENESS = "results/brittleness"
INTERVENTIONS = "results/interventions"
ROBUSTNESS = "results/robustness"
AGREEMENT = "judging/agreement"
"""The pages that others lead to, by their place in `pages`."""

DOOR = "door"
"""The key by which a link within the app is known; the address bar does not keep it."""

_LED, _OFFERED = "_led", "_offered"
"""Session keys: the parameters of an address that is still to be followed, and of one that is only
where it leads to another page."""

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
    return f"/{_name(page)}?{urlencode(_of_part(to), doseq=True)}"


def door(page: str, label: str, icon: str, to: Parameters) -> None:
    """Draw a link to a page (its place in `pages`), to the part of this one that is meant."""
    place, marked = f"pages/{page}/page.py", _of_part(to) | {DOOR: ["open"]}
    st.page_link(place, label=escaped(label), icon=icon, query_params=marked)


def go(page: str, to: Parameters) -> NoReturn:
    """Go to a page (its place in `pages`) in this session, to the part of this one that is meant.

    The filters of the link are that page's alone: who comes back finds this page as it was.
    """
    st.session_state[bound.NEXT] = _of_part(to)
    turn(f"pages/{page}/page.py")


def turn(page: "str | st.Page") -> NoReturn:
    """Turn to a page as it was left."""
    # Streamlit writes these before it leaves: no entry of the history where they are there.
    st.switch_page(page, query_params=parse_qs(addressbar.written()))


def reset() -> NoReturn:
    """Draw this page again with every filter cleared."""
    asked.clear()
    st.rerun()


def take_note() -> None:
    """Keep the address where it is to be followed; before anything is drawn.

    A new session follows it, and so does going back or forward, and a link to another page
    (`door`). At any other time the session knows better what is asked: the browser learns of it
    afterwards, and who was quicker than that sends an address that is none. Whatever is drawn can
    be clicked, which ends the run.
    """
    context = get_script_run_ctx()
    found = {key: st.query_params.get_all(key) for key in st.query_params}
    is_door = bool(found.pop(DOOR, ()))
    if asked.began() and not (context is not None and context.is_history_navigation):
        st.session_state[_OFFERED] = found if is_door else {}
        return
    st.session_state[_LED] = found or st.session_state.get(_LED, {})


def arrive(name: str) -> None:
    """Begin to draw a page, by the last part of its address."""
    offered = st.session_state.pop(_OFFERED, {})
    is_door = bool(offered) and name != asked.page()
    asked.turn_to(name)
    led = st.session_state.pop(_LED, offered if is_door else None)
    followed = st.session_state.pop(bound.NEXT, led)
    if followed is not None:
        asked.follow(name, followed)
    addressbar.begin(is_led_here=led is not None)


def _name(page: str) -> str:
    return page.rpartition("/")[2]


def _of_part(to: Parameters) -> Parameters:
    """The link, saying from which page it leads, where its filters are narrower than all."""
    here = asked.page()
    is_part = any(key in asked.FILTERS for key in to)
    return to | ({asked.FROM: [here]} if here and is_part else {})
