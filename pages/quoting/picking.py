"""The button that puts an answer on the desk, wherever one is read."""

from collections.abc import Sequence

import streamlit as st

from pages.ui.parts.markup import escaped
from pages.ui.view import store
from warehouse import picks
from warehouse.analysis import Analysis
from warehouse.errors import BrittlescopeError
from warehouse.journal import Entry
from warehouse.picks import Found, Pick

Stamp = tuple[tuple[str, int, int], ...]


def button(view: Analysis, key: int, chosen: str, lying: Sequence[int]) -> None:
    """Draw it; what lies on the desk already says so.

    Args:
        view: How the answer is judged and counted.
        key: Its sample.
        chosen: How it came to be chosen, in a sentence.
        lying: What lies on the desk (`lying`).
    """
    is_there = key in lying
    st.button(
        "On the desk" if is_there else "Pick",
        key=f"pick-{key}",
        icon=":material/check:" if is_there else ":material/push_pin:",
        help="Puts the answer on the desk, for a write-up.",
        disabled=is_there,
        on_click=_put,
        args=(view, key, chosen),
    )


def lying() -> list[int]:
    """The samples that lie on the desk."""
    return [one.key for one in found() if one.key is not None]


def found() -> list[Found]:
    """What lies on the desk, in its order, and where each answer stands today."""
    return _found(picks.journal(store.data_folder()).stamp())


def faults() -> list[str]:
    """A sentence for every line of the journal that somebody changed by hand."""
    journal = picks.journal(store.data_folder())
    return [f"{one.file.name}, line {one.line:,}: {one.reason}" for one in journal.read().faults]


def entries() -> list[Entry[Pick]]:
    """The picks in their order, whatever became of their answers."""
    return [one.entry for one in found()]


@store.memo()
def _found(stamp: Stamp) -> list[Found]:
    opened = store.opened()
    return picks.found(opened, picks.on_desk(opened.data))


def _put(view: Analysis, key: int, chosen: str) -> None:
    try:
        picks.put(store.opened(), view, key, chosen)
    except BrittlescopeError as error:
        st.toast(escaped(str(error)))
        return
    st.toast("The answer is on the desk.", icon=":material/push_pin:")
