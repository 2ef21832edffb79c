"""Tables on a terminal and in a file: aligned, with wide letters counted as what they take."""

import io
from collections.abc import Collection, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from warehouse import harmless


def aligned(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Collection[int] = (),
    *,
    styled: bool = False,
) -> str:
    """The rows under their names, as wide as they are; these columns to the right.

    Cells are texts and nothing else: neither markup nor control characters do anything. Only a
    `styled` one, for a terminal, has other than plain lines.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for number, name in enumerate(names):
        table.add_column(
            Text(harmless.line(name)), justify="right" if number in right else "left", no_wrap=True
        )
    for row in rows:
        table.add_row(*(Text(harmless.line(cell)) for cell in row))
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
