"""The pairs of judges of a focus, and what is said of one in a sentence."""

from dataclasses import replace
from typing import Any, NamedTuple

import polars as pl

from pages.ui.view import store
from pages.ui.words import numbers, values
from warehouse import agreed, readable
from warehouse.analysis import Analysis

COMMANDS = "brittlescope ratings new NAME --where experiment=… -n 100\nbrittlescope serve"


class Pair(NamedTuple):
    """Two judges, and how they agree: one row of `agreed.agreed`."""

    judge: str
    other: str
    row: dict[str, Any]
    is_person: bool  # whether the first is a person and the second is not

    @property
    def first(self) -> str:
        """What the first is called."""
        return values.value("judge", self.judge)

    @property
    def second(self) -> str:
        """What the second is called."""
        return values.value("judge", self.other)

    @property
    def name(self) -> str:
        """What the pair is called."""
        return f"{self.first} and {self.second}"

    @property
    def sentence(self) -> str:
        """How they agree, in a sentence."""
        row = self.row
        return (
            f"{self.name} say the same of {percent(row, 'agreement')} of "
            f"{numbers.plural(row['n'], 'answer')}"
            f"{readable.different(row['n'], row['n_distinct'])} to "
            f"{numbers.plural(row['questions'], 'question')}; κ {coefficient(row, 'kappa')}."
        )


def pairs(view: Analysis) -> dict[str, Pair]:
    """Every pair of the focus by a key, people first, those with most answers in common first."""
    return {f"{pair.judge} × {pair.other}": pair for pair in _pairs(everybody(view))}


def everybody(view: Analysis) -> Analysis:
    """The same of all judges."""
    return replace(view, slice=view.slice.narrowed(judge=()))


@store.memo("Holding judges against each other …")
def _pairs(view: Analysis) -> list[Pair]:
    kinds = agreed.kinds_of(store.opened())
    rows = agreed.agreed(store.opened(), view).iter_rows(named=True)
    made = [
        Pair(
            row["judge"],
            row["other"],
            row,
            kinds.get(row["judge"]) == agreed.HUMAN != kinds.get(row["other"]),
        )
        for row in rows
    ]
    return sorted(made, key=lambda pair: (not pair.is_person, -pair.row["n"], pair.judge))


@store.memo()
def beside(view: Analysis, judge: str, other: str) -> pl.DataFrame:
    """The answers that both judges of a pair counted (`agreed.beside`)."""
    return agreed.beside(agreed.counted(store.opened(), view), judge, other)


def percent(row: dict[str, Any], name: str) -> str:
    """A share with its interval."""
    return readable.percent(row[name], row[f"{name}_low"], row[f"{name}_high"])


def coefficient(row: dict[str, Any], name: str) -> str:
    """A coefficient with its interval."""
    return readable.coefficient(*(row[f"{name}{bound}"] for bound in agreed.BOUNDS))
