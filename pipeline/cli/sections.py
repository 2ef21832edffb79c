"""Tables of numbers in sections: what the rows share is said once, above them.

A table that is wider than the terminal is parted by what its rows are about, until it fits or until
the parts would be rows. What is wider then stands in several tables, one below the other.
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from pipeline.cli import commands
from warehouse import harmless
from warehouse.universe import KEY, NAMES

ROWS = 2
"""How many rows a section has on average, at least."""


ABOUT = (*KEY, "other", "who", "how", "family", "index")
"""The columns that say what a row is about."""


class Section(NamedTuple):
    """What is the same in every row, in a line, and the other columns."""

    heading: str
    rows: pl.DataFrame


def called(found: pl.DataFrame, judges: Mapping[str, str]) -> pl.DataFrame:
    """A table with its judges as people call them, which `--judge` takes as well."""
    there = [name for name in ("judge", "other") if name in found.columns]
    return found.with_columns(pl.col(there).cast(pl.String).replace(judges))


def lines(found: pl.DataFrame, styled: bool, parted: bool = True) -> Iterator[str]:
    """A table as it is printed: sections with their headings, a blank line before each.

    One whose order tells something is not `parted`.
    """
    room, whole = commands.room() if found.height else None, _section(found)
    every = [whole] if room is None or not parted else _parted(whole.rows, room)
    if whole.heading:
        yield _filled(whole.heading, room)
    for number, one in enumerate(every):
        if len(every) > 1:
            yield from [""] * bool(number or whole.heading)
            yield _filled(one.heading, room)
        for place, rows in enumerate(_beside(one.rows, room)):
            yield from [""] * bool(place)
            yield commands.table(rows, styled, room)


def _parted(found: pl.DataFrame, room: int) -> list[Section]:
    """The sections of a table: the fewest that fit, else those that are the least wide."""
    best = [Section("", found)]
    common = [name for name in KEY if name in found.columns]
    for count in range(1, len(common) + 1):
        if _width(best) <= room:
            break
        every = [found]
        for name in common[:count]:  # one after the other, so that an experiment's stay together
            every = [own for one in every for own in one.partition_by(name, maintain_order=True)]
        if not every or ROWS * len(every) > found.height:
            break
        best = min(best, [_section(part) for part in every], key=_width)
    return best


def _width(every: Sequence[Section]) -> int:
    return max(commands.width(one.rows) for one in every)


def _beside(found: pl.DataFrame, room: int | None) -> Iterator[pl.DataFrame]:
    """A table, or several of its columns each, where all do not fit beside what rows are about."""
    named = [name for name in found.columns if name in ABOUT]
    rest = [name for name in found.columns if name not in ABOUT]
    while room is not None and len(rest) > 1 and _fits(found, named, room * 2 // 3):
        fit = [n for n in range(len(rest), 0, -1) if _fits(found, [*named, *rest[:n]], room)]
        count = fit[0] if fit else 1
        if count == len(rest):
            break
        yield found.select(*named, *rest[:count])
        rest = rest[count:]
    yield found.select(name for name in found.columns if name in {*named, *rest})


def _fits(found: pl.DataFrame, names: Sequence[str], room: int) -> bool:
    return commands.width(found.select(names), room) <= room


def _section(found: pl.DataFrame) -> Section:
    """A table without the dimensions that are the same in every row."""
    same = [
        name for name in (*KEY, *NAMES) if name in found.columns and found[name].n_unique() == 1
    ]
    known = [name for name in same if found[name][0] not in (None, "")]
    told = " · ".join(f"{name} {harmless.line(str(found[name][0]))}" for name in known)
    return Section(told, found.drop(same))


def _filled(heading: str, room: int | None) -> str:
    """A heading in lines, none of which ends within a name and its value."""
    if room is None:
        return heading
    whole = heading.replace(" ", "\0").replace("\0·\0", "\0· ")
    filled = textwrap.fill(whole, room, break_on_hyphens=False, break_long_words=False)
    return filled.replace("\0", " ")
