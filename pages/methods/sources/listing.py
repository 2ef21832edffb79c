"""Every file, refusal and notice, folded: what the kinds above are made of."""

from collections.abc import Mapping

import polars as pl
import streamlit as st

from pages.frame import bound
from pages.methods.sources import provenance
from pages.printing import downloads
from pages.ui.parts import prose, tables
from pages.ui.parts.markup import escaped

FILTERS = ("file_state", "importer", "path")
"""What a link can ask of the list; it is open where one does."""


def draw(
    every: pl.DataFrame,
    refusals: pl.DataFrame,
    notices: pl.DataFrame,
    top: str,
    called: Mapping[str, str],
) -> None:
    """The list of files with its filters, and what was said of those it keeps."""
    asked = any(st.query_params.get_all(name) for name in FILTERS)
    with st.expander(escaped(f"Every file ({every.height:,})"), expanded=asked):
        with st.container(horizontal=True):
            state = bound.one("What became of it", provenance.states(every), "file_state")
            importer = bound.one("Read as", called, "importer")
            text = bound.text("Part of the path", "path", placeholder="Any")
        files = provenance.within(every, state, importer, text)
        if files.is_empty():
            st.info(
                "No file fits. Take a filter above the table away.",
                icon=":material/filter_alt_off:",
            )
        else:
            st.text(f"{files.height:,} of {every.height:,} files. Paths are below {top}")
            tables.plain(provenance.file_table(files, top, called), "files")
    of_these = provenance.of(files)
    refused, noticed = refusals.filter(of_these), notices.filter(of_these)
    if not refused.is_empty():
        with st.expander(escaped(f"Every refusal of these files ({refused.height:,})")):
            prose.table(provenance.below(refused, top, "path"), "refusals")
            st.download_button(
                "Refused rows as CSV",
                downloads.csv(refused),
                "refused-rows.csv",
                "text/csv",
                icon=":material/download:",
                on_click="ignore",
            )
    if not noticed.is_empty():
        with st.expander(escaped(f"Every notice on these files ({noticed.height:,})")):
            prose.table(provenance.notice_table(noticed, top), "notices")
