"""The evidence pack as a ZIP, and what it discloses of what was looked at."""

import io
import json
import tempfile
import zipfile
from pathlib import Path

import streamlit as st

from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import numbers
from warehouse import looked
from warehouse.analysis import Analysis, written
from warehouse.errors import BrittlescopeError
from warehouse.programs import REPORT, Program

PATIENCE = 1_800
"""How many seconds a pack may take."""

MADE = "_pack"
"""Session key: the pack that was made last, or why it could not be."""


def popover(view: Analysis) -> None:
    """A popover that makes the pack of the view, and clears what was looked at."""
    with st.popover(
        "Evidence pack", icon=":material/folder_zip:", key="pack", on_change="rerun"
    ) as opened:
        if not opened.open:
            return
        st.markdown(
            "Figures, tables, these transcripts, the claims, methods and data, as a LaTeX "
            "document and its files."
        )
        if st.button("Make the pack", type="primary", key="pack-make"):
            with st.spinner("Drawing and writing …"):
                st.session_state[MADE] = _made(view)
        made = st.session_state.get(MADE)
        if isinstance(made, bytes):
            st.download_button(
                "Download",
                made,
                "evidence.zip",
                "application/zip",
                icon=":material/download:",
                on_click="ignore",
                key="pack-file",
            )
        elif made:
            st.error(escaped(made))
        n = len(looked.read(store.data_folder()).looks)
        told = f"It discloses the {numbers.plural(n, 'slice')} that this app showed."
        st.caption(escaped(told))
        st.button("Clear that list", key="looked-clear", type="tertiary", on_click=_clear)


def _made(view: Analysis) -> bytes | str:
    """The pack as a ZIP, or a sentence on why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "evidence"
        # It needs the charts of all pages, of which no page knows.
        words = (str(store.data_folder().absolute()), str(out))
        given = json.dumps(written.as_json(view))
        with Program(REPORT, *words, given=given, deadline=PATIENCE) as writing:
            done = writing.ended
        if done.is_late:
            return f"The pack was not written within {PATIENCE // 60} minutes."
        if done.status:
            return done.problem or "The pack could not be written."
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in done.out.splitlines():
                packed.write(out / name, f"evidence/{name}")
        return buffer.getvalue()


def _clear() -> None:
    try:
        looked.clear(store.data_folder())
    except BrittlescopeError as error:
        st.session_state[MADE] = str(error)
