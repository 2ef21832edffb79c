"""The address bar: it always says what is looked at, so that it can be shared and gone back to."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple
from urllib.parse import urlencode

import streamlit as st

from pages.frame import asked
from pages.serving import scripts

_STATE = "_address"
"""Session key: what the address bar says."""


_OUT_OF_SIGHT = "<style>.st-key-address, .st-key-address-again { display: none }</style>"


class _Address(NamedTuple):
    """What the address bar says, or is about to."""

    page: str = ""
    query: str = ""
    keys: tuple[str, ...] = ()  # those shared by pages that act on this one
    run: int = 0  # how often it was written
    is_entry: bool = False  # whether another query is an entry of its own in the history


def begin(*, is_led_here: bool) -> None:
    """Begin a run, to which a link or the browser's own buttons led, or something by hand."""
    last = _last()
    is_here = last.page == asked.page()
    st.session_state[_STATE] = last._replace(is_entry=is_here and not is_led_here)


def write(keys: Sequence[str]) -> None:
    """Write what is asked into the address of the page that is drawn.

    Args:
        keys: Which of the keys that pages share act on this one.
    """
    _write(tuple(keys), is_new_page=True)


def finish() -> None:
    """Write it again where the page, as it was drawn, found that something else is asked."""
    last = _last()
    if last.page == asked.page():
        _write(last.keys, is_new_page=False)


def written() -> str:
    """The parameters in the address bar."""
    return _last().query


def _write(keys: tuple[str, ...], *, is_new_page: bool) -> None:
    last, query = _last(), urlencode(asked.link(keys), doseq=True)
    is_other = query != last.query
    if not (is_other or is_new_page):
        return
    # Whatever else is asked in the same run belongs to the same entry.
    is_entry = last.is_entry and not is_other
    now = _Address(asked.page(), query, keys, last.run + 1, is_entry)
    st.session_state[_STATE] = now
    how = "new" if is_other and last.is_entry else "same"
    told = {"page": now.page, "query": query, "how": how, "run": str(now.run)}
    data = " ".join(f'data-{key}="{escape(value)}"' for key, value in told.items())
    with st.container(key=f"address{'' if is_new_page else '-again'}"):
        st.html(
            f"{_OUT_OF_SIGHT}<script {data}>{scripts.ADDRESS}</script>",
            unsafe_allow_javascript=True,
        )


def _last() -> _Address:
    found: _Address = st.session_state.get(_STATE, _Address())
    return found
