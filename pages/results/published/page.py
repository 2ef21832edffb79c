"""Whether the loaded rates agree with the figures of the literature, and what it has found."""

from functools import partial

import streamlit as st

from pages.frame import bound, filters, links
from pages.landscape import fieldmap, keys
from pages.printing import claiming, downloads
from pages.results.published import dumbbell, first, folded, glance, listed, literature
from pages.ui.charts import base
from pages.ui.parts import bounded, markup, skeleton
from pages.ui.view import arms, store
from pages.ui.words import glossary
from warehouse import agreed

if store.current() is None:
    first.draw()
    st.stop()

asked = filters.current()
view = literature.own(asked)
skeleton.title("Do the loaded numbers agree with the literature?", glossary.COMPARED)
counts = agreed.leading(store.opened(), skeleton.counts(view))

answer = st.container()
every = literature.chosen(view)
with st.container(horizontal=True):
    sources = bound.many("Source", literature.cites(every), "source")
    metrics = bound.many("Measure", literature.measures(every), "measures")
figures = literature.chosen(view, sources, metrics)
pairs = literature.beside(figures, view)
checks = pairs.filter("is_check")
figures, found = literature.apart(figures, pairs)
with answer:
    skeleton.answer(literature.sentence(figures, found))
if (told := literature.unheeded(asked)) is not None:
    st.info(markup.escaped(told), icon=":material/rule:")

kept = bounded.lines(found)
panels = literature.panels(kept)
clicked = None
if panels:
    st.html(keys.signs(glance.MARKS))
    base.drawn(partial(glance.glance, panels), "glance")
    bounded.say(kept.height, found.height, "figures")
for at, panel in enumerate(panels):
    with st.expander(
        markup.escaped(panel.heading), expanded=panel.differs and at < literature.OPEN
    ):
        if at == 0:
            st.html(keys.signs(dumbbell.MARKS))
        mark = base.shown(partial(dumbbell.dumbbell, panel.told, legend=False), panel.name)
        if at == 0:
            st.caption(dumbbell.LEGEND)
        clicked = clicked if mark is None else mark

named = "The field, and this study in it" if kept.height else "The field"
field = fieldmap.picture(arms.landscape(asked))
with st.expander(named, expanded=not panels):
    st.caption(markup.escaped(fieldmap.sentence(field)))
    fieldmap.draw(field, "field")

if panels:
    drawn = {panel.name: panel.pairs for panel in panels}
    picture, rows = partial(dumbbell.stacked, drawn), found.select(listed.KEY)
    with st.container(horizontal=True):
        downloads.buttons(listed.raw(found), picture, "published", dumbbell.LEGEND)
        claiming.popover(view, ["published"], rows, list(found["name"]), "published")
folded.draw(figures, found, checks, partial(listed.table, counts=counts, view=view))
skeleton.details(counts, view)
skeleton.footer(view, counts, figures="published ones have the intervals of their sources")

if clicked is not None:
    links.go(links.TRANSCRIPTS, listed.answers(pairs.row(clicked, named=True), counts, view))
