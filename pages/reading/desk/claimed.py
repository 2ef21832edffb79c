"""The claims of a write-up on the desk: each with what it says, and whether it still holds."""

from collections import Counter
from typing import Any

import polars as pl
import streamlit as st

from pages.printing import claiming
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from warehouse import claims
from warehouse.claims import Checked
from warehouse.errors import BrittlescopeError

STATES = {"same": "As it was kept", "changed": "Changed", "lost": "Not computable"}
"""What became of a claim."""


def draw() -> None:
    """The claims, folded; what does not hold any more stands above them."""
    read = claiming.journal().read()
    for fault in read.faults:
        st.warning(
            escaped(
                f"A claim is left out. {fault.file.name}, line {fault.line:,}: {fault.reason}."
            ),
            icon=":material/report:",
        )
    checked = _checked(claiming.journal().stamp())
    if not checked:
        return
    for one in checked:
        if one.state != "same":
            st.warning(escaped(str(one)), icon=":material/difference:")
    with st.expander(escaped(summary(checked)), icon=":material/bookmark:"):
        st.dataframe(_table(checked), hide_index=True, key="claims")
        names = [one.claim.name for one in checked]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox("Claim", names, key="claim-dropped", width=320)
            st.button("Remove the claim", key="claim-drop", on_click=_drop)


def summary(checked: list[Checked]) -> str:
    """How many claims there are, and how many of them hold."""
    told = Counter[str](one.state for one in checked)
    parts = [f"{told[state]:,} {name.lower()}" for state, name in STATES.items() if told[state]]
    return f"Claims: {', '.join(parts)}"


def _table(checked: list[Checked]) -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {
            "Name": one.claim.name,
            "Claim": str(one.claim),
            "State": STATES[one.state],
            "Today": str(one.now) if one.now else one.why,
            "Sentence": one.claim.sentence,
            "In LaTeX": rf"\brittle{{{one.claim.name}}}",
        }
        for one in checked
    ]
    return pl.DataFrame(rows)


@store.memo("Checking claims …", entries=4)
def _checked(stamp: tuple[tuple[str, int, int], ...]) -> list[Checked]:
    rules = store.all_rules()
    entries = claiming.journal().read().entries
    return [claims.check(store.opened(), entry.body, rules) for entry in entries]


def _drop() -> None:
    name = st.session_state["claim-dropped"]
    for entry in claiming.journal().read().entries:
        if entry.body.name == name:
            try:
                claiming.journal().drop(entry.id)
            except BrittlescopeError as error:
                st.toast(escaped(str(error)))
