"""What is asked of the app, by links and by hand: the one thing that widgets and the address show.

Values are a link's: lists of texts by key. What says which answers are looked at and how they are
counted is shared by all pages; the other keys are a page's own and are kept for it. A widget shows
what is asked, and what is changed in it is asked from then on, so that a page may leave widgets out
without anything being forgotten.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import streamlit as st

from warehouse.analysis import Focus, written
from warehouse.counting import Slice

Values = dict[str, list[str]]

FOCUS = ("experiment", "trait", "judge", "study")
"""What a page is about."""

FILTERS = tuple(name for name in Slice.dimensions() if name not in Focus._fields)
"""What narrows it down."""

COUNTING = tuple(name for name in written.OPTIONS if name != "baseline")
"""How it is counted."""

FROM = "from"
"""The key that says from which page a part of it was opened; its filters are the page's own."""

STATE = "_asked"
"""Session key: all of it."""


class _DrawnWidget(NamedTuple):
    """A widget as it was drawn last."""

    page: str
    shown: Any  # what it showed
    usual: Any  # what it shows where nothing is asked


class _SessionAsked:
    """What a session asks, page by page."""

    def __init__(self) -> None:
        self.page = ""
        self.shared: Values = {}
        self.own: dict[str, Values] = {}
        self.slices: dict[str, Values] = {}
        self.drawn: dict[str, _DrawnWidget] = {}
        self.changed: set[str] = set()
        self.unknown: dict[str, tuple[str, ...]] = {}


def _state() -> _SessionAsked:
    found: _SessionAsked = st.session_state.setdefault(STATE, _SessionAsked())
    return found


def began() -> bool:
    """Whether the session has drawn a page before."""
    return STATE in st.session_state and bool(_state().page)


def page() -> str:
    """The page that is drawn, by the last part of its address."""
    return _state().page


def turn_to(name: str) -> None:
    """Begin to draw a page, with what was changed by hand since the last one."""
    state = _state()
    state.changed.clear()
    for key in list(state.drawn):
        take_up(key)
    state.page = name
    state.unknown = {}


def follow(name: str, asked: Mapping[str, Sequence[str]]) -> None:
    """Take a link to a page for the whole of what is asked: what it does not name is as usual.

    Of a part of another page (`FROM`) the filters are this page's own, and the app's stay.
    """
    state = _state()
    given = {key: [*values] for key, values in asked.items() if any(values)}
    is_part = FROM in given
    kept = {k: v for k, v in state.shared.items() if k in FILTERS} if is_part else {}
    shared = (*FOCUS, *COUNTING) if is_part else (*FOCUS, *COUNTING, *FILTERS)
    state.shared = kept | {key: values for key, values in given.items() if key in shared}
    state.slices.pop(name, None)
    if is_part:
        state.slices[name] = {k: v for k, v in given.items() if k in (FROM, *FILTERS)}
    everywhere = (FROM, *FOCUS, *COUNTING, *FILTERS)
    state.own[name] = {key: values for key, values in given.items() if key not in everywhere}
    state.drawn.clear()


def part() -> Values | None:
    """The filters of the part of another page that is shown, and `FROM`; None where all is."""
    return _state().slices.get(page())


def whole() -> None:
    """Show all of this page again, not a part that another page led to."""
    _state().slices.pop(page(), None)


def values(key: str, where: str | None = None) -> list[str]:
    """What is asked under a key, on this page or another."""
    return [*_place(key, page() if where is None else where).get(key, ())]


def ask(key: str, wanted: Sequence[str], where: str | None = None) -> None:
    """Ask something under a key; nothing means as usual."""
    place = _place(key, page() if where is None else where)
    place.pop(key, None)
    if wanted:
        place[key] = [*wanted]
    _state().unknown.pop(key, None)


def clear() -> None:
    """Take every filter away; where only a part of another page is shown, that part alone."""
    if part() is not None:
        whole()
        return
    for key in FILTERS:
        ask(key, ())


def link(keys: Sequence[str]) -> Values:
    """What is asked on this page, of what is shared only under some keys."""
    state = _state()
    local = state.slices.get(state.page, {})
    found = {key: asked for key in (FROM, *keys) if (asked := values(key))}
    return found | {key: v for key, v in local.items()} | state.own.get(state.page, {})


def shown(key: str, wanted: Any, usual: Any, *, is_preset: bool = False) -> None:
    """Let a widget that is about to be drawn show what is asked.

    Args:
        key: The widget's key.
        wanted: What it is to show.
        usual: What it shows where nothing is asked.
        is_preset: Whether it shows the usual by itself, and minds to be told.
    """
    _state().drawn[key] = _DrawnWidget(page(), wanted, usual)
    if key not in st.session_state and is_preset and wanted == usual:
        return
    # Also where it is there already: the run that assigned it may have ended before the browser
    # drew the widget, and only what is assigned is told to the browser.
    if not is_preset or key not in st.session_state or st.session_state[key] != wanted:
        st.session_state[key] = wanted


def take_up(key: str) -> None:
    """Ask what was chosen in a widget since it was drawn."""
    drawn = _state().drawn.get(key)
    if drawn is None or key not in st.session_state:
        return
    chosen = st.session_state[key]
    if chosen != drawn.shown:
        ask(key, () if chosen == drawn.usual else _texts(chosen), drawn.page)
        _state().drawn[key] = drawn._replace(shown=chosen)
        _state().changed.add(key)


def changed() -> frozenset[str]:
    """The keys of what was changed by hand since the page was drawn last."""
    return frozenset(_state().changed)


def unknown() -> dict[str, tuple[str, ...]]:
    """What is asked in vain of the widgets drawn so far, by their keys."""
    return dict(_state().unknown)


def in_vain(key: str, wanted: Sequence[str]) -> None:
    """Remember that these values are asked of a widget that does not have them."""
    _state().unknown.pop(key, None)
    if wanted:
        _state().unknown[key] = tuple(wanted)


def _place(key: str, where: str) -> Values:
    """Where what is asked under a key is kept."""
    state = _state()
    if key in FILTERS or key == FROM:
        return state.slices.get(where, {} if key == FROM else state.shared)
    if key in FOCUS or key in COUNTING:
        return state.shared
    return state.own.setdefault(where, {})


def _texts(chosen: Any) -> list[str]:
    """A widget's value as a link writes it."""
    match chosen:
        case None | "" | False:
            return []
        case True:
            return ["true"]
        case float():
            return [f"{chosen:g}"]
        case str() | int():
            return [str(chosen)]
    return [str(value) for value in chosen]
