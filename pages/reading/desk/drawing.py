"""Draws transcripts by a declared rule and puts them on the desk."""

from contextlib import AbstractContextManager

import streamlit as st

from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import columns, numbers
from warehouse import draws, picks
from warehouse.analysis import Analysis
from warehouse.draws import WAYS
from warehouse.errors import BrittlescopeError
from warehouse.transcripts import Filter

MOST = 50
"""How many transcripts are drawn at once; a desk is no list."""

FIRST = "balanced"

USUAL = 3

ONLY = tuple(draws.MEET)
"""What may be drawn from."""

EACH = ("intervention", "eval_intervention", "model", "dataset", "question")
"""What each value of can have a draw of its own."""

SAID = "_drawn"
"""Session key: what the last draw came to."""


def beside() -> AbstractContextManager[object]:
    """Where what is done with the desk stands."""
    return st.container(horizontal=True, vertical_alignment="center")


def popover(view: Analysis) -> None:
    """What is asked of a draw, and the button that draws; what came of it stands below."""
    with st.popover("Draw", icon=":material/casino:", type="primary"):
        ways = sorted(WAYS, key=lambda name: name != FIRST)
        st.selectbox("Rule", ways, format_func=lambda name: WAYS[name].title, key="draw-way")
        with st.container(horizontal=True):
            st.number_input("How many", 1, MOST, USUAL, key="draw-n")
            st.number_input("Seed", 0, 2**31, 0, key="draw-seed")
        st.selectbox("From answers that", ONLY, ONLY.index(draws.SHOWING.only), key="draw-only",
                     format_func=lambda name: draws.MEET[name])  # fmt: skip
        st.selectbox("So many for each", (None, *EACH), format_func=_each, key="draw-by")
        st.button(
            "Draw and put on the desk", type="primary", key="draw", on_click=_draw, args=(view,)
        )
        st.caption("From what the bar and the filters say. The same seed draws the same.")
    if said := st.session_state.pop(SAID, None):
        st.toast(escaped(said))


def _each(name: str | None) -> str:
    return "All together" if name is None else columns.label(name)


def _draw(view: Analysis) -> None:
    asked = {name: st.session_state[f"draw-{name}"] for name in ("way", "n", "seed", "only", "by")}
    try:
        drawn = draws.draw(
            store.opened(),
            view,
            asked["way"],
            int(asked["n"]),
            int(asked["seed"]),
            Filter(only=asked["only"]),
            () if asked["by"] is None else (asked["by"],),
        )
        if len(drawn.keys) > MOST:
            st.session_state[SAID] = (
                f"That would be {numbers.plural(len(drawn.keys), 'transcript')}; "
                f"a draw puts at most {MOST} on the desk."
            )
            return
        picks.put_drawn(store.opened(), view, drawn)
    except BrittlescopeError as error:
        st.session_state[SAID] = str(error)
        return
    lacks = f"Nothing was drawn: {WAYS[asked['way']].lacks}."
    st.session_state[SAID] = drawn.told if drawn.keys else lacks
