"""How each model was trained, and whether runs differ in more than their intervention."""

from functools import partial

import streamlit as st

from pages.methods.training import tuning
from pages.ui.charts import base
from pages.ui.parts import downloads, foreign, prose, skeleton, tables
from pages.ui.parts.markup import escaped
from pages.ui.view import bound, filters, store
from pages.ui.words import glossary

skeleton.title("How was each model trained?", glossary.COUNTED)
view = filters.current()
state = bound.one("State", {"all": "All"} | tuning.STATES, "state")
every = tuning.described(store.query("runs"))
runs = tuning.within(every, view.slice, state)
if every.is_empty():
    st.info("No run is known. Import results, training configurations or logs, and build again.")
    st.code(skeleton.IMPORT, language="bash")
    st.stop()
if runs.is_empty():
    skeleton.nothing_here()

flags = tuning.flags(store.findings(), runs)
called = tuning.names(runs)
skeleton.answer(tuning.summary(runs, flags))
if not flags.is_empty():
    st.subheader("What may not be comparable", anchor=False)
    prose.table(tuning.flag_table(flags, called), "flags")

st.subheader("Runs side by side", anchor=False)
wanted = bound.many("Runs to compare", called, "compare", tuning.HOW_MANY, tuning.UNCHOSEN)
chosen = tuning.compared(runs, wanted)
st.text(tuning.difference(chosen))
header = ("", *(called[run] for run in chosen["run"]))
st.html(foreign.table(header, tuning.side_by_side(chosen), tuning.differing(chosen)))

st.subheader("Training curves", anchor=False)
steps = store.query("training_steps", run=chosen["run"].to_list())
measures = tuning.measures(steps)
if not measures:
    logged = escaped(tuning.logged(runs, called))
    st.info(f"No log of these runs prints steps. Runs with a log: {logged}")
else:
    left, right = st.columns(2)
    with left:
        measure = bound.one("Curve", measures, "curve")
    with right:
        window = bound.one("Smoothing", tuning.SMOOTHINGS, "smoothing")
    points = tuning.curve(steps, called, measure, int(window))
    for unit in points["unit"].unique(maintain_order=True):
        plot = partial(tuning.chart, points, unit, measure, list(called.values()))
        base.drawn(plot, f"curve {unit}")
    st.caption(tuning.CURVE_NOTE)
    curves = partial(tuning.stacked, points, measure, list(called.values()))
    downloads.buttons(points, curves, "curves", tuning.CURVE_NOTE)

st.subheader("All runs", anchor=False)
tables.plain(tuning.run_table(runs), "runs")

st.subheader("Training files", anchor=False)
sets = tuning.datasets(store.query("training_sets"), runs, view.slice)
if sets.is_empty():
    st.info("No training file of these runs was imported, so nothing is known of their examples.")
else:
    tables.plain(sets, "sets")

st.subheader("What joins the files of a run", anchor=False)
tables.plain(tuning.joined(runs, called), "joined")
unjoined = store.query("unjoined")
if not unjoined.is_empty():
    st.text("These could not be joined to any run; nothing was guessed:")
    prose.table(unjoined, "unjoined")
skeleton.footer(view, store.counts(view.slice, view.rule))
