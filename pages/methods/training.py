"""How each model was trained, and whether runs differ in more than their intervention."""

from functools import partial

import streamlit as st

from pages.ui import bound, downloads, filters, foreign, page, prose, store, tables, training
from pages.ui.markup import escaped

page.title("How was each model trained?")
view = filters.current()
state = bound.one("State", {"all": "All"} | training.STATES, "state")
every = training.described(store.query("runs"))
runs = training.within(every, view.slice, state)
if every.is_empty():
    st.info("No run is known. Import results, training configurations or logs, and build again.")
    st.code(page.IMPORT, language="bash")
    st.stop()
if runs.is_empty():
    page.nothing_here()

flags = training.flags(store.findings(), runs)
called = training.names(runs)
page.answer(training.summary(runs, flags))
if not flags.is_empty():
    st.subheader("What may not be comparable", anchor=False)
    prose.table(training.flag_table(flags, called), "flags")

st.subheader("Runs side by side", anchor=False)
wanted = bound.many("Runs to compare", called, "compare", training.HOW_MANY, training.UNCHOSEN)
chosen = training.compared(runs, wanted)
st.text(training.difference(chosen))
header = ("", *(called[run] for run in chosen["run"]))
st.html(foreign.table(header, training.side_by_side(chosen), training.differing(chosen)))

st.subheader("Training curves", anchor=False)
steps = store.query("training_steps", run=chosen["run"].to_list())
measures = training.measures(steps)
if not measures:
    logged = escaped(training.logged(runs, called))
    st.info(f"No log of these runs prints steps. Runs with a log: {logged}")
else:
    left, right = st.columns(2)
    with left:
        measure = bound.one("Curve", measures, "curve")
    with right:
        window = bound.one("Smoothing", training.SMOOTHINGS, "smoothing")
    points = training.curve(steps, called, measure, int(window))
    for unit in points["unit"].unique(maintain_order=True):
        st.altair_chart(training.chart(points, unit, measure, list(called.values())))
    st.caption(training.CURVE_NOTE)
    curves = partial(training.stacked, points, measure, list(called.values()))
    downloads.buttons(points, curves, "curves", training.CURVE_NOTE)

st.subheader("All runs", anchor=False)
tables.plain(training.run_table(runs), "runs")

st.subheader("Training files", anchor=False)
sets = training.datasets(store.query("training_sets"), runs, view.slice)
if sets.is_empty():
    st.info("No training file of these runs was imported, so nothing is known of their examples.")
else:
    tables.plain(sets, "sets")

st.subheader("What joins the files of a run", anchor=False)
tables.plain(training.joined(runs, called), "joined")
unjoined = store.query("unjoined")
if not unjoined.is_empty():
    st.text("These could not be joined to any run; nothing was guessed:")
    prose.table(unjoined, "unjoined")
page.footer(view, store.counts(view.slice, view.rule))
