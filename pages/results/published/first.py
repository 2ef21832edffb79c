"""What Published shows before anything is imported: the field as it stands."""

import streamlit as st

from pages.landscape import fieldmap
from pages.results.published import listed
from pages.ui.parts import prose, skeleton
from pages.ui.parts.markup import escaped
from warehouse import published


def draw() -> None:
    """The literature in one picture, every figure in a table, and how to bring one's own."""
    skeleton.title("What has been published?")
    field = fieldmap.picture()
    skeleton.answer(fieldmap.sentence(field))
    fieldmap.draw(field, "field")
    figures = published.figures()
    with st.expander(escaped(f"All {figures.height} published figures")):
        prose.table(listed.plain(figures), "figures")
    with st.expander("What the figures measure, and where they were published"):
        prose.table(listed.definitions(figures), "definitions")
        prose.table(listed.sources(figures), "sources")
    skeleton.nothing_built()
