"""How far a study is that was run here or imported, what it spent, and how to go on with it."""

import time

import streamlit as st

from pages.methods.study import progress
from pages.ui.parts import markup, prose, skeleton, tables
from pages.ui.view import bound
from pages.ui.words import glossary
from warehouse import clock

skeleton.title("How far is the study?", glossary.COUNTED)
known = progress.known()
if not known:
    st.info(progress.NONE, icon=":material/science:")
    st.code(progress.BEGIN, language="bash")
    st.stop()

chosen = known[bound.one("Study", progress.titles(known), "progress")]
plan = chosen.plan
now = clock.now()
skeleton.answer(progress.summary(chosen, now))
for trouble in chosen.troubles:
    st.warning(markup.escaped(trouble), icon=":material/description:")
for step in chosen.steps:
    st.progress(step.share, markup.escaped(progress.line(step, now)))

left = progress.left(chosen)
if not left.is_empty():
    st.subheader("What failed or was left, and why", anchor=False)
    prose.table(left, "left")

st.subheader("How to go on", anchor=False)
for what, command in progress.onward(chosen, now).items():
    st.text(what)
    st.code(command, language="bash", wrap_lines=True)

st.subheader("What it spent at endpoints", anchor=False)
for spent, share in progress.limits(chosen):
    if share is None:
        st.text(spent)
    else:
        st.progress(share, markup.escaped(spent))

if plan is not None:
    st.subheader("What is planned", anchor=False)
    st.text(progress.planned(plan))
    tables.plain(progress.estimates(plan), "steps")
    tables.plain(progress.conditions(plan), "conditions")

st.divider()
st.caption(markup.escaped(progress.footer(chosen, now)))
if chosen.state(now) == "running":
    progress.look_again(time.monotonic())
