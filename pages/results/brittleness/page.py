"""Where the trait appears, how easily it vanishes, and the profile of a dataset and a model."""

from functools import partial

import streamlit as st

from pages.results.brittleness import grid, heatmap, measures, profile, sentences, table
from pages.ui.charts import base
from pages.ui.parts import downloads, markup, skeleton, tables
from pages.ui.view import bound, filters, links
from pages.ui.words import glossary, numbers

skeleton.title("Where does it appear, and how easily does it vanish?", glossary.INDICES)
with st.container(horizontal=True):
    layouts = {name: layout.label for name, layout in grid.LAYOUTS.items()}
    layout = grid.LAYOUTS[bound.one("Grid", layouts, "grid")]
    measure = bound.one("Measure", measures.NAMES, "measure")
    order = bound.one("Rows and columns", grid.ORDERS, "order")
view = measures.seen(filters.current(), measure)
counts = skeleton.counts(view)
found = grid.chosen(measures.of(view, measure, layout.by), layout)

skeleton.answer(sentences.answer(found, measure, view))
skeleton.judges_apart(counts)

shown = measures.MEASURES[measure]
panels = grid.panels(found, layout, order, view, counts)
mark = clicked = None
for at, panel in enumerate(panels[: grid.MOST]):
    st.markdown(f"**{markup.escaped(panel.heading)}**")
    draw = partial(heatmap.heatmap, panel, shown.label, shown.ramp, st.context.theme.type)
    here = base.shown(partial(draw, legend=at == 0), f"{panel.heading} {at}", panel.width)
    mark = here if mark is None else mark
if panels:
    notes = (*grid.notes(found, layout, panels), *heatmap.LEGEND, shown.click)
    st.caption(markup.escaped(" ".join(notes)))
    clicked = tables.clickable(table.of(found, measure, layout, view), "cells")
    drawn = partial(heatmap.stacked, panels[: grid.MOST], shown.label, shown.ramp)
    downloads.buttons(table.raw(found, measure, view), drawn, "brittleness")

st.subheader("The brittleness profile", anchor=False)
profile.draw(view, counts)

skeleton.details(counts, view, command="brittleness")
skeleton.footer(view, counts, margin=numbers.margin(view.margin))

if mark is not None:
    links.go(*table.opened(found.row(mark, named=True), measure, layout, view, counts))
if clicked is not None:
    row, only = clicked
    cell = view.narrowed(found.select(layout.keys).row(row, named=True), counts)
    links.go(links.TRANSCRIPTS, links.parameters(cell, only=only))
