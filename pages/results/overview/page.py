"""The study at a glance: where traits emerge, what interventions leave, and what to doubt."""

from functools import partial

import streamlit as st

from pages.frame import bound, filters, links
from pages.printing import downloads
from pages.results.overview import cards as of_study
from pages.results.overview import drawing, greeting, headlines
from pages.ui.parts import skeleton, suspicions
from pages.ui.parts.markup import escaped
from pages.ui.view import arms, store
from pages.ui.words import glossary, numbers
from warehouse import agreed

if store.current() is None:
    drawing.nothing_yet()
    st.stop()

view = filters.current()
skeleton.title("What did this study find?", glossary.COMPARED)
counts = agreed.leading(store.opened(), skeleton.counts(view))
cards = of_study.of(view)
skeleton.answer(headlines.answer(cards))
greeting.draw(view)
SHOWN = {"study": "This study", "field": "The literature beside it"}
if bound.row("Picture", SHOWN, "picture") == "field":
    clicked = drawing.literature(arms.landscape(view))
else:
    clicked = drawing.draw(cards)
loaded = headlines.loaded(counts, store.query("questions"))
st.caption(escaped(loaded), help=escaped(headlines.LOADED))
first = [card for row in next(iter(drawing.paged(cards)), []) for card in row]
picture = partial(drawing.stacked, first)
with st.container(horizontal=True):
    downloads.buttons(of_study.table(view), picture, "overview", drawing.LEGEND)
    of_study.claimed(view)

left_over, doubts = store.uncounted(view.slice, view.rule), headlines.in_doubt(view)
drawing.aside(left_over, doubts, opened=not headlines.has_results(cards))

st.subheader("What looks suspicious", anchor=False)
drawing.suspicious(suspicions.kinds(store.findings(), view))

skeleton.details(counts, view, command="effects")
skeleton.footer(view, counts, margin=numbers.margin(view.margin))

if clicked is not None:
    greeting.gone()
    links.go(*clicked(view))
