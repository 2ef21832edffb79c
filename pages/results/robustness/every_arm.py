"""Every arm in every way of counting, the least robust first."""

from functools import partial

import streamlit as st

from pages.frame import links
from pages.results.robustness import frames, panels, scope, sentences, strips
from pages.results.robustness.scope import Destination, Scope
from pages.ui.parts import defined, markup, tables
from pages.ui.view import cells
from pages.ui.words import numbers
from warehouse import defaults

TITLE = "Every arm"

STRIPS = (
    "Each tick is one way of counting; the ring is the one on screen. Shaded: differences within "
    "the margin. Click a tick to see which choices its arm hangs on."
)


def draw(here: Scope) -> Destination | None:
    """All arms; the page of another arm, where one was clicked."""
    explored = here.explored
    st.markdown(markup.escaped(sentences.every_arm(explored)))
    if explored.survival.is_empty():
        tables.plain(frames.rates(explored.table), "ranges")
        return None
    lines = frames.strips(explored)
    margin = numbers.hundredth(here.view.margin)
    draw = partial(strips.strips, every=lines, margin=margin)
    clicked = panels.shown(lines, draw, "strips")
    defined.caption(STRIPS)
    with st.expander("The table behind it"):
        tables.plain(frames.survivals(explored.survival), "survival")
    raw = cells.stamped(explored.survival, here.view)
    scope.taken(here, raw, partial(panels.together, lines, draw), "survival", STRIPS)
    if clicked is None:
        return None
    against = None if here.against == defaults.BASELINE else here.against
    arm = scope.called(explored.survival.row(clicked, named=True), here.claimed.table)
    return links.ROBUSTNESS, links.parameters(here.view, arm=arm, against=against)
