"""What pages read from: the latest snapshot, opened once and cached by its path."""

import os
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from warehouse import rules, snapshots
from warehouse.counting import Slice
from warehouse.errors import NoSnapshot
from warehouse.rules import Rule
from warehouse.snapshots import Snapshot
from warehouse.store import Store
from warehouse.uncounted import Uncounted
from warehouse.uncounted import uncounted as uncounted_of


def data_folder() -> Path:
    """The data folder: BRITTLESCOPE_DATA, or `data` here."""
    return Path(os.environ.get("BRITTLESCOPE_DATA") or "data")


def current() -> Store | None:
    """The published snapshot, or None where nothing was built yet.

    Which one is published is looked up at every call, so that a rerun sees a new build.
    """
    try:
        snapshot = snapshots.latest(data_folder())
    except NoSnapshot:
        return None
    return _opened(str(data_folder()), str(snapshot.path))


def opened() -> Store:
    """The published snapshot.

    Raises:
        NoSnapshot: where nothing was built yet.
    """
    store = current()
    if store is None:
        raise NoSnapshot(f"There is no snapshot in {data_folder()} yet; run brittlescope build.")
    return store


def query(name: str, **parameters: Any) -> pl.DataFrame:
    """A query of `warehouse/queries` on the published snapshot; lists as list parameters."""
    store = opened()
    return _queried(store, str(store.snapshot.path), name, parameters)


def studies() -> list[str]:
    """The studies whose results were loaded; a page names them only where there are several."""
    if current() is None:
        return []
    found: list[str] = query("evaluations")["study"].unique().sort().to_list()
    return found


def counts(within: Slice, rule: Rule) -> pl.DataFrame:
    """The counts frame of a slice under a rule."""
    store = opened()
    return _counted(store, str(store.snapshot.path), within, store.lines(rule), rule)


def compared(within: Slice, rule: Rule) -> pl.DataFrame:
    """The counts frame of a slice and of what its arms are compared with."""
    store = opened()
    return _compared(store, str(store.snapshot.path), within, store.lines(rule), rule)


def uncounted(within: Slice, rule: Rule) -> list[Uncounted]:
    """The answers of a slice that no rate counts, and why."""
    store = opened()
    return _uncounted(store, str(store.snapshot.path), within, store.lines(rule), rule)


def key(view: object) -> str:
    """What everything computed from a view depends on."""
    return f"{opened().snapshot.path} {view}"


def findings() -> pl.DataFrame:
    """What the doctor finds suspicious in the published snapshot."""
    store = opened()
    return _found(store, str(store.snapshot.path))


def all_rules() -> dict[str, Rule]:
    """Every rule by name, the data folder's own among them."""
    return rules.available(data_folder())


def refused_rules() -> list[str]:
    """The names of the data folder's files that are no rule, to be told beside those that are."""
    return sorted(rules.refused(data_folder()))


# Two, so that sessions still drawing the previous snapshot are not cut off.
@st.cache_resource(max_entries=2, show_spinner=False)
def _opened(data: str, path: str) -> Store:
    return Store(Path(data), Snapshot(Path(path)))


@st.cache_data(max_entries=64, show_spinner=False)
def _queried(_store: Store, path: str, name: str, parameters: dict[str, Any]) -> pl.DataFrame:
    return _store.query(name, **parameters)


@st.cache_data(max_entries=32, show_spinner="Counting …")
def _counted(_store: Store, path: str, within: Slice, lines: str, _rule: Rule) -> pl.DataFrame:
    return _store.counts(within, _rule)


@st.cache_data(max_entries=32, show_spinner="Counting …")
def _compared(_store: Store, path: str, within: Slice, lines: str, _rule: Rule) -> pl.DataFrame:
    return _store.compared(within, _rule)


@st.cache_data(max_entries=32, show_spinner=False)
def _uncounted(_store: Store, path: str, within: Slice, lines: str, _rule: Rule) -> list[Uncounted]:
    return uncounted_of(_store, within, _rule)


@st.cache_data(max_entries=4, show_spinner="Looking for what is suspicious …")
def _found(_store: Store, path: str) -> pl.DataFrame:
    from warehouse import doctor

    return doctor.findings(_store)
