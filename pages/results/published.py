"""Whether the loaded rates agree with the figures of the literature."""

from functools import partial

import streamlit as st

from pages.ui import (
    bound,
    bounded,
    charts,
    downloads,
    dumbbell,
    filters,
    links,
    markup,
    page,
    prose,
    published,
    tables,
)

view = published.own(filters.current())
page.title("Do the loaded numbers agree with the literature?")
counts = page.counts(view)

every = published.chosen(view)
with st.container(horizontal=True):
    sources = bound.many("Source", published.cites(every), "source")
    metrics = bound.many("Measure", published.measures(every), "measures")
figures = published.chosen(view, sources, metrics)
pairs = published.beside(figures, view)
checks = pairs.filter("is_check")
figures, found = published.apart(figures, pairs)

page.answer(published.sentence(figures, found))
if (told := published.unheeded(filters.current())) is not None:
    st.info(markup.escaped(told), icon=":material/rule:")

kept = bounded.lines(found)
panels = published.panels(kept)
clicked = None
for at, (heading, part) in enumerate(panels.items()):
    st.markdown(f"**{markup.escaped(heading)}**")
    chart = dumbbell.dumbbell(part, legend=at == 0)
    mark = charts.picked(st.altair_chart(chart, key=heading, on_select="rerun"))
    clicked = clicked if mark is None else mark
if panels:
    st.caption(dumbbell.LEGEND)
    bounded.say(kept.height, found.height, "figures")
    tables.plain(published.table(found, counts, view), "pairs")
    downloads.buttons(
        published.raw(found), partial(dumbbell.stacked, panels), "published", dumbbell.LEGEND
    )

unlike = published.differing(found)
if unlike.height:
    st.subheader("Not counted alike", anchor=False)
    st.caption("Their gap may come from the definition alone; nothing here is averaged over it.")
    prose.table(unlike, "unlike")

if checks.height:
    st.subheader("A check of the import", anchor=False)
    st.caption(markup.escaped(published.checked(checks)))
    tables.plain(published.table(checks, counts, view), "checks")

rest = published.alone(figures, found)
if rest.height:
    st.subheader("Published, with nothing to hold beside it", anchor=False)
    st.caption(markup.escaped(published.why_alone(rest)))
    tables.plain(rest, "alone")

with st.expander("What the figures measure, and where they were published"):
    prose.table(published.definitions(figures), "definitions")
    prose.table(published.sources(figures), "sources")
page.details(counts, view)
page.footer(view, counts, figures="published ones have the intervals of their sources")

if clicked is not None:
    cell = links.narrowed(view, pairs.row(clicked, named=True), counts)
    links.go("pages/reading/transcripts.py", links.parameters(cell, only="planned"))
