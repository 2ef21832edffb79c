"""The app's frame: its pages, the sidebar's filters, and the page that was asked for."""

import streamlit as st

from pages.ui import filters, labels, links, page, store
from warehouse.errors import BrittlescopeError

PAGES = {
    "Results": [
        st.Page(
            "pages/results/overview.py",
            title="Overview",
            icon=":material/grid_view:",
            url_path="overview",
            default=True,
        ),
        st.Page(
            "pages/results/rates.py",
            title="Rates",
            icon=":material/percent:",
            url_path="rates",
        ),
    ],
    "Reading": [
        st.Page(
            "pages/reading/transcripts.py",
            title="Transcripts",
            icon=":material/forum:",
            url_path="transcripts",
        ),
    ],
    "Methods": [
        st.Page(
            "pages/methods/training.py",
            title="Training",
            icon=":material/model_training:",
            url_path="training",
        ),
        st.Page(
            "pages/methods/sources.py",
            title="Sources",
            icon=":material/folder_open:",
            url_path="sources",
        ),
    ],
}

# A picture of our own: the browser would fetch a Material icon for the tab from its maker.
st.set_page_config(page_title=labels.APP, page_icon="pages/ui/icon.svg", layout="wide")
links.arrive()
chosen = st.navigation(PAGES)

try:
    if store.current() is None:
        st.title(chosen.title, anchor=False)
        page.nothing_built()
    else:
        with st.sidebar:
            filters.draw()
        chosen.run()
except BrittlescopeError as error:
    st.error(str(error), icon=":material/error:")
