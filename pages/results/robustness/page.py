"""How much of a conclusion hangs on a threshold, a judge or a question."""

import streamlit as st

from pages.frame import bound, filters, links
from pages.results.robustness import SECTIONS, scope, sentences, ways
from pages.ui.parts import skeleton
from pages.ui.parts.markup import escaped
from pages.ui.view import inline
from pages.ui.words import glossary, numbers

view = filters.current()
skeleton.title("How much hangs on a threshold, a judge or a question?", glossary.CHOICES)
counts = skeleton.counts(view)
if (told := scope.too_many(counts)) is not None:
    st.info(escaped(told), icon=":material/filter_alt:")
    skeleton.footer(view, counts)
    st.stop()

head = st.container()
with st.container(horizontal=True, key="sentences"):
    against = bound.one("About", scope.AGAINST, "against", draw=inline.menu)
    claimed = ways.claimed(view, against)
    arms = scope.arms(claimed)
    arm = bound.one("Arm", arms, "arm", draw=inline.menu)
here = scope.Scope(view, counts, against, claimed, arm, arms[arm])
section = bound.row("Section", bound.sections(SECTIONS, here), "part")

with head:
    skeleton.answer(sentences.answer(here))
to = SECTIONS[section].draw(here)

skeleton.details(counts, view.beside(against), ["intervention"], command="multiverse")
skeleton.footer(view, counts, margin=numbers.margin(view.margin))

if to is not None:
    links.go(*to)
