"""A new snapshot by one click, where ratings are newer than the one that is shown."""

import streamlit as st

from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.working import commands
from warehouse import building, datafolder, ratings
from warehouse.programs import Program, Programs

WAITING = "Something was rated or imported after this snapshot was built, and is in no number yet."

COMMAND = "brittlescope build"

UNDER_WAY = Programs[Program](commands.MOST_KEPT)
"""The build of each data folder that runs, or the last one that ran, whoever asked for it."""


def is_due() -> bool:
    """Whether the snapshot lacks something that people rated, or that came with it."""
    data = store.data_folder()
    return bool(ratings.stamp(data)) and not building.is_current(data)


def draw() -> None:
    """That the snapshot is not of today, where it is so, and the button that makes one.

    A build whose snapshot is published completes the search index by itself, unseen.
    """
    if not is_due():
        return
    running = UNDER_WAY.of(store.data_folder())
    if running is not None and not running.is_done:
        _progress()
        return
    st.info(WAITING, icon=":material/update:")
    if running is not None and running.ended.status:
        said = running.ended.problem or "The build ended without a word."
        st.error(escaped(said), icon=":material/block:")
    if not datafolder.may_build():
        st.code(COMMAND, language=None, wrap_lines=True)
    elif st.button("Count it now", type="primary", icon=":material/refresh:", key="rebuild"):
        data = store.data_folder()
        UNDER_WAY.begin(data, lambda: commands.command(data, "build"))
        st.rerun()


@st.fragment(run_every=commands.LOOK)
def _progress() -> None:
    """That a build is under way; when its snapshot is there, the page is drawn again."""
    running = UNDER_WAY.of(store.data_folder())
    if running is None or running.is_done or not is_due():
        st.rerun()
    st.status("Building a snapshot of all that was rated and imported …", state="running")
