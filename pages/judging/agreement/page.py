"""Whether judges and people agree, and what a rate is without a judge's errors."""

import polars as pl
import streamlit as st

from pages.frame import bound, filters
from pages.judging.agreement import ALONE, SECTIONS, found
from pages.printing import claiming
from pages.ui.parts import skeleton
from pages.ui.view import inline
from pages.ui.words import glossary
from pages.working import rebuild

view = filters.current()
skeleton.title("Do judges and people agree?", glossary.COUNTED)
counts = skeleton.counts(view)
rebuild.draw()
pairs = found.pairs(view)
if not pairs:
    skeleton.answer("One judge judged these answers alone: there is nobody to agree with.")
    st.markdown("Let people rate some of them on the Rate page, or judge them again by another:")
    st.code(found.COMMANDS, language=None, wrap_lines=True)
    for name in ALONE:
        with st.expander(SECTIONS[name].TITLE):
            SECTIONS[name].draw(view, None)
    skeleton.footer(view, counts)
    st.stop()

head = st.container()
with st.container(horizontal=True):
    chosen = pairs[bound.one("Judges", {key: p.name for key, p in pairs.items()}, "pair",
                             draw=inline.menu)]  # fmt: skip
    key = ("study", "experiment", "trait", "judge", "other")
    cell = pl.DataFrame([{name: chosen.row[name] for name in key}], infer_schema_length=None)
    asked = found.everybody(view)
    claiming.popover(asked, ["agreement"], cell, [chosen.name], "agreement")
titles = {name: section.TITLE for name, section in SECTIONS.items()}
section = bound.row("Section", titles, "part")
with head:
    skeleton.answer(chosen.sentence)
SECTIONS[section].draw(view, chosen)
skeleton.details(counts, view)
skeleton.footer(view, counts)
