"""Rate answers without knowing whose they are: one at a time, by keyboard, each on disk at once."""

import streamlit as st

from pages.judging.rate import begin, new, turn
from pages.ui.parts import skeleton
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import glossary

if (going := begin.going()) is not None:
    turn.draw(*going)
    st.stop()

skeleton.title("What do people see in the answers?", glossary.COUNTED)
if store.query("evaluations").is_empty():
    skeleton.nothing_loaded()
known, faults = begin.known()
for fault in faults:
    st.warning(escaped(fault), icon=":material/description:")
if known:
    begin.draw(known)
else:
    st.info(
        "A rating task says which answers people are asked about, and under which criteria. "
        "There is none yet.",
        icon=":material/rate_review:",
    )
new.draw(is_open=not known)
