"""Whether the loaded rates agree with the figures of the literature."""

from functools import partial

import streamlit as st

from pages.results.published import dumbbell, literature
from pages.ui.charts import base
from pages.ui.parts import bounded, downloads, markup, prose, skeleton, tables
from pages.ui.view import bound, filters, links
from pages.ui.words import glossary

view = literature.own(filters.current())
skeleton.title("Do the loaded numbers agree with the literature?", glossary.COMPARED)
counts = skeleton.counts(view)

every = literature.chosen(view)
with st.container(horizontal=True):
    sources = bound.many("Source", literature.cites(every), "source")
    metrics = bound.many("Measure", literature.measures(every), "measures")
figures = literature.chosen(view, sources, metrics)
pairs = literature.beside(figures, view)
checks = pairs.filter("is_check")
figures, found = literature.apart(figures, pairs)

skeleton.answer(literature.sentence(figures, found))
if (told := literature.unheeded(filters.current())) is not None:
    st.info(markup.escaped(told), icon=":material/rule:")

kept = bounded.lines(found)
panels = literature.panels(kept)
clicked = None
for at, (heading, part) in enumerate(panels.items()):
    st.markdown(f"**{markup.escaped(heading)}**")
    mark = base.shown(partial(dumbbell.dumbbell, part, legend=at == 0), heading)
    clicked = clicked if mark is None else mark
if panels:
    st.caption(dumbbell.LEGEND)
    bounded.say(kept.height, found.height, "figures")
    tables.plain(literature.table(found, counts, view), "pairs")
    downloads.buttons(
        literature.raw(found), partial(dumbbell.stacked, panels), "published", dumbbell.LEGEND
    )

unlike = literature.differing(found)
if unlike.height:
    st.subheader("Not counted alike", anchor=False)
    st.caption("Their gap may come from the definition alone; nothing here is averaged over it.")
    prose.table(unlike, "unlike")

if checks.height:
    st.subheader("A check of the import", anchor=False)
    st.caption(markup.escaped(literature.checked(checks)))
    tables.plain(literature.table(checks, counts, view), "checks")

rest = literature.alone(figures, found)
if rest.height:
    st.subheader("Published, with nothing to hold beside it", anchor=False)
    st.caption(markup.escaped(literature.why_alone(rest)))
    tables.plain(rest, "alone")

with st.expander("What the figures measure, and where they were published"):
    prose.table(literature.definitions(figures), "definitions")
    prose.table(literature.sources(figures), "sources")
skeleton.details(counts, view)
skeleton.footer(view, counts, figures="published ones have the intervals of their sources")

if clicked is not None:
    cell = view.narrowed(pairs.row(clicked, named=True), counts)
    links.go(links.TRANSCRIPTS, links.parameters(cell, only="planned"))
