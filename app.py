"""The app's frame: its pages, the sidebar's filters, and the page that was asked for."""

import streamlit as st

from pages.ui import filters, labels, links, page, store, tables
from pages.ui.markup import escaped
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
        st.Page(
            "pages/results/brittleness.py",
            title="Brittleness",
            icon=":material/blur_on:",
            url_path="brittleness",
        ),
        st.Page(
            "pages/results/interventions.py",
            title="Interventions",
            icon=":material/vaccines:",
            url_path="interventions",
        ),
        st.Page(
            "pages/results/robustness.py",
            title="Robustness",
            icon=":material/balance:",
            url_path="robustness",
        ),
        st.Page(
            "pages/results/published.py",
            title="Published",
            icon=":material/menu_book:",
            url_path="published",
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
            "pages/methods/study.py",
            title="Study",
            icon=":material/science:",
            url_path="study",
        ),
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

WITHOUT_SNAPSHOT = ("study",)
"""The pages, by URL path, that have something to show before anything is imported."""

# A picture of our own: the browser would fetch a Material icon for the tab from its maker.
st.set_page_config(page_title=labels.APP, page_icon="pages/ui/icon.svg", layout="wide")
st.html(tables.WITHOUT_EXPORT)
links.arrive()
chosen = st.navigation(PAGES)

try:
    built = store.current() is not None
    if built:
        with st.sidebar:
            filters.draw()
    if built or chosen.url_path in WITHOUT_SNAPSHOT:
        chosen.run()
    else:
        st.title(escaped(chosen.title), anchor=False)
        page.nothing_built()
except BrittlescopeError as error:
    st.error(escaped(str(error)), icon=":material/error:")
