"""Text that models, judges and files wrote, made into HTML that shows it and does nothing else.

Whatever comes in is escaped: no markup, image or link in it takes effect. Characters without a
look of their own are drawn as symbols, and writing direction is settled within each block.
"""

import html
from collections.abc import Callable, Iterable, Sequence

from warehouse import harmless

Marked = Callable[[str], Sequence[tuple[int, int]]]
"""Finds what is to be marked in a text: from where to where, in order and apart."""

MARKS = 2_000
"""How many matches one text has marked at most; more would only slow the browser."""

LONG = 20_000
"""From how many characters on a text scrolls within a frame of its own."""

WIDE = 4
"""From how many columns on a table becomes a list where it would not fit (`serving.style`)."""

READ = 500
"""From how many characters on a text beside another does."""

_PRE = "white-space:pre-wrap;overflow-wrap:anywhere;text-align:start"
_MARK = "background:rgba(230,159,0,.45);color:inherit;border-radius:2px"
_LINE = "border-bottom:1px solid rgba(128,128,128,.3)"
_CELL = f"padding:.35rem .8rem .35rem 0;vertical-align:top;text-align:start;{_LINE}"


def escaped(text: str, marked: Marked | None = None) -> str:
    """The text as HTML; what `marked` finds in it is marked."""
    pieces, end = [], 0
    for start, stop in (marked(text) if marked else ())[:MARKS]:
        pieces.append(html.escape(harmless.visible(text[end:start])))
        found = html.escape(harmless.visible(text[start:stop]))
        pieces.append(f'<mark style="{_MARK}">{found}</mark>')
        end = stop
    return "".join([*pieces, html.escape(harmless.visible(text[end:]))])


def block(text: str, marked: Marked | None = None, *, is_beside: bool = False) -> str:
    """The whole text as an HTML block, its line breaks and spaces kept.

    Of texts that stand beside others (`is_beside`) a shorter one scrolls within a frame already,
    so that what belongs to it stays in sight; a key can scroll it too.
    """
    longest, height = (READ, "11rem") if is_beside else (LONG, "75vh")
    style, more = _PRE, ""
    if len(text) > longest:
        style += f";max-height:{height};overflow-y:auto"
        more = ' tabindex="0"'
    return f'<div dir="auto"{more} style="{style}">{escaped(text, marked)}</div>'


def excerpt(text: str, marked: Marked | None = None, width: int = 240) -> str:
    """About `width` characters of the text on one line, around the first that is marked."""
    found = marked(text) if marked else ()
    start = max(0, found[0][0] - width // 3) if found else 0
    shown = " ".join(text[start : start + width].split())
    return f"{'… ' if start else ''}{shown}{' …' if start + width < len(text) else ''}"


def covered(inside: str, label: str, *, is_open: bool = False) -> str:
    """HTML that shows only its label until it is clicked, unless it is open already."""
    return (
        f"<details{' open' if is_open else ''}>"
        f'<summary style="cursor:pointer;opacity:.75">{html.escape(label)}</summary>'
        f"{inside}</details>"
    )


def table(
    header: Sequence[str], rows: Iterable[Sequence[str]], highlighted: Iterable[int] = ()
) -> str:
    """An HTML table of texts, with a header row where one is given.

    The rows whose numbers (from 0) are `highlighted` stand out.
    """
    lit = set(highlighted)
    wide = ' class="wide-table"' if len(header) >= WIDE else ""
    head = "".join(
        f'<th scope="col" style="{_CELL};font-weight:600;opacity:.75">{html.escape(name)}</th>'
        for name in header
    )
    head = f"<thead><tr>{head}</tr></thead>" if head else ""
    body = "".join(
        f'<tr style="{"background:rgba(230,159,0,.16)" if at in lit else ""}">'
        + "".join(
            f'<td style="{_CELL}"{_named(header, place)}><div dir="auto" '
            f'style="{_PRE};min-width:min(6rem,{len(cell)}ch)">{escaped(cell)}</div></td>'
            for place, cell in enumerate(row)
        )
        + "</tr>"
        for at, row in enumerate(rows)
    )
    return (
        f'<div{wide} style="overflow-x:auto"><table style="border-collapse:collapse;width:100%;'
        f'font-size:.9rem">{head}<tbody>{body}</tbody></table></div>'
    )


def _named(header: Sequence[str], place: int) -> str:
    """Names a cell by its column, for where the column's head is out of sight."""
    return f' data-named="{html.escape(header[place])}"' if place < len(header) else ""
