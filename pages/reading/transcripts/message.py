"""One message of a conversation: chosen by hand or by a link, to be read, linked to and picked."""

from collections.abc import Sequence

import streamlit as st

from pages.frame import asked, bound
from pages.quoting import picking, sample
from pages.reading.transcripts import conversation
from pages.ui.parts import foreign
from pages.ui.words import numbers
from warehouse.analysis import Analysis
from warehouse.conversation import said
from warehouse.transcripts import Transcript

KEY = "message"
"""The key of a link that names a message, by its number from 1."""

WIDTH = 60
"""How many letters of a message its name in the menu has."""


def draw(
    shown: Transcript,
    view: Analysis,
    chosen: str,
    lying: Sequence[picking.Lying],
    is_covered: bool,
) -> None:
    """A menu of the messages of a conversation, and the one that is chosen; nothing without one."""
    if not shown.messages:
        return
    told = numbers.plural(len(shown.messages), "message")
    options = {"": f"{told}: read, link to or pick one"} | {
        str(at): f"{at}. {sample.role(one)}: {foreign.excerpt(said(one), width=WIDTH)}"
        for at, one in enumerate(shown.messages, 1)
    }
    number = bound.whole(bound.one("Message of the conversation", options, KEY))
    one = None if number is None else shown.message(number)
    if number is None or one is None:
        return
    with st.container(border=True):
        body = conversation.part(number, one)
        st.html(foreign.covered(body, "Sensitive text: show it") if is_covered else body)
        how = f"{chosen} Of its conversation, message {number:,} was chosen by hand."
        picking.button(view, shown.key, how, lying, number)
        st.caption("Link to this message")
        st.code(address(shown.key, number), language=None, wrap_lines=True)


def address(key: int, number: int | None = None) -> str:
    """The link to a sample, or to a message of its conversation."""
    page = (st.context.url or "").split("?")[0]
    return f"{page}?sample={key}" + ("" if number is None else f"&{KEY}={number}")


def let_go() -> None:
    """Ask for no message any more: another sample is read."""
    asked.ask(KEY, ())
    st.session_state.pop(KEY, None)
