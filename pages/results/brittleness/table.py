"""The cells of a grid as a table, as rows to take away, and where a click on one leads."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from pages.frame import links
from pages.results.brittleness.grid import GridLayout
from pages.results.brittleness.measures import MEASURES
from pages.ui.parts import bounded
from pages.ui.view import cells, store
from pages.ui.words import wordings
from warehouse.analysis import Analysis
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY

ALWAYS = ("question", "model", "dataset")
"""The dimensions that a table shows even where all its rows have the same."""


@store.memo()
def of(found: pl.DataFrame, measure: str, layout: GridLayout, view: Analysis) -> pl.DataFrame:
    """The cells with labels, values, counts and links to transcripts."""
    counts = store.counts(view.slice, view.rule)
    human = cells.named(found, counts, layout.keys)
    dims = [name for name in (*layout.by, *ARM) if name in ALWAYS or human[name].n_unique() > 1]
    kept = ["verdict"] if MEASURES[measure].has_verdicts else []
    rows = pl.concat(
        [
            human.select(dims),
            _values(found, measure),
            found.select(*kept, *cells.TABLE_COUNTS[:2]),
            human.select(IDENTITY),
            found.select(*cells.TABLE_COUNTS[2:], "questions", "runs", "note", "doubt"),
            wordings.column(found).to_frame(),
        ],
        how="horizontal",
    )
    if found.height > bounded.LINKED:
        return rows
    addresses = list(_addresses(found.select(layout.keys), view, counts))
    return rows.with_columns(pl.Series("read", addresses, pl.String()))


def raw(found: pl.DataFrame, measure: str, view: Analysis) -> pl.DataFrame:
    """The cells to take away, their values as shares of 1 and what they were counted under."""
    told = found.drop("n", "value", "low", "high", "text", "short")
    return cells.stamped(
        pl.concat([told, _values(found, measure)], how="horizontal"), view
    ).with_columns(pl.lit(view.margin).alias("margin"))


def opened(
    row: Mapping[str, Any], measure: str, layout: GridLayout, view: Analysis, counts: pl.DataFrame
) -> tuple[str, links.Parameters]:
    """The page that a click on a cell leads to, with its view: the comparison, or the answers."""
    cell = view.narrowed({name: row[name] for name in layout.keys}, counts)
    if MEASURES[measure].compares and row["intervention"] != "none":
        return links.INTERVENTIONS, links.parameters(cell)
    return links.TRANSCRIPTS, links.parameters(cell, only=MEASURES[measure].only)


def _values(found: pl.DataFrame, measure: str) -> pl.DataFrame:
    names = MEASURES[measure].columns
    own = ("value", "low", "high")[: len(names)]
    return found.select(pl.col(n).alias(name) for n, name in zip(own, names, strict=True))


def _addresses(keys: pl.DataFrame, view: Analysis, counts: pl.DataFrame) -> Iterator[str]:
    """The transcripts of each cell, its rows of the counts found once for all."""
    behind = counts.partition_by(keys.columns, as_dict=True)
    for values, cell in zip(keys.rows(), keys.iter_rows(named=True), strict=True):
        narrowed = view.narrowed(cell, behind[values])
        yield links.address(links.TRANSCRIPTS, links.parameters(narrowed, only="counted"))
