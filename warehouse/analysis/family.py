"""The family of a comparison: every arm of its focus, whatever a filter leaves in sight.

A filter that chooses among arms leaves rows out and changes none: p-values, intervals, ranks and
indices are those of all arms of the experiment, trait and judge. Where a filter of runs or
evaluations leaves answers out of an arm, that arm alone is another one, among all the others as
they are. A filter of questions asks something else of every arm, unless questions tell arms apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import polars as pl

from warehouse.analysis import OF_QUESTION, Analysis
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY, cell_dimensions
from warehouse.store import GRAIN, Store

KEY = (*IDENTITY, *ARM)
"""What tells arms apart."""

CHOOSING = (
    *("model", "dataset", "intervention", "kind", "relevance", "placement", "eval_intervention"),
    *("run", "evaluation"),
)
"""The dimensions of a slice by which arms are chosen."""


class Family(NamedTuple):
    """What is compared and adjusted for together."""

    whole: Analysis  # of every arm
    part: Analysis | None  # what is asked, where it leaves answers out of an arm in sight


class Hidden(NamedTuple):
    """What the filters of an analysis leave out of its focus."""

    arms: int  # in sight
    of_arms: int
    in_part: int  # arms in sight of which some answers are left out
    questions: int  # in sight
    of_questions: int


def of(store: Store, asked: Analysis, by: Sequence[str] = (), kept: Sequence[str] = ()) -> Family:
    """The family of the arms in sight.

    Args:
        store: Where they lie.
        asked: Which arms are in sight.
        by: What tells arms apart besides `KEY`.
        kept: Dimensions that choose what is pooled, so that they stay as they are asked.
    """
    lifted = [*CHOOSING, *(["question"] if set(by) & set(OF_QUESTION) else [])]
    whole = replace(asked, slice=asked.slice.narrowed(**{n: () for n in lifted if n not in kept}))
    is_split = whole != asked and not _in_part(store, asked, whole, by).is_empty()
    return Family(whole, asked if is_split else None)


def counted(store: Store, family: Family, by: Sequence[str] = ()) -> pl.DataFrame:
    """The counts frame of a family and of what its arms are compared with."""
    whole, part = family
    every = store.compared(whole.slice, whole.rule, whole.baseline)
    if part is None:
        return every
    sight = arms(store.counts(part.slice, part.rule), by)
    own = store.compared(part.slice, part.rule, part.baseline)
    rest = every.join(sight, on=sight.columns, how="anti", nulls_equal=True, maintain_order="left")
    return pl.concat([own, rest]).unique(GRAIN, maintain_order=True)


def told(
    store: Store,
    family: Family,
    asked: Analysis,
    make: Callable[[Store, Family, tuple[str, ...]], pl.DataFrame],
    by: Sequence[str] = (),
) -> pl.DataFrame:
    """What a function makes of a family, a row for each arm in sight.

    Only the arms of which answers are left out differ from what they are without a filter.
    """
    found = store.once(make, Family(family.whole, None), tuple(by))
    if family.part is not None:
        apart = _in_part(store, asked, family.whole, by)
        key = [name for name in apart.columns if name in found.columns]
        order = found.select(key)
        rest = found.join(apart, on=key, how="anti", nulls_equal=True)
        own = _of(store.once(make, family, tuple(by)), apart.select(key))
        both = pl.concat([rest, own], how="vertical_relaxed")
        found = order.join(both, on=key, how="inner", nulls_equal=True, maintain_order="left")
        found = found.select(both.columns)
    sight = arms(store.counts(asked.slice, asked.rule), by)
    return _of(found, sight.select(name for name in sight.columns if name in found.columns))


def arms(counts: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """The arms of a counts frame, told apart by `KEY` and `by`."""
    return counts.select(cell_dimensions(counts, [*ARM, *by])).unique()


def hidden(store: Store, asked: Analysis) -> Hidden:
    """What the filters leave out."""
    chosen, every = dict.fromkeys(CHOOSING, ()), {"question": ()}
    whole = replace(asked, slice=asked.slice.narrowed(**chosen))
    slices = (asked.slice, asked.slice.narrowed(**every), whole.slice.narrowed(**every))
    own, of_all_questions, of_all_arms = (store.counts(each, asked.rule) for each in slices)
    return Hidden(
        arms(own).height,
        arms(of_all_arms).height,
        _in_part(store, asked, whole).height,
        own["question"].n_unique(),
        of_all_questions["question"].n_unique(),
    )


def _in_part(
    store: Store, asked: Analysis, whole: Analysis, by: Sequence[str] = ()
) -> pl.DataFrame:
    """The arms in sight of which fewer answers are than in the whole."""
    own, every = (store.counts(each.slice, each.rule) for each in (asked, whole))
    key, size = cell_dimensions(own, [*ARM, *by]), pl.len().alias("size")
    sizes = [frame.group_by(key).agg(size) for frame in (own, every)]
    both = sizes[0].join(sizes[1], on=key, nulls_equal=True)
    return both.filter(pl.col("size") < pl.col("size_right")).select(key)


def _of(found: pl.DataFrame, sight: pl.DataFrame) -> pl.DataFrame:
    return found.join(sight, on=sight.columns, how="semi", nulls_equal=True, maintain_order="left")
