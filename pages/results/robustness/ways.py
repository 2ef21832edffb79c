"""Every other way to count what is in sight, or to leave some of it out; kept.

What takes long is asked for in pieces: every arm as it is counted on screen, one arm in every way,
and all of them in every way only where a section shows all.
"""

from dataclasses import replace
from typing import Literal

import polars as pl
import streamlit as st

from pages.ui.view import store
from warehouse import universe
from warehouse.analysis import Analysis
from warehouse.rules import Rule
from warehouse.stats.multiverse import ARMS
from warehouse.universe import Explored, Over

Against = Literal["control", "untuned"]

TALL = 320
"""Pixels of what stands in a picture's place while it is computed."""


def claimed(view: Analysis, against: Against) -> Explored:
    """What the view concludes as it is counted on screen: a single specification."""
    return _explored(view, against, {view.rule.name: view.rule}, varied=False)


def of_arm(view: Analysis, against: Against, arm: pl.DataFrame, counts: pl.DataFrame) -> Explored:
    """In how many other ways of counting the conclusion on one arm (a row of `ARMS`) stands."""
    within = view.narrowed(arm.select(ARMS).row(0, named=True), counts)
    with st.skeleton(TALL):
        return _explored(within, against, store.all_rules())


def explored(view: Analysis, against: Against) -> Explored:
    """In how many other ways of counting the view's conclusions stand."""
    with st.skeleton(TALL):
        return _explored(view, against, store.all_rules())


def judges(view: Analysis) -> int:
    """How many judges gave an outcome for any answer of the view, whoever is looked at."""
    whole = replace(view.slice, judge=())
    found = store.counts(whole, view.rule).filter(pl.col("n_judged") > 0)
    return found["judge"].n_unique()


def by_judge(view: Analysis, against: Against) -> Explored:
    """`claimed`, by whoever judged."""
    return claimed(replace(view, slice=replace(view.slice, judge=())), against)


@store.memo()
def cuts(view: Analysis) -> list[Over]:
    """Which cuts the rule has for what is in sight."""
    return universe.cuts(store.opened(), view)


def curve(view: Analysis, over: Over) -> pl.DataFrame:
    """The rate of every arm in sight, and of its baselines, as a cut moves."""
    with st.skeleton(TALL):
        return _curve(view, over)


def without_each(view: Analysis, against: Against) -> pl.DataFrame:
    """Every arm in sight without each of its questions."""
    with st.skeleton(TALL):
        return _without_each(view, against)


def judged_labels(view: Analysis) -> pl.DataFrame:
    """The query `labels`: how often each multi-way label was given in the view."""
    return store.query("labels", **view.slice.parameters())


@store.memo(entries=64)
def _explored(
    view: Analysis, against: Against, rules: dict[str, Rule], varied: bool = True
) -> Explored:
    from warehouse.analysis import results

    cuts = {} if varied else {"trait_cuts": (), "coherence_cuts": ()}
    return results.multiverse(store.opened(), view.beside(against), rules.values(), **cuts)


@store.memo(entries=16)
def _curve(view: Analysis, over: Over) -> pl.DataFrame:
    from warehouse.analysis import results

    return results.curve(store.opened(), view, over)


@store.memo(entries=16)
def _without_each(view: Analysis, against: Against) -> pl.DataFrame:
    from warehouse.analysis import results

    return results.without_each(store.opened(), view.beside(against))
