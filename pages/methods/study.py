"""How far a study is that was run here or imported, what it spent, and how to go on with it."""

import time
from datetime import UTC, datetime

import streamlit as st

from pages.ui import bound, markup, page, prose, study, tables

page.title("How far is the study?")
known = study.known()
if not known:
    st.info(study.NONE, icon=":material/science:")
    st.code(study.BEGIN, language="bash")
    st.stop()

chosen = known[bound.one("Study", study.titles(known), "study")]
plan = chosen.plan
now = datetime.now(UTC)
page.answer(study.summary(chosen, now))
for trouble in chosen.troubles:
    st.warning(markup.escaped(trouble), icon=":material/description:")
for step in chosen.steps:
    st.progress(step.share, markup.escaped(study.line(step, now)))

left = study.left(chosen)
if not left.is_empty():
    st.subheader("What failed or was left, and why", anchor=False)
    prose.table(left, "left")

st.subheader("How to go on", anchor=False)
for what, command in study.onward(chosen, now).items():
    st.text(what)
    st.code(command, language="bash", wrap_lines=True)

st.subheader("What it spent at endpoints", anchor=False)
for spent, share in study.limits(chosen):
    if share is None:
        st.text(spent)
    else:
        st.progress(share, markup.escaped(spent))

if plan is not None:
    st.subheader("What is planned", anchor=False)
    st.text(study.planned(plan))
    tables.plain(study.estimates(plan), "steps")
    tables.plain(study.conditions(plan), "conditions")

st.divider()
st.caption(markup.escaped(study.footer(chosen, now)))
if chosen.state(now) == "running":
    study.look_again(time.monotonic())
