"""What arms are called where several stand side by side: no longer than tells them apart."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pages.ui.words import values

ORDER = (
    *("intervention", "eval_intervention", "model", "dataset", "settings", "sampling"),
    *("experiment", "trait", "judge", "study"),
)
"""What tells arms apart, in the order of a name."""

UNTUNED = "Untuned model"

ALWAYS = ("intervention", "eval_intervention", "model")
"""What is named wherever it differs; the rest only where arms could be mistaken without it."""


def names(frame: pl.DataFrame) -> list[str]:
    """A name for the arm of every row: its intervention, and whatever else it takes.

    `frame` has the columns of `ORDER`, but need not have a judge.
    """
    known = [name for name in ORDER if name in frame.columns]
    untuned = pl.col("dataset") == "none"
    # An untuned model is called one, which says all of its dataset and intervention.
    arms = (
        frame.select(known)
        .with_columns(
            pl.when(untuned)
            .then(pl.lit("untuned"))
            .otherwise("intervention")
            .alias("intervention"),
            pl.when(~untuned).then("dataset").alias("dataset"),
        )
        .unique()
    )
    needed = [
        name for name in known if name == "intervention" or arms[name].drop_nulls().n_unique() > 1
    ]
    for name in [name for name in reversed(needed) if name not in ALWAYS]:
        fewer = [other for other in needed if other != name]
        if arms.select(fewer).n_unique() == arms.height:
            needed = fewer
    return [" · ".join(_parts(row, needed)) for row in frame.iter_rows(named=True)]


def key(row: Mapping[str, Any]) -> str:
    """What a link calls an arm: its values as the data has them."""
    return "~".join(str(row[name] or "") for name in ORDER[:6])


def within(frame: pl.DataFrame, panel: Sequence[str]) -> list[str]:
    """The names of the rows, where arms stand beside those of their own panel alone."""
    numbered = frame.with_row_index("place")
    found = {
        place: name
        for part in numbered.partition_by(panel)
        for place, name in zip(part["place"], names(part), strict=True)
    }
    return [found[place] for place in numbered["place"]]


def _parts(row: Mapping[str, Any], dimensions: Sequence[str]) -> list[str]:
    said = (part(name, row) for name in dimensions)
    return list(dict.fromkeys(filter(None, said)))


def part(dimension: str, row: Mapping[str, Any]) -> str:
    """What a name says of one dimension of an arm; nothing where nothing was done."""
    value, untuned = row[dimension], row.get("dataset") == "none"
    match dimension:
        case "intervention" if untuned:
            return UNTUNED
        case "intervention" if value == "none":
            return "Control"
        case "dataset" if value == "none":
            return ""
        case "eval_intervention" if value in (None, "none"):
            return ""
        case "settings" if untuned:
            return ""
        case "eval_intervention" if value == row.get("intervention"):
            return "asked with its text"
        case "eval_intervention":
            return f"asked with {values.intervention(value)}"
    return values.value(dimension, value) if value else ""
