"""How many of the counted answers a search finds in each arm: a rate like any other."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from pages.frame import links
from pages.printing import claiming
from pages.ui.parts import bounded, tables
from pages.ui.parts.markup import escaped
from pages.ui.view import arms, store
from pages.ui.words import armnames, numbers
from warehouse.analysis import Analysis, results

SAID = 3
"""How many arms are named in the sentence."""


def draw(view: Analysis, text: str) -> None:
    """A sentence on the arms that differ most, and all of them in a table with links."""
    found = _rates(view, text)
    if found.is_empty():
        return
    names = armnames.names(found)
    with st.expander(escaped(sentence(found.to_dicts(), names))):
        tables.plain(_table(found.head(bounded.LINKED), names, view, text), "found")
    claiming.popover(view, ["found"], found.select(arms.KEY), names, "found", text)


def sentence(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> str:
    """The arms with the highest rates and the one with the lowest, as people write them."""
    said = [
        f"{row['n_trait']:,} of {row['n_counted']:,} "
        f"({numbers.percent(row['rate'], row['low'], row['high'])}) {name}"
        for row, name in zip(rows, names, strict=True)
        if row["n_counted"]
    ]
    few = said if len(said) <= SAID else [*said[: SAID - 1], said[-1]]
    more = f"; {numbers.plural(len(said) - SAID, 'arm')} between" if len(said) > SAID else ""
    return f"Found in {'; '.join(few)}{more}."


@store.memo("Looking for answers …")
def _rates(view: Analysis, text: str) -> pl.DataFrame:
    found, _ = results.containing(store.opened(), view, text)
    return found.sort("rate", descending=True, nulls_last=True, maintain_order=True)


def _table(found: pl.DataFrame, names: Sequence[str], view: Analysis, text: str) -> pl.DataFrame:
    counts = store.counts(view.slice, view.rule)
    own = list(arms.KEY)
    read = [
        links.address(
            links.TRANSCRIPTS,
            links.parameters(view.narrowed(row, counts), only="counted", search=text),
        )
        for row in found.select(own).iter_rows(named=True)
    ]
    return found.select(
        pl.Series("arm", names[: found.height], pl.String()),
        *("rate", "low", "high"),
        pl.col("n_trait").alias("n_found"),
        "n_counted",
        pl.Series("read", read, pl.String()),
    )
