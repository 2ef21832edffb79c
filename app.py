"""The app's frame: its pages, the sidebar's filters, and the page that was asked for."""

import streamlit as st

from pages.serving import style
from pages.ui.parts import skeleton
from pages.ui.parts.markup import escaped
from pages.ui.view import filters, links, store
from pages.ui.words import values
from warehouse.errors import BrittlescopeError


def _page(place: str, title: str, icon: str, default: bool = False) -> st.Page:
    """A page by its place in `pages`; the last part of it is its address."""
    name = place.rpartition("/")[2]
    script = f"pages/{place}/page.py"
    return st.Page(script, title=title, icon=f":material/{icon}:", url_path=name, default=default)


PAGES = {
    "Results": [
        _page("results/overview", "Overview", "grid_view", default=True),
        _page("results/rates", "Rates", "percent"),
        _page("results/brittleness", "Brittleness", "blur_on"),
        _page("results/interventions", "Interventions", "vaccines"),
        _page("results/robustness", "Robustness", "balance"),
        _page("results/published", "Published", "menu_book"),
    ],
    "Reading": [
        _page("reading/transcripts", "Transcripts", "forum"),
    ],
    "Methods": [
        _page("methods/study", "Study", "science"),
        _page("methods/training", "Training", "model_training"),
        _page("methods/sources", "Sources", "folder_open"),
    ],
}

WITHOUT_SNAPSHOT = ("", "published", "study")
"""The pages, by URL path, that have something to show before anything is imported."""

# A picture of our own: the browser would fetch a Material icon for the tab from its maker.
st.set_page_config(page_title=values.APP, page_icon="pages/ui/icon.svg", layout="wide")
links.arrive()
st.html(style.sheet(PAGES))
chosen = st.navigation([page for pages in PAGES.values() for page in pages])

try:
    built = store.current() is not None
    if built:
        with st.sidebar:
            filters.draw()
    if built or chosen.url_path in WITHOUT_SNAPSHOT:
        chosen.run()
    else:
        st.title(escaped(chosen.title), anchor=False)
        skeleton.nothing_built()
except BrittlescopeError as error:
    st.error(escaped(str(error)), icon=":material/error:")
links.arrived()
