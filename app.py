"""The app's frame: its pages, the sidebar's filters, and the page that was asked for."""

import streamlit as st

from pages.frame import addressbar, filters, links
from pages.serving import listening, style
from pages.ui.parts import skeleton
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import values
from warehouse.errors import BrittlescopeError

SCOPES: dict[str, filters.PageScope] = {}
"""What each page is about, by its title."""


def _page(
    place: str, title: str, icon: str, scope: filters.PageScope, default: bool = False
) -> st.Page:
    """A page by its place in `pages`; the last part of it is its address."""
    name = place.rpartition("/")[2]
    SCOPES[title] = scope
    script = f"pages/{place}/page.py"
    return st.Page(script, title=title, icon=f":material/{icon}:", url_path=name, default=default)


PAGES = {
    "Results": [
        _page("results/overview", "Overview", "grid_view", filters.MAP, default=True),
        _page("results/rates", "Rates", "percent", filters.FOCUSED),
        _page("results/brittleness", "Brittleness", "blur_on", filters.FOCUSED),
        _page("results/interventions", "Interventions", "vaccines", filters.FOCUSED),
        _page("results/robustness", "Robustness", "balance", filters.FOCUSED),
        _page("results/published", "Published", "menu_book", filters.MAP),
    ],
    "Reading": [
        _page("reading/transcripts", "Transcripts", "forum", filters.FOCUSED),
        _page("reading/compare", "Compare", "compare", filters.FOCUSED),
        _page("reading/desk", "Desk", "push_pin", filters.FOCUSED),
    ],
    "Judging": [
        _page("judging/rate", "Rate", "rate_review", filters.NOTHING),
        _page("judging/agreement", "Agreement", "handshake", filters.FOCUSED),
    ],
    "Methods": [
        _page("methods/study", "Study", "science", filters.NOTHING),
        _page("methods/training", "Training", "model_training", filters.RUNS),
        _page("methods/sources", "Sources", "folder_open", filters.NOTHING),
    ],
}

OVERVIEW = "overview"
"""What the page without an address of its own is called in links."""

WITHOUT_SNAPSHOT = ("", "published", "study", "sources")
"""The pages, by URL path, that have something to show before anything is imported."""

links.take_note()

# A picture of our own: the browser would fetch a Material icon for the tab from its maker.
st.set_page_config(page_title=values.APP, page_icon="pages/ui/icon.svg", layout="wide")
st.html(style.sheet(PAGES))
listening.follow()
chosen = st.navigation([page for pages in PAGES.values() for page in pages], expanded=True)
links.arrive(chosen.url_path or OVERVIEW)

try:
    built = store.current() is not None
    if built:
        named = {page.url_path or OVERVIEW: page for pages in PAGES.values() for page in pages}
        filters.draw(SCOPES[chosen.title], named)
    if built or chosen.url_path in WITHOUT_SNAPSHOT:
        chosen.run()
    else:
        st.title(escaped(chosen.title), anchor=False)
        skeleton.nothing_built()
    addressbar.finish()
except BrittlescopeError as error:
    st.error(escaped(str(error)), icon=":material/error:")
