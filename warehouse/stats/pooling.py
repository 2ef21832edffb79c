"""What no cell may pool unsaid: answers that were made under different conditions.

The identity of a number (`rates.IDENTITY`) is never pooled over. Beyond it a layout may leave
conditions out; where a cell would then hold several, it is split by them, or it is said.
"""

from collections.abc import Sequence

import polars as pl

from warehouse.stats.rates import mixed

CONDITIONS = ("dataset", "intervention", "eval_intervention", "settings", "temperature")
"""What makes answers different things: 3 epochs at 100 % and 9 epochs at 0 % are never 50 %."""

GROUPED = {
    "intervention": ("kind", "relevance", "placement", "dose"),
    "dataset": ("kind", "relevance", "placement", "dose"),
}
"""A layout by one of these asks for several interventions, or datasets, together."""


def pooled(counts: pl.DataFrame, by: Sequence[str]) -> list[str]:
    """The conditions of which some cell of the layout `by` holds several.

    One that differs only because another does is not named beside it: an untuned model has no
    training settings.
    """
    found: list[str] = []
    for name in CONDITIONS:
        asked = set(GROUPED.get(name, ())) & set(by)
        if name in counts.columns and not asked and mixed(counts, [*by, *found], [name]):
            found.append(name)
    return found


def apart(counts: pl.DataFrame, by: Sequence[str]) -> list[str]:
    """The dimensions of a layout, and after the first the conditions its cells would pool."""
    return [*by[:1], *pooled(counts, by), *by[1:]]
