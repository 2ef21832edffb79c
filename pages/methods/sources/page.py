"""Every file that was imported, what was taken from it, and what was refused and why."""

import streamlit as st

from pages.methods.sources import provenance
from pages.ui.parts import downloads, prose, skeleton, tables
from pages.ui.view import bound, filters, store
from pages.ui.words import glossary

skeleton.title("Where do the numbers come from?", glossary.FILES)
every = provenance.described(store.query("sources"))
if every.is_empty():
    st.info("No file was imported into this snapshot. Import some and build again.")
    st.code(skeleton.IMPORT, language="bash")
    st.stop()

skeleton.answer(provenance.summary(every))
importers = provenance.importers(every)
with st.container(horizontal=True):
    state = bound.one("What became of it", provenance.states(every), "file_state")
    importer = bound.one("Read as", importers, "importer")
    text = bound.text("Part of the path", "path", placeholder="Any")
files = provenance.within(every, state, importer, text)
top = provenance.root(every["path"])
st.text(f"{files.height:,} of {every.height:,} files. Paths are below {top}")
if files.is_empty():
    st.info("No file fits. Take a filter above the table away.", icon=":material/filter_alt_off:")
else:
    tables.plain(provenance.file_table(files, top, importers), "files")

st.subheader("Refused", anchor=False)
refusals = store.query("refusals").filter(provenance.of(files))
if refusals.is_empty():
    st.text("Nothing of these files was refused.")
else:
    prose.table(provenance.below(refusals, top, "path"), "refusals")
    st.download_button(
        "Refused rows as CSV",
        downloads.csv(refusals),
        "refused-rows.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )

st.subheader("Noticed by importers", anchor=False)
notices = store.query("notices").filter(provenance.of(files))
if notices.is_empty():
    st.text("Nothing was noticed in these files.")
else:
    prose.table(provenance.notice_table(notices, top), "notices")
skeleton.footer(filters.current(), store.counts(filters.current().slice, filters.current().rule))
