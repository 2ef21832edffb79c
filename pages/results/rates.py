"""How often each model, dataset or intervention shows the trait, and how sure we are."""

from functools import partial

import streamlit as st

from pages.ui import (
    bound,
    bounded,
    cells,
    charts,
    downloads,
    filters,
    labels,
    links,
    markup,
    page,
    rates,
    tables,
)
from warehouse.stats.pooling import apart
from warehouse.stats.rates import IDENTITY

view = filters.current()
page.title("How often does the trait appear?")
counts = page.counts(view)

names = {name: labels.column(name) for name in cells.DIMENSIONS}
second = {"intervention": names["intervention"], cells.NOTHING: "Nothing"} | names
with st.container(horizontal=True):
    by = cells.by(bound.one("One line for each", names, "rows"), bound.one("And", second, "beside"))
    by = apart(counts, by)
    order = bound.one("Order", cells.SORTS, "order")
found = rates.found(counts, by, view, order)

page.answer(cells.span(found))
page.judges_apart(counts)

groups = sorted(found["group"].unique())
kept = bounded.lines(found, IDENTITY)
panels = cells.panels(kept)
clicked = None
for heading, part in panels.items():
    st.markdown(f"**{markup.escaped(heading)}**")
    spec = rates.spec(part, groups)
    mark = charts.picked(st.vega_lite_chart(spec, key=heading, on_select="rerun"))
    clicked = clicked if mark is None else (mark, "counted")
st.caption(charts.POINTS_LEGEND)
bounded.say(kept.height, found.height)

table = rates.table(found, by, counts, view, order)
clicked = tables.clickable(table, "rates") or clicked
drawn = partial(charts.stacked, panels, groups)
downloads.buttons(cells.raw(found, view), drawn, "rates", charts.POINTS_LEGEND)
page.details(counts, view)
page.footer(view, counts)

if clicked is not None:
    row, only = clicked
    cell = links.narrowed(view, found.row(row, named=True), counts)
    links.go("pages/reading/transcripts.py", links.parameters(cell, only=only))
