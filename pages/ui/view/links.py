"""Links from a number to the page behind it: the same view, narrowed to the number's cell."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NoReturn
from urllib.parse import urlencode

import polars as pl
import streamlit as st

from pages.ui.view import bound
from pages.ui.view.filters import DEFAULT_ADJUSTMENT, DEFAULT_DOMAIN, DEFAULT_UNIT, View
from pages.ui.words import numbers
from warehouse.counting import Slice
from warehouse.rules import DEFAULT
from warehouse.stats.equivalence import MARGIN
from warehouse.stats.rates import COUNTS

Parameters = dict[str, list[str]]

TRANSCRIPTS = "reading/transcripts"
INTERVENTIONS = "results/interventions"
ROBUSTNESS = "results/robustness"
"""The pages that others lead to, by their place in `pages`."""

OF_QUESTION = ("question", "question_name", "question_group", "in_domain")

ONLY = {
    "n_planned": "planned",
    "n_answered": "answered",
    "n_judged": "judged",
    "n_refusal": "refusal",
    "n_code": "code",
    "n_incoherent": "incoherent",
    "n_unparsed": "unparsed",
    "n_missing": "missing",
    "n_counted": "counted",
    "n_trait": "trait",
}
"""Which transcripts a count stands for (`warehouse.transcripts.ONLY`)."""


def narrowed(view: View, cell: Mapping[str, Any], counts: pl.DataFrame) -> View:
    """The view that holds exactly the samples of one cell.

    Args:
        view: The view the cell was counted in.
        cell: The cell's value on each of its dimensions; other names are ignored.
        counts: The counts frame of the view. A dimension that no filter has (settings, seed …),
            or whose value is unknown, is named by the cell's evaluations or questions.
    """
    mine = {
        name: value for name, value in cell.items() if name in counts.columns and name not in COUNTS
    }
    filters = {k: v for k, v in mine.items() if k in Slice.dimensions() and v is not None}
    within = view.slice.narrowed(**filters)
    others = [name for name in mine if name not in filters]
    if others:
        rows = counts.filter(
            *(pl.col(n).eq_missing(pl.lit(v, dtype=counts[n].dtype)) for n, v in mine.items())
        )
        by_question = [name for name in others if name in OF_QUESTION]
        if by_question:
            within = within.narrowed(question=_values(rows, "question"))
        if len(by_question) < len(others):
            within = within.narrowed(evaluation=_values(rows, "evaluation"))
    return replace(view, slice=within)


def parameters(view: View, **more: str | None) -> Parameters:
    """A view as URL parameters, leaving out what is as usual, and a page's own beside it."""
    given = {name: list(getattr(view.slice, name)) for name in Slice.dimensions()}
    single = {
        "domain": None if view.slice.domain == DEFAULT_DOMAIN else view.slice.domain,
        "rule": None if view.rule.name == DEFAULT else view.rule.name,
        "unit": None if view.unit == DEFAULT_UNIT else view.unit,
        "trait_cut": None if view.trait_cut is None else f"{view.trait_cut:g}",
        "coherence_cut": None if view.coherence_cut is None else f"{view.coherence_cut:g}",
        "margin": None if view.margin == MARGIN else f"{numbers.hundredth(view.margin):g}",
        "adjust": None if view.adjustment == DEFAULT_ADJUSTMENT else view.adjustment,
    } | more
    given |= {name: [value] for name, value in single.items() if value is not None}
    return {name: values for name, values in given.items() if values}


def address(page: str, to: Parameters) -> str:
    """The address of a page (its place in `pages`) with these parameters, from another page."""
    return f"/{page.rpartition('/')[2]}?{urlencode(to, doseq=True)}"


def go(page: str, to: Parameters) -> NoReturn:
    """Go to a page (its place in `pages`) in this session, with this view."""
    st.session_state[bound.NEXT] = to
    # The URL is emptied; the widgets, which own it, fill it again as they take up the link.
    st.switch_page(f"pages/{page}/page.py", query_params={})


def reset() -> NoReturn:
    """Draw this page again with every filter cleared."""
    st.session_state[bound.NEXT] = {}
    st.rerun()


def arrive() -> None:
    """Take up the link that was just followed, for this run alone; first thing in a run."""
    st.session_state[bound.FOLLOWED] = st.session_state.pop(bound.NEXT, None)


def _values(rows: pl.DataFrame, column: str) -> list[str]:
    return rows[column].unique().sort().to_list()
