"""How far a study is that was run here or imported, what it spent, and how to go on with it."""

import time

import streamlit as st

from pages.frame import bound
from pages.methods.study import progress
from pages.ui.parts import markup, prose, skeleton, tables
from pages.ui.parts.markup import escaped
from pages.ui.words import glossary, numbers
from warehouse import clock

skeleton.title("How far is the study?", glossary.COUNTED)
known = progress.known()
if not known:
    st.info(progress.NONE, icon=":material/science:")
    st.code(progress.BEGIN, language=None, wrap_lines=True)
    st.stop()

chosen = next(iter(known.values()))
head = st.container()
if len(known) > 1:
    chosen = known[bound.one("Study", progress.titles(known), "progress")]
plan = chosen.plan
now = clock.now()
with head:
    if plan is not None and len(known) == 1:
        st.markdown(markup.escaped(plan.title))
    skeleton.answer(progress.summary(chosen, now))
for trouble in chosen.troubles:
    st.warning(markup.escaped(trouble), icon=":material/description:")
for column, step in zip(st.columns(max(1, len(chosen.steps))), chosen.steps, strict=False):
    column.progress(step.share, markup.escaped(progress.line(step, now)))

left = progress.left(chosen)
if not left.is_empty():
    st.markdown("**What failed or was left, and why**")
    prose.table(left.head(progress.REASONS), "left")
    if left.height > progress.REASONS:
        with st.expander(f"All {left.height:,} reasons"):
            prose.table(left, "every-left")

ended = progress.stopped(chosen)
if not ended.is_empty():
    arms = numbers.plural(ended.height, "arm")
    with st.expander(escaped(f"Sampling ended early in {arms}, by the study's rule")):
        prose.table(ended, "stopped")

for what, command in progress.onward(chosen, now).items():
    st.text(what)
    st.code(command, language=None, wrap_lines=True)

limits = progress.limits(chosen)
for column, (spent, share) in zip(st.columns(max(1, len(limits))), limits, strict=False):
    if share is None:
        column.text(spent)
    else:
        column.progress(share, markup.escaped(spent))

if plan is not None:
    st.text(progress.planned(plan))
    with st.expander("The plan, step by step and by condition"):
        tables.plain(progress.estimates(plan), "steps")
        tables.plain(progress.conditions(plan), "conditions")

st.divider()
st.caption(markup.escaped(progress.footer(chosen, now)))
if chosen.state(now) == "running":
    progress.look_again(time.monotonic())
