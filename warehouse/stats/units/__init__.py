"""What an interval is about: one unit a module, which says what is a sample and what is fixed.

Whoever computes asks the unit of a row, and compares no names.
"""

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from warehouse.errors import UnknownName
from warehouse.stats.differences import Flags
from warehouse.stats.units import auto, both, new_fine_tunes, new_prompts, prompts
from warehouse.stats.units.unit import Unit, UnitAsked

ROWS: dict[str, Unit] = {
    unit.name: unit for unit in (prompts.UNIT, new_prompts.UNIT, new_fine_tunes.UNIT, both.UNIT)
}
"""What the interval of a row may be about."""

UNITS: dict[str, UnitAsked] = {**ROWS, auto.UNIT.name: auto.UNIT}
"""What may be asked for, by its name, in the order of menus."""


def named(name: str) -> UnitAsked:
    """What is asked for by that name.

    Raises:
        UnknownName: where there is nothing of that name.
    """
    if name not in UNITS:
        raise UnknownName(f"There is no unit {name!r}; choose one of {', '.join(UNITS)}.")
    return UNITS[name]


def present(rows: pl.DataFrame) -> Iterator[tuple[Unit, Flags]]:
    """The units of some rows, and which rows are about each."""
    column = rows["unit"].to_numpy()
    for unit in ROWS.values():
        chosen: Flags = np.asarray(column == unit.name, bool)
        if chosen.any():
            yield unit, chosen


def common(rows: pl.DataFrame) -> Unit:
    """What all of some rows can be about: of their units the one with the fewest samples."""
    found = (unit for unit, _ in present(rows))
    return min(found, key=lambda one: one.of_questions + one.of_runs, default=prompts.UNIT)


def of_questions(unit: pl.Expr) -> pl.Expr:
    """Whether the unit of a row takes questions for a sample."""
    return unit.is_in([one.name for one in ROWS.values() if one.of_questions])


def of_runs(unit: pl.Expr) -> pl.Expr:
    """Whether the unit of a row takes runs for a sample."""
    return unit.is_in([one.name for one in ROWS.values() if one.of_runs])


def which(rows: pl.DataFrame, asked: Callable[[pl.Expr], pl.Expr]) -> Flags:
    """The rows of whose unit that holds."""
    found: Flags = rows.select(asked(pl.col("unit"))).to_series().to_numpy()
    return found
