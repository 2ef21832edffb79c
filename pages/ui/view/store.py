"""What pages read from: the latest snapshot, opened once, and what was made of it, kept."""

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from functools import partial, wraps
from pathlib import Path
from threading import Lock
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec
import polars as pl
import streamlit as st

from warehouse import datafolder, defaults, rules, snapshots
from warehouse.counting import Slice
from warehouse.errors import NoSnapshot
from warehouse.rules import Rule
from warehouse.snapshots import Snapshot
from warehouse.store import Store
from warehouse.uncounted import Uncounted
from warehouse.uncounted import uncounted as uncounted_of

P = ParamSpec("P")
R = TypeVar("R")

_USED: ContextVar[Store | None] = ContextVar("_USED", default=None)
"""The snapshot that is being read for something that will be kept."""

_KEPT: list[Callable[[], None]] = []
"""Drops what was kept, one for each function that keeps."""

_LATEST: list[str] = []
"""The path of the snapshot that what is kept was made of."""

_LOCK = Lock()


def data_folder() -> Path:
    """The data folder: BRITTLESCOPE_DATA, or `data` here."""
    return datafolder.chosen()


def current() -> Store | None:
    """The published snapshot, or None where nothing was built yet.

    Which one is published is looked up at every call, so that a rerun sees a new build; what is
    made to be kept reads one and the same snapshot all along.
    """
    if (used := _USED.get()) is not None:
        return used
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


def memo(sentence: str = "", entries: int = 32) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep what a function makes of the published snapshot, for every session.

    It is made again for another snapshot, and for arguments that say anything else (`said`). A
    new snapshot drops everything that was made of another. Whoever asks while it is being made
    waits for it.

    Args:
        sentence: What the page says meanwhile; without one it says nothing.
        entries: How many results are kept at most; those made longest ago go first.
    """

    def keeping(function: Callable[P, R]) -> Callable[P, R]:
        def made(key: str, _make: Callable[[], R]) -> R:
            return _make()

        # Streamlit tells functions apart by their names.
        made.__module__, made.__qualname__ = function.__module__, function.__qualname__
        kept = st.cache_data(max_entries=entries, show_spinner=sentence or False)(made)
        _KEPT.append(kept.clear)

        @wraps(function)
        def asked(*args: P.args, **kwargs: P.kwargs) -> R:
            store = current()
            if store is None:  # what needs one says so; a picture of the literature does not
                return function(*args, **kwargs)
            _let_go(path := str(store.snapshot.path))

            def make() -> R:
                with reading(store):
                    return function(*args, **kwargs)

            found: R = kept(said((path, args, kwargs)), make)
            return found

        return asked

    return keeping


@contextmanager
def reading(store: Store) -> Iterator[None]:
    """A context in which everything is made of one and the same snapshot."""
    token = _USED.set(store)
    try:
        yield
    finally:
        _USED.reset(token)


def said(value: object) -> str:
    """What a value says, so that two that differ in anything say something else.

    Raises:
        TypeError: for a value of a kind that might hide what it holds.
    """
    match value:
        case None | bool() | int() | float() | str() | Path():
            return repr(value)
        case pl.DataFrame():
            told = io.BytesIO()
            value.rechunk().write_ipc(told)
            return f"{value.schema} {hashlib.sha256(told.getvalue()).hexdigest()}"
        case partial():
            return f"partial{said((value.func, value.args, value.keywords))}"
        case tuple() | list():
            return f"{type(value).__qualname__}({', '.join(map(said, value))})"
        case Mapping():
            pairs = (f"{said(name)}: {said(one)}" for name, one in value.items())
            return f"{{{', '.join(pairs)}}}"
        case AbstractSet():
            return f"{{{', '.join(sorted(map(said, value)))}}}"
        case msgspec.Struct():
            return f"{type(value).__qualname__}{said(msgspec.structs.asdict(value))}"
    if is_dataclass(value) and not isinstance(value, type):
        held = {one.name: getattr(value, one.name) for one in fields(value)}
        return f"{type(value).__qualname__}{said(held)}"
    if callable(value) and "<l" not in (name := getattr(value, "__qualname__", "<lambda>")):
        return f"{value.__module__}.{name}"
    raise TypeError(f"Nothing says how two values of {type(value)} are told apart.")


def _let_go(path: str) -> None:
    """Drop what was made of another snapshot than the one at this path."""
    with _LOCK:
        is_new, _LATEST[:] = bool(_LATEST) and path not in _LATEST, [path]
    if is_new:
        for drop in _KEPT:
            drop()


class _Remembering(Store):
    """A snapshot whose counts are kept: most of what pages show begins with the same ones.

    What is made of a whole focus is kept too, since every filter leaves a part of it in sight.
    """

    def counts(self, within: Slice | None = None, rule: Rule | None = None) -> pl.DataFrame:
        with reading(self):
            return _counts(within or Slice(), rule or rules.named(defaults.RULE, self.data))

    def once(
        self, make: Callable[Concatenate[Store, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        with reading(self):
            found: R = _once(make, args, kwargs)
            return found


# Two, so that sessions still drawing the previous snapshot are not cut off.
@st.cache_resource(max_entries=2, show_spinner=False)
def _opened(data: str, path: str) -> Store:
    return _Remembering(Path(data), Snapshot(Path(path)))


@memo(entries=64)
def query(name: str, **parameters: Any) -> pl.DataFrame:
    """A query of `warehouse/queries` on the published snapshot; lists as list parameters."""
    return opened().query(name, **parameters)


def studies() -> list[str]:
    """The studies whose results were loaded; a page names them only where there are several."""
    if current() is None:
        return []
    found: list[str] = query("evaluations")["study"].unique().sort().to_list()
    return found


def counts(within: Slice, rule: Rule) -> pl.DataFrame:
    """The counts frame of a slice under a rule."""
    return opened().counts(within, rule)


@memo("Counting …")
def _counts(within: Slice, rule: Rule) -> pl.DataFrame:
    return Store.counts(opened(), within, rule)


@memo("Comparing …", entries=64)
def _once(make: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return make(opened(), *args, **kwargs)


@memo()
def uncounted(within: Slice, rule: Rule) -> list[Uncounted]:
    """The answers of a slice that no rate counts, and why."""
    return uncounted_of(opened(), within, rule)


@memo("Looking for what is suspicious …", entries=16)
def findings(*checks: str) -> pl.DataFrame:
    """What the doctor finds suspicious in the published snapshot, by some of its checks or all."""
    from warehouse import doctor

    return doctor.findings(opened(), *checks)


def all_rules() -> dict[str, Rule]:
    """Every rule by name, the data folder's own among them."""
    return rules.available(data_folder())


def refused_rules() -> list[str]:
    """The names of the data folder's files that are no rule, to be told beside those that are."""
    return sorted(rules.refused(data_folder()))
