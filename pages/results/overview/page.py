"""What is loaded, what the headline rates are, and what looks suspicious."""

from functools import partial

import polars as pl
import streamlit as st

from pages.results.overview import coverage, headlines
from pages.ui.charts import base
from pages.ui.parts import bounded, downloads, skeleton, suspicions, tables
from pages.ui.parts.markup import escaped
from pages.ui.view import filters, links, store
from pages.ui.words import glossary, numbers

view = filters.current()
skeleton.title("What is loaded, and what stands out?", glossary.COMPARED)
counts = skeleton.counts(view)
skeleton.answer(headlines.loaded(counts))

if left_over := store.uncounted(view.slice, view.rule):
    with st.expander(escaped(headlines.left_over(left_over)), icon=":material/rule:"):
        skeleton.explained(left_over)

told = headlines.of(view)
few = len(told) <= headlines.FEW
for one in told:
    st.markdown(f"**{escaped(one.heading)}**  \n{escaped(one.sentence)}")
    if one.doubt:
        st.markdown(f":material/flag: {escaped(one.doubt)}")
    if few:
        st.caption("  \n".join(escaped(line) for line in one.details))
if not few:
    with st.expander("The rates behind these sentences"):
        for one in told:
            st.caption("  \n".join(escaped(line) for line in [one.heading, *one.details]))
skeleton.judges_apart(counts)

st.subheader("Answers by model, dataset and intervention", anchor=False)
grid = headlines.coverage(counts)
drawn = headlines.first(grid)
mark = base.shown(partial(coverage.chart, drawn, st.context.theme.type), "coverage")
st.caption("Planned answers on the questions in sight; empty where nothing was evaluated.")
for name, noun in headlines.SIDES.items():
    bounded.say(drawn[name].n_unique(), grid[name].n_unique(), noun)
planned = grid.select("model", "dataset", "intervention", pl.col("n").alias("n_planned"))
downloads.buttons(planned, partial(coverage.chart, drawn, "light"), "coverage")

st.subheader("What looks suspicious", anchor=False)
found = suspicions.within(store.findings(), view)
tables.plain(found, "findings") if found.height else st.success(headlines.NO_FINDINGS)

skeleton.details(counts, view, command="rates")
skeleton.footer(view, counts, margin=numbers.margin(view.margin))

if mark is not None:
    cell = view.narrowed(grid.row(mark, named=True), counts)
    links.go(links.TRANSCRIPTS, links.parameters(cell, only="planned"))
