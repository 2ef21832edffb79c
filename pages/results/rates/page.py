"""How often each model, dataset or intervention shows the trait, and how sure we are."""

from functools import partial

import streamlit as st

from pages.frame import bound, filters, links
from pages.printing import claiming, downloads
from pages.results.rates import layout, points, prompts, sentences, shown
from pages.ui.charts import base
from pages.ui.parts import defined, markup, skeleton, tables
from pages.ui.view import inline
from pages.ui.words import columns, glossary
from warehouse.stats.pooling import apart
from warehouse.stats.rates import IDENTITY

USUAL = ("model", "intervention")
"""What rates are laid out by, where it differs; else by the dataset."""

view = filters.current()
skeleton.title("How often does the trait appear?", glossary.COMPARED)
counts = skeleton.counts(view)

head = st.container()
names = {name: columns.label(name) for name in layout.DIMENSIONS}
first_by = "model" if any(counts[name].n_unique() > 1 for name in USUAL) else "dataset"
second = {"intervention": names["intervention"], layout.NOTHING: "Nothing"} | names
with st.container(horizontal=True):
    first = bound.one("Rates by", bound.first(names, first_by), "rows", draw=inline.menu)
    asked = layout.dimensions(first, bound.one("And by", second, "beside", draw=inline.menu))
    order = bound.one("Order", layout.SORTS, "order", draw=inline.menu)
by = apart(counts, asked)
laid = shown.laid_out(view, by, asked, order)
with head:
    skeleton.answer(sentences.answer(laid))

picture = st.container()
number = bound.page(laid.pages, "lines") if laid.pages > 1 else 1
lines = laid.page(number)
drawn = partial(points.chart, lines, laid.panels, laid.groups, laid.end)
with picture, base.scrolled("rates-scrolled", points.least(lines, laid.panels)):
    mark = base.shown(partial(drawn, st.context.theme.type), "rates")
clicked = None if mark is None else (mark, "counted")
defined.caption(sentences.below(laid, number))
if pooled := prompts.pooled(counts, by):
    st.warning(markup.escaped(pooled), icon=":material/forum:")

found = shown.found(view, by, order)
with st.expander("The table behind it"):
    clicked = tables.clickable(shown.table(view, by, order), "rates-table") or clicked
whole = partial(drawn, None, clickable=False)
with st.container(horizontal=True):
    downloads.buttons(shown.raw(found, view), whole, "rates", points.LEGEND)
    named = found["name"].to_list()
    claiming.popover(view, ["rates"], found.select(*IDENTITY, *by), named, "rates")
skeleton.details(counts, view, command="rates")
skeleton.footer(view, counts)

if clicked is not None:
    row, only = clicked
    cell = view.narrowed(found.row(row, named=True), counts)
    links.go(links.TRANSCRIPTS, links.parameters(cell, only=only))
