"""Tables on a terminal and in a file: aligned, with wide letters counted as what they take."""

import io
import os
import re
import shutil
import sys
from collections.abc import Collection, Sequence

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.table import Table
from rich.text import Text

from warehouse import harmless

BETWEEN = 2
"""How many spaces stand between two columns."""

LEAST, MOST = 12, 20
"""How narrow a column of texts is made, where a table is wider than the terminal: as its longest
piece is, within these."""

_PIECES = re.compile(r"(?<=[-_/\s])")
"""Where a text may go on below."""


def room() -> int | None:
    """How many letters a line has where people look at it; None where it is no terminal.

    A variable says it, too, as everywhere.
    """
    is_told = os.environ.get("COLUMNS", "").isdecimal()
    return shutil.get_terminal_size().columns if is_told or sys.stdout.isatty() else None


def width(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Collection[int] = (),
    room: int | None = None,
) -> int:
    """How wide a table is that has as much room as it needs, or so much."""
    widths = _widths(names, rows)
    if room is not None:
        widths = _narrowed(widths, _least(names, rows, right), room)
    return sum(widths) + BETWEEN * (len(names) - 1)


def aligned(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Collection[int] = (),
    *,
    styled: bool = False,
    room: int | None = None,
) -> str:
    """The rows under their names, as wide as they are; these columns to the right.

    Where that is more than there is `room` for, texts go on below, at their spaces and hyphens.
    Cells are texts and nothing else: neither markup nor control characters do anything. Only a
    `styled` one, for a terminal, has other than plain lines.
    """
    widths = _widths(names, rows)
    if room is not None:
        widths = _narrowed(widths, _least(names, rows, right), room)
    table = Table(box=None, pad_edge=False, padding=(0, BETWEEN, 0, 0), header_style="bold")
    for number, name in enumerate(names):
        at = "right" if number in right else "left"
        table.add_column(_told(name, widths[number]), justify=at, overflow="fold")  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*map(_told, row, widths))
    told = io.StringIO()
    console = Console(
        file=told,
        force_terminal=styled,
        color_system="standard" if styled else None,
        legacy_windows=False,
        _environ={},  # how wide the terminal is matters to no row
    )
    console.width = max(
        1, console.measure(table, options=console.options.update(width=10**6)).maximum
    )
    console.print(table, crop=False, overflow="ignore", no_wrap=True)
    return "\n".join(line.rstrip() for line in told.getvalue().splitlines())


def _widths(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    columns = zip(names, *rows, strict=True)
    return [max(cell_len(harmless.line(cell)) for cell in column) for column in columns]


def _least(
    names: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int]
) -> list[int]:
    """How narrow each column may be; those to the right as they are."""
    longest = [
        max(cell_len(piece) for cell in column for piece in _PIECES.split(harmless.line(cell)))
        for column in zip(names, *rows, strict=True)
    ]
    return [
        own if at in right else min(own, max(LEAST, min(piece, MOST)))
        for at, (own, piece) in enumerate(zip(_widths(names, rows), longest, strict=True))
    ]


def _narrowed(widths: list[int], least: list[int], room: int) -> list[int]:
    """Widths that fit, the widest made narrower first, and none less than its least."""
    found, over = list(widths), sum(widths) + BETWEEN * (len(widths) - 1) - room
    for _ in range(over):
        spare = [at for at, own in enumerate(found) if own > least[at]]
        if not spare:
            break
        found[max(spare, key=lambda at: found[at])] -= 1
    return found


def _told(cell: str, room: int) -> Text:
    """A cell, in several lines where one is too long."""
    lines = [""]
    whole = _PIECES.split(harmless.line(cell))
    for piece in (part for long in whole for part in chop_cells(long, max(1, room)) or [""]):
        if lines[-1] and cell_len((lines[-1] + piece).rstrip()) > room:
            lines.append("")
        lines[-1] += piece
    return Text("\n".join(line.rstrip() for line in lines))
