"""What the Rates page says: its answer, and what stands below its picture."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from pages.results.rates import points
from pages.results.rates.layout import CellLayout
from pages.ui.words import numbers


def answer(laid: CellLayout) -> str:
    """From the lowest to the highest rate that is a result, in a sentence."""
    results = laid.cells.filter("is_result").sort("rate", maintain_order=True)
    if results.is_empty() and laid.cells.height == 1 and laid.cells["n_counted"].item():
        return f"{_rate(laid.cells.row(0, named=True), True)}."
    if results.is_empty():
        return f"No cell is a result: {_reasons(laid.cells)}."
    low, high = results.row(0, named=True), results.row(-1, named=True)
    if results.height == 1 or low["rate"] == high["rate"]:
        return f"{_rate(high, True)}."
    same = low["questions"] == high["questions"]
    said = f"From {_rate(low, not same)} to {_rate(high, not same)}"
    return f"{said}; {numbers.plural(low['questions'], 'question')} each." if same else f"{said}."


def below(laid: CellLayout, number: int) -> str:
    """What all lines share, which are drawn where there are more, and what the marks mean."""
    shared = f"All lines: {laid.shared}. " if laid.shared else ""
    if laid.pages == 1:
        return f"{shared}{points.LEGEND}"
    at = laid.page(number)["at"]
    lines = laid.cells["at"].n_unique()
    return f"{shared}Lines {at[0] + 1:,} to {at[-1] + 1:,} of {lines:,}. {points.LEGEND}"


def _rate(row: Mapping[str, Any], questions: bool) -> str:
    text = f"{numbers.percent(row['rate'], row['low'], row['high'])} ({row['name']}, "
    text += f"n = {row['n_counted']:,}"
    text += f" · {numbers.plural(row['questions'], 'question')}" if questions else ""
    if not row["is_result"]:
        text += f"; not a result: {numbers.listing(row['flags'])}"
    return f"{text})"


def _reasons(cells: pl.DataFrame) -> str:
    """Why nothing is a result."""
    why = cells["flags"].explode().drop_nulls()
    why = why.str.replace(r"^[\d.]+ % unscored$", "too many answers unscored")
    why = why.str.replace(r"^only \d+ counted, (.*)$", "$1 answers counted")
    return numbers.listing(why.value_counts(sort=True).get_column("flags"))
