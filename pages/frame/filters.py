"""What a page looks at: its focus, how it is counted and its filters, as one analysis."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

import polars as pl
import streamlit as st

from pages.frame import addressbar, asked, bound, counted, crumbs, focus, hiding, naming
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from pages.ui.words import columns, numbers, values
from warehouse import harmless, looked
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.errors import CannotWrite

VIEW = "_view"
SAID = "_said"
LOOKED = "_looked"
"""Session keys: this run's analysis, the sentences on what of a link it cannot show, and what was
noted as looked at."""

MAIN = ("model", "dataset", "intervention", "eval_intervention")
MORE = ("question", "kind", "relevance", "placement", "run", "evaluation")
"""The filters that are in sight, and those behind one more."""


class PageScope(NamedTuple):
    """What a page is about, and what acts on it."""

    is_focused: bool = False  # one experiment, trait and judge, or all of them
    is_counted: bool = False  # whether it shows what a rule counts
    filters: tuple[str, ...] = ()


FOCUSED = PageScope(is_focused=True, is_counted=True, filters=(*MAIN, *MORE))
MAP = PageScope(is_counted=True, filters=MAIN[:3])
RUNS = PageScope(filters=(*MAIN[:3], "kind", "relevance", "placement"))
NOTHING = PageScope()


def draw(scope: PageScope, pages: Mapping[str, st.Page]) -> Analysis:
    """Draw what stands above a page and beside it; returns the analysis that this makes.

    Args:
        scope: What the page is about.
        pages: All pages by the last part of their address.
    """
    found = focus.opened() if scope.is_focused else None
    chosen = found.focus if found else None
    within = Analysis().focused(chosen).slice if chosen else Slice()
    offered = _offered(within, scope.filters)
    wanted = {key: tuple(bound.known(key, offered[key])) for key in scope.filters}
    view = counted.asked_for(within.narrowed(**wanted))
    st.session_state[VIEW] = view
    st.session_state[SAID] = [*(focus.told(found) if found else ()), *_unknown(within)]
    if chosen is not None:
        _note(view)
        focus.bar(chosen)
    if scope.is_counted:
        counted.panel(view)
    with st.container():  # always there: what is below keeps its place, and its picture
        crumbs.draw(pages)
        if scope.is_counted and asked.part() is None:
            hiding.draw(view)
    with st.sidebar:
        _filters(scope, _narrowed(within, offered, wanted))
    addressbar.write(
        (
            *(asked.FOCUS if scope.is_focused else ()),
            *(asked.COUNTING if scope.is_counted else ()),
            *scope.filters,
        )
    )
    return view


def current() -> Analysis:
    """The analysis of this run: on a page with a focus, of one experiment, trait and judge."""
    view: Analysis = st.session_state[VIEW]
    return view


def said() -> list[str]:
    """One sentence for everything a link asked for that this page cannot show."""
    return list(st.session_state.get(SAID, ()))


def _note(view: Analysis) -> None:
    """Note what is looked at, once a session: a write-up discloses it (`warehouse.looked`)."""
    noted = st.session_state.setdefault(LOOKED, set())
    if view not in noted:
        noted.add(view)
        with suppress(CannotWrite):  # a folder that only others may write is read all the same
            looked.note(store.data_folder(), view, asked.page())


def _filters(scope: PageScope, options: Mapping[str, Mapping[str, str]]) -> None:
    """The filters that have a choice, those used less behind one button."""
    in_use = [key for key in scope.filters if asked.values(key)]
    held = [key for key in scope.filters if len(options[key]) > 1 or key in in_use]
    if not held:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("Filters", width="stretch")
        if in_use:
            st.button("Reset", icon=":material/filter_alt_off:", on_click=asked.clear, key="reset")
    for key in held:
        if key in MAIN:
            _filter(key, options[key])
    if more := [key for key in held if key not in MAIN]:
        used = sum(key in in_use for key in more)
        with st.popover(f"More filters · {used:,} used" if used else "More filters"):
            for key in more:
                _filter(key, options[key])


def _filter(key: str, options: Mapping[str, str]) -> None:
    bound.many(escaped(columns.label(key)), options, key)


def _unknown(within: Slice) -> list[str]:
    here = "this snapshot"
    if within.experiment:
        here = values.value("experiment", within.experiment[0])
    return [
        f"The link asks for {columns.label(key).lower()} {numbers.listing(map(_quoted, names))}, "
        f"which is not in {here if key in asked.FILTERS else 'this snapshot'}; "
        f"that {'filter' if key in asked.FILTERS else 'choice'} is not applied."
        for key, names in asked.unknown().items()
    ]


def _quoted(name: str) -> str:
    """What a link wrote, which may be anything, in one line."""
    return f"'{harmless.short(name, 60)}'"


def _narrowed(
    within: Slice, offered: Mapping[str, Mapping[str, str]], wanted: Mapping[str, tuple[str, ...]]
) -> dict[str, dict[str, str]]:
    """Of what every filter offers, what the others leave.

    What is chosen stays among it, so that it can be taken away.
    """
    rows = _evaluations(within)
    passing = {
        key: pl.col(key).is_in(chosen) if (chosen := wanted[key]) else pl.lit(value=True)
        for key in offered
        if key in rows.columns
    }
    found = {}
    for key, options in offered.items():
        left: set[str] = set(options)
        if key in passing:
            others = [passes for name, passes in passing.items() if name != key]
            left = {*rows.filter(*others)[key], *wanted[key]}
        found[key] = {value: label for value, label in options.items() if value in left}
    return found


@store.memo()
def _offered(within: Slice, keys: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """What every filter offers for a focus: the values that were evaluated, with their labels."""
    rows = _evaluations(within)
    return {
        key: _BESIDE[key](rows)
        if key in _BESIDE
        else values.distinct(key, rows[key].drop_nulls().unique().sort())
        for key in keys
    }


def _evaluations(within: Slice) -> pl.DataFrame:
    """The evaluations of a focus."""
    parts = [(name, getattr(within, name)) for name in ("experiment", "study")]
    passing = [pl.col(name).is_in(held) for name, held in parts if held]
    return store.query("evaluations").filter(*passing)


def _questions(rows: pl.DataFrame) -> dict[str, str]:
    experiments = rows["experiment"].implode()
    asked_of = store.query("questions").filter(pl.col("experiment").is_in(experiments))
    return naming.questions(asked_of["question"])


def _named_evaluations(rows: pl.DataFrame) -> dict[str, str]:
    return values.told_apart(
        {
            e["evaluation"]: f"{values.value('model', e['model'])} · "
            + values.intervention(e["intervention"] or "none")
            for e in rows.iter_rows(named=True)
        }
    )


_BESIDE: dict[str, Callable[[pl.DataFrame], dict[str, str]]] = {
    "question": _questions,
    "evaluation": _named_evaluations,
}
"""The filters whose values are named otherwise than the dimensions are."""
