"""Claims: sentences of a write-up, each bound to a number, an interval or a verdict of the data.

A claim keeps what was asked (the whole analysis), which row and which column of the answer it is
about, and what stood there. Asked again of today's data, it is the same, changed, or cannot be
computed any more, with the reason. A claim about a verdict or a rank is checked as one.
"""

import math
import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import msgspec
import polars as pl

from warehouse import claimable, readable
from warehouse.analysis import Analysis, results, written
from warehouse.claimable import Table
from warehouse.errors import BrittlescopeError, InvalidDefinition, UnknownName
from warehouse.rules import Rule
from warehouse.store import Store

KIND = "claims"
"""The journal that claims are in."""

INTERVALS = {
    "rate": ("low", "high"),
    "rate_balanced": ("low", "high"),
    "rate_ranked": ("low", "high"),
    "difference": ("difference_low", "difference_high"),
    "emergence": ("emergence_low", "emergence_high"),
    "suppression": ("suppression_low", "suppression_high"),
    "rank": ("rank_low", "rank_high"),
    "published": ("published_low", "published_high"),
    "value": ("low", "high"),
    "half_dose": ("half_low", "half_high"),
    "agreement": ("agreement_low", "agreement_high"),
    "kappa": ("kappa_low", "kappa_high"),
    "ac1": ("ac1_low", "ac1_high"),
    "alpha": ("alpha_low", "alpha_high"),
}
"""The columns of an interval, by the column that it belongs to."""

SHARES = {
    *("rate", "rate_balanced", "rate_ranked", "baseline_rate", "suppression", "p_best"),
    *("stands_share", "published", "untuned_rate", "from_rate", "to_rate", "agreement"),
}
DIFFERENCES = {"difference", "difference_low", "difference_high", "emergence", "lowest", "highest"}

CLOSE = 1e-9
"""Two numbers that differ by less, of their size, are the same: machines add up differently."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")

Value = float | int | str | bool | None


class Claim(msgspec.Struct, frozen=True):
    """What is claimed, and of what."""

    name: str
    sentence: str
    table: Table
    analysis: dict[str, Any]  # `written.as_json`
    cell: dict[str, Value]  # the dimensions of the row
    column: str
    value: Value
    low: float | None = None
    high: float | None = None
    content: str = ""  # of the lake, when it was kept
    sought: str = ""  # what was looked for, of answers counted by a search

    def __str__(self) -> str:
        """The value as it stands in a sentence: `12.3 % [8.1, 17.9]`."""
        return text(self.column, self.value, self.low, self.high)


class Checked(NamedTuple):
    """A claim today: `same`, `changed` or `lost`, what it would say now, or why it cannot."""

    claim: Claim
    state: Literal["same", "changed", "lost"]
    now: Claim | None
    why: str = ""

    def __str__(self) -> str:
        if self.state == "same":
            return f"{self.claim.name}: {self.claim}, as it was kept"
        if self.now is not None:
            return f"{self.claim.name}: it was {self.claim}, and is {self.now} now"
        return f"{self.claim.name}: it was {self.claim}, and cannot be computed: {self.why}"


def made(
    store: Store,
    asked: Analysis,
    table: Table,
    cell: Mapping[str, Value],
    column: str,
    name: str,
    sentence: str = "",
    sought: str = "",
) -> Claim:
    """The claim that a row of an answer makes.

    Args:
        store: What was built.
        asked: What is asked of it.
        table: Which answer.
        cell: The dimensions that tell its row from all others.
        column: The column of the row.
        name: What the claim is called: small letters, digits and hyphens.
        sentence: What is said of it, in words.
        sought: What is looked for in answers, where they are counted by it.

    Raises:
        InvalidDefinition: for a name that is none, or a cell that is no row or several.
        InvalidSearch: for what cannot be looked for.
        UnknownName: for a dimension or a column there is not.
    """
    if not _NAME.fullmatch(name):
        raise InvalidDefinition(
            f"{name[:80]!r} is no name for a claim: small letters, digits and hyphens, up to 80."
        )
    row = _row(store, asked, table, cell, sought)
    if column not in row:
        raise UnknownName(f"A row of {table} has no {column[:60]!r}; it has {', '.join(row)}.")
    low, high = (row.get(bound) for bound in INTERVALS.get(column, ("", "")))
    return Claim(
        name,
        sentence,
        table,
        written.as_json(asked),
        dict(cell),
        column,
        _plain(row[column]),
        low,
        high,
        store.lake.content(),
        sought,
    )


def check(store: Store, claim: Claim, rules: Mapping[str, Rule]) -> Checked:
    """A claim asked again of what is built now."""
    try:
        asked = written.from_json(claim.analysis, rules)
        now = made(
            store,
            asked,
            claim.table,
            claim.cell,
            claim.column,
            claim.name,
            claim.sentence,
            claim.sought,
        )
    except BrittlescopeError as error:
        return Checked(claim, "lost", None, str(error))
    same = all(
        _equal(getattr(claim, part), getattr(now, part)) for part in ("value", "low", "high")
    )
    return Checked(claim, "same" if same else "changed", now)


def text(column: str, value: Value, low: float | None = None, high: float | None = None) -> str:
    """A value as it stands in a sentence."""
    if value is None:
        return "not estimable"
    if isinstance(value, bool | str):
        return str(value).lower() if isinstance(value, bool) else value
    if column in SHARES:
        return readable.percent(value, low, high)
    if column in DIFFERENCES:
        return readable.points(value, low, high)
    if column in ("p", "q"):
        return "< 0.001" if value < 0.001 else f"{value:.2g}"
    if column in INTERVALS and low is not None and high is not None:
        shown = "g" if column == "rank" else ".4g" if column == "half_dose" else ".2f"
        return f"{value:{shown}} [{low:{shown}}, {high:{shown}}]"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def _row(
    store: Store, asked: Analysis, table: Table, cell: Mapping[str, Value], sought: str
) -> dict[str, Any]:
    """The one row of an answer with these dimensions."""
    found = claimable.answer(table, store, asked, list(cell), sought)
    if unknown := [name for name in cell if name not in found.columns]:
        raise UnknownName(f"A row of {table} has no dimension {', '.join(unknown)[:80]}.")
    rows = found.filter(pl.col(name).eq_missing(pl.lit(value)) for name, value in cell.items())
    told = ", ".join(f"{name} {value}" for name, value in cell.items())
    if rows.height != 1:
        missing = " ".join(results.not_there(store, asked))
        many = "no row" if rows.is_empty() else f"{rows.height} rows"
        raise InvalidDefinition(f"{table} has {many} with {told[:300]}. {missing}".strip())
    return rows.row(0, named=True)


def _plain(value: Any) -> Value:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if isinstance(value, float) and math.isnan(value):
        return None
    known: Value = value
    return known


def _equal(one: Value, other: Value) -> bool:
    numbers = (int, float)
    if isinstance(one, numbers) and isinstance(other, numbers):
        return math.isclose(one, other, rel_tol=CLOSE, abs_tol=1e-12)
    return one == other
