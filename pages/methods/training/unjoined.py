"""Logs, configurations and training files that belong to no run that is known."""

import streamlit as st

from pages.ui.parts import prose
from pages.ui.view import store


def told() -> None:
    """Each of them, and why nothing was guessed; nothing where there is none."""
    found = store.query("unjoined")
    if not found.is_empty():
        st.text("These could not be joined to any run; nothing was guessed:")
        prose.table(found, "unjoined")
