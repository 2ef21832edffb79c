"""What listens in the browser on every page: for another theme, and for keys on a chart's marks."""

import streamlit as st

from pages.serving import scripts

_OUT_OF_SIGHT = "<style>.st-key-listening { display: none }</style>"


def follow() -> None:
    """Have the page run again where the theme changes, and marks reached and opened by keys.

    Streamlit recolours all but the charts, and lets only a pointer reach what they show.
    """
    with st.container(key="listening"):
        st.button("Draw again", key="drawn-again")
        ours = "".join(f"<script>{script}</script>" for script in (scripts.THEME, scripts.MARKS))
        st.html(f"{_OUT_OF_SIGHT}{ours}", unsafe_allow_javascript=True)
