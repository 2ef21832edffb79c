"""A slice counted in many ways: one query for several, instead of one for each."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import polars as pl

from warehouse import counting
from warehouse.counting import Slice
from warehouse.rules import Rule
from warehouse.store import Store

AT_ONCE = 16
"""How many ways a query counts: planning it takes longer than most snapshots take to scan."""

MARK = "\x1f"
"""Stands between a trait and the number of the way it is counted in."""


class WayToCount(NamedTuple):
    """A way to count."""

    rule: Rule
    traits: pl.DataFrame  # rows of `Store.traits`, or what `counting.multi_way` makes of them


def recounted(store: Store, within: Slice, ways: Sequence[WayToCount]) -> list[pl.DataFrame]:
    """The counts frame of a slice and of its baselines, in each of the ways.

    A query is asked for every trait under a name of its own for each way, and its answer
    taken apart again. The traits of a way decide which are counted, not those of the slice.
    """
    whole = replace(_with_baselines(store, within), trait=())
    frames = []
    for start in range(0, len(ways), AT_ONCE):
        batch = ways[start : start + AT_ONCE]
        lines = [line for number, way in enumerate(batch) for line in _lines(way, number)]
        answer = store.query("counts", lines=json.dumps(lines), **whole.parameters())
        parts = pl.col("trait").str.split_exact(MARK, 1)
        named = answer.with_columns(
            parts.struct[0].alias("trait"), parts.struct[1].cast(pl.Int64).alias("way")
        )
        found = named.partition_by("way", as_dict=True, include_key=False, maintain_order=True)
        none = named.clear().drop("way")
        frames += [found.get((number,), none) for number in range(len(batch))]
    return frames


def _lines(way: WayToCount, number: int) -> list[dict[str, Any]]:
    """What a way says of each trait, renamed."""
    renamed = way.traits.with_columns(pl.format(f"{{}}{MARK}{number}", "trait").alias("trait"))
    lines: list[dict[str, Any]] = json.loads(counting.lines(way.rule, renamed))
    return lines


def _with_baselines(store: Store, within: Slice) -> Slice:
    """A single slice that holds the same as `Store.compared` counts."""
    if within.holds_baselines():
        return within
    evaluations = store.compared(within)["evaluation"].unique().sort().to_list()
    # An empty list would leave the dimension whole.
    if not evaluations:
        return within
    return Slice(
        evaluation=tuple(evaluations),
        judge=within.judge,
        question=within.question,
        domain=within.domain,
    )
