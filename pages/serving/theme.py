"""The theme: where it changes while a page is open, its charts are drawn again in its colours."""

import streamlit as st

from pages.serving import scripts

_OUT_OF_SIGHT = "<style>.st-key-theme { display: none }</style>"


def follow() -> None:
    """Have the page run again where the theme changes: Streamlit recolours all but the charts."""
    with st.container(key="theme"):
        st.button("Draw again", key="drawn-again")
        st.html(f"{_OUT_OF_SIGHT}<script>{scripts.THEME}</script>", unsafe_allow_javascript=True)
