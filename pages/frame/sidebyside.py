"""What is chosen to be compared: two to four arms, each with a question or without, on Compare."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.frame import links
from pages.ui.parts.markup import escaped
from pages.ui.words import armnames
from warehouse.analysis import Analysis
from warehouse.counting import Slice

MOST = 4
"""How many stand side by side at most."""

FOCUS = ("study", "experiment", "trait", "judge")


def popover(
    view: Analysis, offered: Sequence[Mapping[str, Any]], labels: Sequence[str], name: str
) -> None:
    """A popover that leads to Compare, of what is chosen in it.

    Args:
        view: How is counted.
        offered: What can be chosen: the dimensions of its arm, of its focus as far as it has one,
            and its question where it is about one.
        labels: What each is called.
        name: Of what is on screen, for keys.
    """
    with st.container(width="content"):  # a fragment's own place would take the whole row
        _popover(view, offered, labels, name)


@st.fragment
def _popover(
    view: Analysis, offered: Sequence[Mapping[str, Any]], labels: Sequence[str], name: str
) -> None:
    with st.popover(
        "Compare", icon=":material/compare:", key=f"{name}-compare", on_change="rerun"
    ) as opened:
        if not opened.open:
            return
        chosen = st.multiselect(
            "Side by side",
            range(len(offered)),
            format_func=lambda at: labels[at],
            max_selections=MOST,
            key=f"{name}-compared",
            placeholder=f"Choose two, up to {MOST}",
        )
        to = destination(view, [offered[at] for at in chosen])
        if isinstance(to, str):
            st.caption(escaped(to))
            return
        links.door(links.COMPARE, "Compare", ":material/arrow_forward:", to)


def destination(view: Analysis, chosen: Sequence[Mapping[str, Any]]) -> links.Parameters | str:
    """What Compare is asked for, or why it cannot show them side by side."""
    keys = list(dict.fromkeys(armnames.key(row) for row in chosen))
    if len(chosen) < 2:
        return "Their answers to one question stand side by side."
    for name in FOCUS:
        if len({row.get(name) for row in chosen}) > 1:
            return f"These differ in their {name}, so that no question has answers of all."
    if len(keys) < 2:
        return "These are answers of one arm; choose one of another."
    told = {name: row for name in FOCUS if (row := chosen[0].get(name)) is not None}
    asked = replace(view, slice=replace(Slice().narrowed(**told), domain=view.slice.domain))
    questions = dict.fromkeys(row["question"] for row in chosen if row.get("question"))
    return links.parameters(asked) | {"arm": keys, "about": [*questions][:1]}
