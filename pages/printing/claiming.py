"""A number on screen kept as a claim: bound to its row, and checked against the data ever after."""

import re
from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import columns
from warehouse import claims
from warehouse.analysis import Analysis
from warehouse.claimable import ANSWERS, Table
from warehouse.claims import INTERVALS, Claim
from warehouse.errors import BrittlescopeError
from warehouse.journal import Journal

MOST = 400
"""How many rows a menu has at most; filters reach the others."""


def popover(
    view: Analysis,
    tables: Sequence[Table],
    cells: pl.DataFrame,
    labels: Sequence[str],
    name: str,
    sought: str = "",
) -> None:
    """A popover that keeps one number of what is on screen as a claim.

    Args:
        view: What is asked.
        tables: Which answers of it have rows with these dimensions.
        cells: The dimensions that tell the rows apart, as data has them.
        labels: What each row is called.
        name: Of what is on screen, for keys.
        sought: What is looked for in answers, where they are counted by it.
    """
    with st.container(width="content"):  # a fragment's own place would take the whole row
        _popover(view, tables, cells, labels, name, sought)


@st.fragment
def _popover(
    view: Analysis,
    tables: Sequence[Table],
    cells: pl.DataFrame,
    labels: Sequence[str],
    name: str,
    sought: str,
) -> None:
    with st.popover(
        "Keep as a claim", icon=":material/bookmark_add:", key=f"{name}-claim", on_change="rerun"
    ) as opened:
        if not opened.open or cells.is_empty():
            return
        row = st.selectbox(
            "Which",
            range(min(cells.height, MOST)),
            format_func=lambda at: labels[at],
            key=f"{name}-claim-row",
        )
        offered = {column: table for table in reversed(tables) for column in ANSWERS[table].columns}
        # What several answers have is that of the first, and its columns stand first.
        first = [column for table in tables for column in ANSWERS[table].columns]
        column = st.selectbox(
            "Number", dict.fromkeys(first), format_func=_label, key=f"{name}-claim-column"
        )
        usual = f"{labels[row].split(' · ')[0]} {column}"
        called = st.text_input("Name", key=f"{name}-claim-name", placeholder=named(usual))
        sentence = st.text_input("Sentence", key=f"{name}-claim-says", placeholder="Optional")
        if st.button("Keep", type="primary", key=f"{name}-claim-keep"):
            told = called.strip() or named(usual)
            cell = cells.row(row, named=True)
            of = offered[column]
            st.markdown(escaped(_kept(view, of, cell, column, told, sentence.strip(), sought)))
        st.caption("The desk says whether it still holds; `brittlescope claims` does too.")


def named(text: str) -> str:
    """A name for a claim: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-") or "claim"


def journal() -> Journal[Claim]:
    """The journals of claims."""
    return Journal(store.data_folder(), claims.KIND, Claim)


def _label(column: str) -> str:
    return columns.label(column) + (" and interval" if column in INTERVALS else "")


def _kept(
    view: Analysis,
    table: Table,
    cell: dict[str, Any],
    column: str,
    name: str,
    sentence: str,
    sought: str,
) -> str:
    """Keep it, in the place of another of that name; what came of it."""
    try:
        claim = claims.made(store.opened(), view, table, cell, column, name, sentence, sought)
        before = next((e for e in journal().read().entries if e.body.name == name), None)
        journal().add(claim, thing=before.id if before else None)
    except BrittlescopeError as error:
        return str(error)
    return f"{'Replaced' if before else 'Kept'} {name}: {claim}"
