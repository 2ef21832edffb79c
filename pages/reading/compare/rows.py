"""Answers of several arms to one question in rows, each under its arm's name, with its verdicts."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import polars as pl
import streamlit as st

from pages.frame import links
from pages.quoting import differing, sample, sensitive, tags
from pages.ui.parts import foreign
from pages.ui.view import store
from warehouse import nearest, transcripts
from warehouse.analysis import Analysis, results
from warehouse.transcripts import Filter

SHOWN = 4
"""How many rows a page has."""

READ = 200
"""How many answers of an arm are read at most; arms with more show the first of them."""

COUNTED = Filter(only="counted")

ORDERS = {"sampled": "As sampled", "nearest": "Nearest first"}
"""What stands in a row: the same place among each arm's answers, or answers that are alike."""

_ROW = (
    "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr));"
    "gap:.4rem 1.6rem;border-top:1px solid rgba(128,128,128,.3);padding:.6rem 0"
)
_CELL = "min-width:0;overflow-wrap:anywhere"
_NAME = "font-size:.85rem;font-weight:600;opacity:.75"
_LINK = "color:inherit;font-size:.85rem;opacity:.75"

Answer = dict[str, Any]


class RowWay(NamedTuple):
    """How rows are drawn."""

    is_marked: bool  # whether words that differ from the first arm's answer are marked
    every_judge: bool
    is_open: bool  # whether sensitive text is open


@store.memo("Reading answers …")
def answers(view: Analysis) -> pl.DataFrame:
    """The counted answers of an arm to a question, in the order in which they were sampled."""
    return results.answers(store.opened(), view, COUNTED, READ)[0]


@store.memo("Comparing answers …")
def laid(views: Sequence[Analysis], order: str) -> list[list[int | None]]:
    """The rows: for each arm the place of its answer among its own, or None where it has none."""
    held = [_texts(answers(view)) for view in views]
    longest = max(map(len, held), default=0)
    if order == "sampled":
        return [[at if at < len(own) else None for own in held] for at in range(longest)]
    first, *others = held
    beside = [nearest.nearest(first, own) for own in others]
    near = {
        at: sum(n for pairs in beside for one, _, n in pairs if one == at)
        for at in range(len(first))
    }
    found = [{one: other for one, other, _ in pairs} for pairs in beside]
    return [
        [at, *(pairs.get(at) for pairs in found)] for at in sorted(near, key=lambda at: -near[at])
    ]


def draw(
    rows: Sequence[Sequence[int | None]],
    views: Sequence[Analysis],
    names: Sequence[str],
    way: RowWay,
) -> None:
    """One page of the rows."""
    frames = [answers(view) for view in views]
    keys = [
        int(frame["sample_key"][at])
        for row in rows
        for at, frame in zip(row, frames, strict=True)
        if at is not None
    ]
    judged = _judged(views[0], keys) if way.every_judge else {}
    covered = set[int]() if way.is_open else _covered(frames, views)
    for row in rows:
        found = [
            None if at is None else frame.row(at, named=True)
            for at, frame in zip(row, frames, strict=True)
        ]
        st.html(_row(found, names, way, judged, covered))


def _row(
    found: Sequence[Answer | None],
    names: Sequence[str],
    way: RowWay,
    judged: Mapping[int, Any],
    covered: set[int],
) -> str:
    first = found[0]
    told = []
    for place, (one, name) in enumerate(zip(found, names, strict=True)):
        head = f'<div style="{_NAME}">{foreign.escaped(name)}</div>'
        if one is None:
            told.append(f'{head}<div style="opacity:.75">No more answers.</div>')
            continue
        marked = None
        if way.is_marked and place and first is not None:
            marked = partial(differing.spans, other=_said(first))
        text = foreign.block(_said(one), marked, is_beside=True)
        if one["sample_key"] in covered:
            text = foreign.covered(text, "Sensitive text: show it")
        outcomes = judged.get(one["sample_key"], one["outcomes"])
        verdicts = tags.html(outcomes, trait=way.every_judge, judge=way.every_judge)
        address = links.address(links.TRANSCRIPTS, {"sample": [str(one["sample_key"])]})
        link = f'<a style="{_LINK}" href="{foreign.escaped(address)}" target="_blank">Read</a>'
        told.append(f"{head}{verdicts}{text}{link}")
    beside = "".join(f'<div style="{_CELL}">{one}</div>' for one in told)
    return f'<div style="{_ROW}">{beside}</div>'


def _judged(view: Analysis, keys: Sequence[int]) -> dict[int, Any]:
    """What every judge made of these answers, on every trait."""
    found = transcripts.of(store.opened(), view.rule, keys)
    return dict(found.select("sample_key", "outcomes").iter_rows())


def _covered(frames: Iterable[pl.DataFrame], views: Sequence[Analysis]) -> set[int]:
    traits = store.query("traits")
    return {
        key
        for frame, view in zip(frames, views, strict=True)
        for key in sensitive.rows(frame, traits, view.slice.trait)
    }


def _texts(found: pl.DataFrame) -> list[str]:
    return [_said(row) for row in found.iter_rows(named=True)]


def _said(row: Mapping[str, Any]) -> str:
    return sample.said(row["answer"], row["error"], row["lost"])
