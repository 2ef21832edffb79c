"""The breadcrumb of a part: which page led here, what of it is shown, and the way back to all."""

from collections.abc import Mapping

import streamlit as st

from pages.frame import asked, links
from pages.ui.parts.markup import escaped
from pages.ui.words import columns, numbers, values

SAID = ("model", "dataset", "intervention", "eval_intervention", "kind", "relevance", "placement")
"""The filters that say in words what a part is; the others count what they name."""

FEW = 2
"""How many values of one filter are named; more are counted."""


def draw(pages: Mapping[str, st.Page]) -> None:
    """Draw the breadcrumb where a part of another page is shown.

    Args:
        pages: The pages by the last part of their address.
    """
    part = asked.part()
    if part is None:
        return
    origin = pages.get(part[asked.FROM][0])
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="crumbs"):
        if origin is not None:
            label = escaped(origin.title)
            if st.button(label, type="tertiary", icon=":material/arrow_back:", key="origin"):
                asked.whole()
                links.turn(origin)
            st.markdown(":material/chevron_right:", width="content")
        st.markdown(escaped(said(part)), width="content")
        st.button(
            "Show all", type="tertiary", icon=":material/close:", key="whole", on_click=asked.whole
        )


def said(part: asked.Values) -> str:
    """What a part is, in one line."""
    told = []
    for key in asked.FILTERS:
        names = part.get(key, [])
        if key in SAID and 0 < len(names) <= FEW:
            told.append(numbers.listing(_name(key, name) for name in names))
        elif names and key not in ("run", "evaluation"):
            told.append(numbers.plural(len(names), columns.label(key).lower()))
    return " · ".join(told) or "some of the answers"


def _name(key: str, name: str) -> str:
    return "Control" if (key, name) == ("intervention", "none") else values.value(key, name)
