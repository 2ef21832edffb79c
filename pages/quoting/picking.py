"""The button that puts an answer on the desk, wherever one is read."""

from collections.abc import Sequence

import streamlit as st

from pages.ui.parts.markup import escaped
from pages.ui.view import store
from warehouse import picks
from warehouse.analysis import Analysis
from warehouse.errors import BrittlescopeError
from warehouse.journal import Entry
from warehouse.picks import Pick, PickFound

Stamp = tuple[tuple[str, int, int], ...]


Lying = tuple[int, int | None]
"""A sample on the desk, and the number of its message where it is one that lies there."""


def button(
    view: Analysis, key: int, chosen: str, lying: Sequence[Lying], number: int | None = None
) -> None:
    """Draw it; what lies on the desk already says so.

    Args:
        view: How the answer is judged and counted.
        key: Its sample.
        chosen: How it came to be chosen, in a sentence.
        lying: What lies on the desk (`lying`).
        number: Of the message that is meant, where it is not the answer.
    """
    is_there = (key, number) in lying
    what = "answer" if number is None else "message"
    st.button(
        "On the desk" if is_there else "Pick",
        key=f"pick-{key}" if number is None else f"pick-{key}-{number}",
        icon=":material/check:" if is_there else ":material/push_pin:",
        help=f"Puts the {what} on the desk, for a write-up.",
        disabled=is_there,
        on_click=_put,
        args=(view, key, chosen, number),
    )


def lying() -> list[Lying]:
    """The samples that lie on the desk, and their messages."""
    return [(one.key, one.entry.body.number) for one in found() if one.key is not None]


def found() -> list[PickFound]:
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
def _found(stamp: Stamp) -> list[PickFound]:
    opened = store.opened()
    return picks.found(opened, picks.on_desk(opened.data))


def _put(view: Analysis, key: int, chosen: str, number: int | None) -> None:
    try:
        picks.put(store.opened(), view, key, chosen, number)
    except BrittlescopeError as error:
        st.toast(escaped(str(error)))
        return
    what = "answer" if number is None else "message"
    st.toast(f"The {what} is on the desk.", icon=":material/push_pin:")
