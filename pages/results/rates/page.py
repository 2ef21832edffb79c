"""How often each model, dataset or intervention shows the trait, and how sure we are."""

from functools import partial

import streamlit as st

from pages.results.rates import points, shown
from pages.ui.charts import base
from pages.ui.parts import bounded, downloads, markup, skeleton, tables
from pages.ui.view import bound, cells, filters, links
from pages.ui.words import columns
from warehouse.stats.pooling import apart
from warehouse.stats.rates import IDENTITY

view = filters.current()
skeleton.title("How often does the trait appear?")
counts = skeleton.counts(view)

names = {name: columns.label(name) for name in cells.DIMENSIONS}
second = {"intervention": names["intervention"], cells.NOTHING: "Nothing"} | names
with st.container(horizontal=True):
    by = cells.by(bound.one("One line for each", names, "rows"), bound.one("And", second, "beside"))
    by = apart(counts, by)
    order = bound.one("Order", cells.SORTS, "order")
found = shown.found(view, by, order)

skeleton.answer(cells.span(found))
skeleton.judges_apart(counts)

groups = sorted(found["group"].unique())
kept = bounded.lines(found, IDENTITY)
panels = cells.panels(kept)
clicked = None
for heading, part in panels.items():
    st.markdown(f"**{markup.escaped(heading)}**")
    mark = base.shown(partial(points.chart, part, groups), heading)
    clicked = clicked if mark is None else (mark, "counted")
st.caption(points.LEGEND)
bounded.say(kept.height, found.height)

table = shown.table(view, by, order)
clicked = tables.clickable(table, "rates") or clicked
drawn = partial(points.stacked, panels, groups)
downloads.buttons(cells.raw(found, view), drawn, "rates", points.LEGEND)
skeleton.details(counts, view, command="rates")
skeleton.footer(view, counts)

if clicked is not None:
    row, only = clicked
    cell = view.narrowed(found.row(row, named=True), counts)
    links.go(links.TRANSCRIPTS, links.parameters(cell, only=only))
