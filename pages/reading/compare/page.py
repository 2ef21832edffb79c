"""The same question under two to four arms, their answers side by side."""

import streamlit as st

from pages.frame import bound, filters
from pages.quoting import sensitive
from pages.reading.compare import choosing, rows, sentences
from pages.ui.parts import skeleton
from pages.ui.parts.markup import escaped
from pages.ui.view import inline
from pages.ui.words import glossary

view = filters.current()
skeleton.title("What do different arms answer to one question?", glossary.COMPARED)
counts = skeleton.counts(view)
known = choosing.of_focus(view)
head = st.container()
chosen = choosing.arms_chosen(view, known)
found = choosing.by_question(known, chosen)
if len(chosen) < 2 or found.is_empty():
    st.info(escaped(sentences.nothing(chosen)), icon=":material/filter_alt_off:")
    skeleton.footer(view, counts)
    st.stop()
asked, name = choosing.question(found)
names, shared = choosing.named(known, chosen)
with head:
    skeleton.answer(sentences.answer(asked, name, names))
st.caption(escaped(sentences.asked(known, asked["question"], shared)))

with st.container(horizontal=True, vertical_alignment="center"):
    order = bound.one("Order", rows.ORDERS, "order", draw=inline.menu)
    way = rows.RowWay(
        is_marked=bound.toggle("Mark words that the first has not", "differences"),
        every_judge=bound.toggle("Every judge and trait", "judges"),
        is_open=bound.toggle("Always open sensitive text", sensitive.OPEN),
    )
views = [choosing.view_of(known, key, asked["question"]) for key in chosen]
laid = rows.laid(views, order)
pages = -(-len(laid) // rows.SHOWN)
number = bound.page(pages, "page") if pages > 1 else 1
rows.draw(laid[(number - 1) * rows.SHOWN : number * rows.SHOWN], views, names, way)
choosing.claimed(known, chosen, asked["question"], names)
skeleton.footer(view, counts)
