"""What the colours of mosaics mean, as HTML beside them: once for all that a page draws."""

import html
from collections.abc import Mapping, Sequence

from pages.landscape.mosaic import PALE
from pages.ui.charts.base import INK, NEUTRAL, VERDICT_COLOURS
from pages.ui.charts.ramps import Ramp, Theme
from pages.ui.words import numbers

_BOX = "display:inline-block;width:.85em;height:.85em;border-radius:2px;margin-right:.35em"
_ITEM = "display:inline-flex;align-items:center;flex-wrap:wrap"


def key(
    measures: Mapping[str, Ramp], verdicts: Sequence[str], others: Sequence[str], theme: str | None
) -> str:
    """A line of HTML: ramps with their ends, verdicts with their colours, other marks in words.

    Args:
        measures: The ramps, by what they show.
        verdicts: The verdicts that are drawn.
        others: Of `MARKS`, those that are drawn.
        theme: light or dark.
    """
    mode: Theme = "dark" if theme == "dark" else "light"
    items = [_ramp(name, ramp, mode) for name, ramp in measures.items()]
    items += [_item(f"background:{VERDICT_COLOURS[verdict]}", verdict) for verdict in verdicts]
    items += [_item(style.format(ink=INK[mode]), MARKS[name][1]) for name, style in _marked(others)]
    body = "".join(items)
    return (
        '<div style="display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;font-size:.85rem;'
        f'line-height:1.5;opacity:.9">{body}</div>'
    )


MARKS = {
    "lower": ("", "▼ 2 of 6: after 2 of 6 interventions it is shown to be lower"),
    "pale": (f"border:1px solid {{ink}};opacity:{PALE + 0.3}", "outlined: not a result"),
    "nothing": (
        f"background:repeating-linear-gradient(135deg,{NEUTRAL} 0 1px,transparent 1px 4px)",
        "hatched: nothing to show",
    ),
    "own": ("border:2px solid {ink}", "framed: loaded here"),
}
"""Other marks: how they look, and what they say."""


def _marked(others: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, MARKS[name][0]) for name in MARKS if name in others]


def _item(style: str, words: str) -> str:
    box = f'<span style="{_BOX};{style}"></span>' if style else ""
    return f'<span style="{_ITEM}">{box}{html.escape(words)}</span>'


def _ramp(name: str, ramp: Ramp, theme: Theme) -> str:
    """The ramp from end to end, with its ends written."""
    stops = ",".join(
        ramp.colour(ramp.low + (ramp.high - ramp.low) * at / 8, theme) for at in range(9)
    )
    low, high = map(numbers.signed if ramp.points else numbers.whole, (ramp.low, ramp.high))
    bar = (
        '<span style="display:inline-block;width:5.5rem;height:.8em;border-radius:2px;'
        f'margin:0 .4em;background:linear-gradient(90deg,{stops})"></span>'
    )
    ends = f'<span style="white-space:nowrap">{low}{bar}{high}</span>'
    return f'<span style="{_ITEM}">{html.escape(name)}&ensp;{ends}</span>'


def signs(named: Mapping[str, tuple[str, str]]) -> str:
    """The key of a chart of marks as HTML: each sign in its colour, and what it stands for."""
    told = (
        f'<span><span style="color:{colour};{_SIGN}" aria-hidden="true">{sign}</span> '
        f"{html.escape(name)}</span>"
        for name, (sign, colour) in named.items()
    )
    return f'<div style="{_SIGNS}">{" ".join(told)}</div>'


_SIGN = "font-size:1.5em;line-height:0;vertical-align:-.1em"

_SIGNS = "display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;font-size:.8rem"
