"""What was loaded from where, what was refused and why, and what was not read at all."""

import streamlit as st

from pages.frame import filters
from pages.methods.sources import adding, listing, provenance
from pages.ui.parts import prose, skeleton, tables
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import glossary

KINDS = 5
"""How many kinds of refusals, or of notices, are shown; the lists below have all."""

skeleton.title("Where do the numbers come from?", glossary.FILES)
if store.current() is None:
    skeleton.nothing_built()
    adding.draw()
    st.stop()
every = provenance.described(store.query("sources"))
if every.is_empty():
    st.info("No file was imported into this snapshot. Import some and build again.")
    st.code(skeleton.IMPORT, language=None, wrap_lines=True)
    adding.draw()
    st.stop()

skeleton.answer(provenance.summary(every))
top = provenance.root(every["path"])
called = provenance.importers(every)
st.text(f"Folders are below {top}")
tables.plain(provenance.sources(every, top, called), "sources")
adding.draw()

refusals, notices = store.query("refusals"), store.query("notices")
for title, found in (
    ("Refused", provenance.kinds(refusals, top, "reason")),
    ("Not read", provenance.unread(every, top)),
    ("Noticed", provenance.kinds(notices, top, "message")),
):
    if not found.is_empty():
        total = int(found["n"].sum())
        st.subheader(escaped(f"{title} ({total:,})"), anchor=False)
        prose.table(found.head(KINDS), title)
        if found.height > KINDS:
            st.caption(escaped(f"And {found.height - KINDS:,} more kinds, in the lists below."))

st.markdown("To add more, or to say by a study map what files mean that were not read:")
st.code(provenance.MORE, language=None, wrap_lines=True)
listing.draw(every, refusals, notices, top, called)
view = filters.current()
skeleton.footer(view, store.counts(view.slice, view.rule))
