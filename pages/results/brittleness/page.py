"""Where the trait appears, how easily it vanishes, and the profile of a dataset and a model."""

from functools import partial

import streamlit as st

from pages.frame import asked, bound, filters, links, sidebyside
from pages.printing import claiming, downloads
from pages.results.brittleness import grid, heatmap, measures, profile, sentences, table
from pages.ui.charts import base
from pages.ui.parts import defined, markup, skeleton, tables
from pages.ui.view import arms, inline
from pages.ui.words import armnames, glossary, numbers

GRID = ("grid", "measure", "order")
PARTS = {"grid": "Heatmap", "profile": "Profile"}

skeleton.title("Where does it appear, and how easily does it vanish?", glossary.INDICES)
view = filters.current()
skeleton.counts(view)
head = st.container()
# Links to a profile are older than its being a part of its own.
of_grid, of_profile = (any(map(asked.values, keys)) for keys in (GRID, ("of", "of_model")))
usual = "profile" if of_profile and not of_grid else "grid"
part = bound.row("Show", bound.first(PARTS, usual), "part")
if part == "profile":
    counts = skeleton.counts(view)
    profile.draw(view, counts, head)
    skeleton.details(counts, view, command="brittleness")
    skeleton.footer(view, counts, margin=numbers.margin(view.margin))
    st.stop()

seen = arms.rates(view)
with st.container(horizontal=True):
    layouts = {name: layout.label for name, layout in grid.LAYOUTS.items()}
    layouts = bound.first(layouts, grid.standard(seen))
    layout = grid.LAYOUTS[bound.one("Grid", layouts, "grid", draw=inline.menu)]
    offered = bound.first(measures.NAMES, measures.standard(seen))
    measure = bound.one("Measure", offered, "measure", draw=inline.menu)
    order = bound.one("Rows and columns", grid.ORDERS, "order", draw=inline.menu)
view = measures.seen(view, measure)
counts = skeleton.counts(view)
found = grid.chosen(measures.of(view, measure, layout.by), layout)
with head:
    skeleton.answer(sentences.answer(found, measure, view))

shown = measures.MEASURES[measure]
panels = [panel.landscape for panel in grid.panels(found, layout, order, view, counts, measure)]
mark = clicked = None
for at, panel in enumerate(panels[: grid.MOST]):
    if len(panels) > 1:
        st.markdown(f"**{markup.escaped(panel.heading)}**")
    draw = partial(heatmap.heatmap, panel, shown.label, shown.ramp, st.context.theme.type)
    with base.scrolled(f"heatmap-{at}", panel.least):
        here = base.shown(partial(draw, legend=at == 0), f"panel-{at}", panel.width)
    mark = here if mark is None else mark
if doubts := sentences.doubts(found, measure, view):
    st.caption(markup.escaped(doubts))
if panels:
    notes = (*grid.notes(found, layout, panels, measure), *heatmap.LEGEND, shown.click)
    defined.caption(" ".join(notes))
    with st.expander("The table behind it"):
        clicked = tables.clickable(table.of(found, measure, layout, view), "cells")
    drawn = partial(heatmap.stacked, panels[: grid.MOST], shown.label, shown.ramp)
    asked_of, table_of = measures.claimed(view, measure)
    names = armnames.names(found)
    with st.container(horizontal=True):
        downloads.buttons(table.raw(found, measure, view), drawn, "brittleness", " ".join(notes))
        claiming.popover(asked_of, [table_of], found.select(layout.keys), names, "brittleness")
        sidebyside.popover(view, found.select(layout.keys).to_dicts(), names, "brittleness")

skeleton.details(counts, view, command="brittleness")
skeleton.footer(view, counts, margin=numbers.margin(view.margin))

if mark is not None:
    links.go(*table.opened(found.row(mark, named=True), measure, layout, view, counts))
if clicked is not None:
    row, only = clicked
    cell = view.narrowed(found.select(layout.keys).row(row, named=True), counts)
    links.go(links.TRANSCRIPTS, links.parameters(cell, only=only))
