"""What Published keeps folded: every pair, the import’s check, what files state, and the rest."""

from collections.abc import Callable

import polars as pl
import streamlit as st

from pages.results.published import listed, literature
from pages.ui.parts import prose, tables
from pages.ui.parts.markup import escaped
from pages.ui.view import store


def draw(
    figures: pl.DataFrame,
    found: pl.DataFrame,
    checks: pl.DataFrame,
    table: Callable[[pl.DataFrame], pl.DataFrame],
) -> None:
    """The tables, each in an expander of its own.

    Args:
        figures: The figures of the literature that are asked for.
        found: Those of them that have loaded counterparts, as pairs.
        checks: The pairs that only check the import.
        table: Makes a table of pairs.
    """
    if found.height:
        with st.expander("The pairs as a table"):
            tables.plain(table(found), "pairs")
    unlike = listed.differing(found)
    if unlike.height:
        with st.expander("Not counted alike"):
            st.caption("Their gap may come from the definition alone; nothing is averaged over it.")
            prose.table(unlike, "unlike")
    if checks.height:
        with st.expander(escaped(f"A check of the import. {literature.checked(checks)}")):
            tables.plain(table(checks), "checks")
    stated = store.query("reported")
    if stated.height:
        with st.expander(escaped(listed.stated_by(stated))):
            st.caption(
                "Rates that these files state without the answers behind them. They cannot be "
                "counted again, so they are in no rate, picture or agreement of this app."
            )
            tables.plain(listed.stated(stated), "reported")
    rest = listed.alone(figures, found)
    if rest.height:
        with st.expander("Published, with nothing to hold beside it"):
            st.caption(escaped(listed.why_alone(rest)))
            tables.plain(rest, "alone")
    with st.expander("What the figures measure, and where they were published"):
        prose.table(listed.definitions(figures), "definitions")
        prose.table(listed.sources(figures), "sources")
