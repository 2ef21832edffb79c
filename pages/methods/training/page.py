"""How each model was trained, and whether runs differ in more than their intervention."""

from functools import partial

import streamlit as st

from pages.frame import bound, filters
from pages.landscape import keys
from pages.methods.training import choosing, curves, tuning, unjoined
from pages.printing import claiming, downloads
from pages.ui.charts import base
from pages.ui.parts import foreign, prose, skeleton, tables
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import glossary

skeleton.title("How was each model trained?", glossary.COUNTED)
view = filters.current()
every = tuning.described(store.query("runs"))
if every.is_empty():
    st.info("No run is known. Import results, training configurations or logs, and build again.")
    st.code(skeleton.IMPORT, language=None, wrap_lines=True)
    unjoined.told()
    st.stop()
head = st.container()
states = tuning.states(every)
state = bound.one("State", states, "state") if every["state"].n_unique() > 1 else "all"
runs = tuning.within(every, view.slice, state)
if runs.is_empty():
    skeleton.nothing_here()

called = tuning.names(runs)
with head:
    skeleton.answer(tuning.summary(runs))
if shared := tuning.shared(runs):
    st.text(shared)
wanted = choosing.rows(tuning.run_table(runs), runs["run"].to_list())
claiming.popover(view, ["runs"], runs.select("run"), [called[r] for r in runs["run"]], "training")
st.caption(tuning.HOW_MANY)

chosen = tuning.compared(runs, wanted)
steps = store.query("training_steps", run=chosen["run"].to_list())
measures = curves.measures(steps)
if not measures:
    logged = escaped(tuning.logged(runs, called))
    st.info(f"No log of these runs prints steps. Runs with a log: {logged}")
else:
    with st.container(horizontal=True):
        measure = bound.one("Curve", measures, "curve")
        window = bound.one("Smoothing", curves.SMOOTHINGS, "smoothing")
    points = curves.curve(steps, called, measure, int(window))
    names = [called[run] for run in chosen["run"]]
    for unit in points["unit"].unique(maintain_order=True):
        theme = st.context.theme.type
        plot = partial(curves.chart, points, unit, measure, names, theme, legend=False)
        base.drawn(plot, f"curve {unit}")
        st.html(keys.signs(curves.signs(points, unit, names, theme)))
    st.caption(curves.CURVE_NOTE)
    whole = partial(curves.stacked, points, measure, names)
    downloads.buttons(points, whole, "curves", curves.CURVE_NOTE)

with st.expander(escaped(f"Side by side: {tuning.difference(chosen)}")):
    header = ("", *(called[run] for run in chosen["run"]))
    st.html(foreign.table(header, tuning.side_by_side(chosen), tuning.differing(chosen)))
flags = tuning.flags(store.findings(*tuning.CHECKS), runs)
if not flags.is_empty():
    with st.expander(escaped(f"What may not be comparable ({flags.height:,})")):
        prose.table(tuning.flag_table(flags, called), "flags")
sets = tuning.datasets(store.query("training_sets"), runs, view.slice)
with st.expander(escaped(f"Training files ({sets.height:,})")):
    if sets.is_empty():
        st.text("No training file of these runs was imported.")
    else:
        tables.plain(sets, "sets")
with st.expander("What joins the files of a run"):
    tables.plain(tuning.joined(runs, called), "joined")
    unjoined.told()
skeleton.footer(view, store.counts(view.slice, view.rule))
