"""How much of a conclusion hangs on a threshold, a judge or a question."""

import streamlit as st

from pages.ui import bound, filters, links, page, ways
from pages.ui.markup import escaped
from pages.ui.robustness import SECTIONS, scope, sentences

view = filters.current()
page.title("How much hangs on a threshold, a judge or a question?")
counts = page.counts(view)
if (told := scope.too_many(counts)) is not None:
    st.info(escaped(told), icon=":material/filter_alt:")
    page.footer(view, counts)
    st.stop()

head = st.container()
with st.container(horizontal=True):
    against = bound.one("Conclusions about", scope.AGAINST, "against")
    explored = ways.explored(view, against)
    arms = scope.arms(explored)
    arm = bound.one("Look closer at", arms, "arm")
with head:
    page.answer(sentences.answer(explored))
    page.judges_apart(counts)

titles = {name: section.TITLE for name, section in SECTIONS.items()}
section = bound.row("Section", titles, "part")
to = SECTIONS[section].draw(scope.Scope(view, counts, against, explored, arm, arms[arm]))

page.details(counts, view, ["intervention"])
page.footer(view, counts, margin=f"±{100 * view.margin:g} points")

if to is not None:
    links.go(*to)
