"""A chart as a figure of a paper: as wide as a column, with letters that can be read there."""

import copy
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pages.serving.pictures import Paper

Chart = dict[str, Any]
"""A chart as Vega-Lite takes it."""

PAPERS = {
    "single": Paper(340, 238),
    "double": Paper(704, 493),
    "slide": Paper(600, 720),
}
"""Journals' columns of 84 and 174 mm, where a pixel is 0.7 points, and a slide of 254 mm."""

WIDTHS = {
    "single": "Single column, 84 mm",
    "double": "Double column, 174 mm",
    "slide": "Slide, 254 mm",
}

SMALLEST, LARGEST = 10, 12.8
"""Pixels of letters: 7 and 9 points in a journal's column."""

TALLEST = 1_400
"""The pixels of height up to which several panels are one figure: about a page and a half."""

LETTER = 5.1
"""Pixels of a letter of the smallest size, on average."""

CELL, LABELS = 28, 90
"""Pixels of a cell with a number in it, and of the labels beside cells, at the least."""

LEAST = "least"
"""Where a chart says, in its `usermeta`, below how many pixels its words could not be read."""

SLANTED = 0.7
"""How much of its length a slanted label takes across."""

LONGEST = 210
"""Pixels of a label beside cells at the most."""

INK, PALE = "#1f2a35", "#4d5a67"

FONT = "Helvetica, Arial, Liberation Sans, sans-serif"

CONFIG = {
    "background": "white",
    "font": FONT,
    "axis": {"labelColor": INK, "titleColor": INK, "labelFontSize": 10, "titleFontSize": 11},
    "legend": {"labelColor": INK, "titleColor": INK, "labelFontSize": 10, "titleFontSize": 11},
    "header": {"labelColor": INK, "titleColor": INK, "labelFontSize": 10, "titleFontSize": 11},
    "title": {"color": INK, "fontSize": 12, "subtitleColor": PALE, "subtitleFontSize": 10},
}
"""What every figure has in common: light, in the letters of papers."""


class Panel(NamedTuple):
    """One of the charts that stand below each other in a figure."""

    title: str
    chart: Chart


def panels(chart: Chart) -> list[Panel]:
    """The charts of which this one is stacked, each whole: with its data and with the legend.

    On screen the legend stands on the first of them alone.
    """
    parts = chart.get("vconcat")
    if not parts:
        return [Panel(_said(chart.get("title")), chart)]
    shared = {name: value for name, value in chart.items() if name not in ("vconcat", "title")}
    known = dict(_channels(parts[0]))
    found = []
    for at, part in enumerate(parts):
        whole = copy.deepcopy(shared | part)
        for key, channel in _channels(whole):
            if channel.get("legend", "") is None and known.get(key, {}).get("legend"):
                channel["legend"] = known[key]["legend"]
        found.append(Panel(_said(part.get("title")) or f"Panel {at + 1}", whole))
    return found


def height(chart: Chart) -> float:
    """The pixels of a chart's plots from top to bottom, about."""
    return sum(_height(part, chart) for part in chart.get("vconcat", [chart]))


def fitting(chart: Chart) -> list[str]:
    """The widths, by their names in WIDTHS, in which what is written in cells can be read."""
    least = max(
        (
            max(LABELS, _beside(part, chart)) + CELL * _distinct(part, chart, "x")
            for part in chart.get("vconcat", [chart])
            if _has_text(part)
        ),
        default=0,
    )
    least = max(least, chart.get("usermeta", {}).get(LEAST, 0))
    found = [name for name, paper in PAPERS.items() if paper.width >= least]
    return found or [max(PAPERS, key=lambda name: PAPERS[name].width)]


ON_SCREEN = re.compile(r"; the tooltip says why|(?:^|(?<=[.] ))Click [^.]*[.] ?")
"""What a legend says of pointing and clicking, which paper does not know."""


def printed(chart: Chart, paper: Paper, legend: str, basis: str) -> Chart:
    """The chart as a figure of a paper.

    Args:
        chart: The chart.
        paper: How wide it is to be.
        legend: What stands below it on screen.
        basis: What its numbers rest on.
    """
    made = copy.deepcopy(chart)
    for part in (made, *made.get("vconcat", ())):
        _wrap_title(part, paper.width)
    _bound_letters(made)
    top = {name: made.pop(name) for name in ("$schema", "datasets", "usermeta") if name in made}
    config = _merged(made.pop("config", {}), CONFIG)
    letters = int(paper.width / LETTER)
    below = textwrap.wrap(ON_SCREEN.sub("", legend), letters)
    notes = textwrap.wrap(basis, letters)
    words = {
        "text": below or notes,
        "subtitle": notes if below else [],
        "orient": "bottom",
        "anchor": "start",
        "frame": "bounds",
        "offset": 10,
        "fontSize": SMALLEST,
        "fontWeight": "normal",
        "color": INK if below else PALE,
    }
    # What panels share, such as their data, stands beside them.
    inside = [made] if "vconcat" not in made or "title" in made else made.pop("vconcat")
    around = {} if inside == [made] else made
    return top | around | {"config": config, "vconcat": inside, "title": words, "padding": 4}


def _said(title: Any) -> str:
    """The words of a title."""
    text = title.get("text", "") if isinstance(title, Mapping) else title or ""
    return text if isinstance(text, str) else " ".join(text)


def _wrap_title(part: Chart, width: float) -> None:
    """Break a title's lines where the figure ends."""
    title = part.get("title")
    if not title:
        return
    whole = dict(title) if isinstance(title, Mapping) else {"text": title}
    for name in ("text", "subtitle"):
        lines = whole.get(name)
        if lines:
            broken = [lines] if isinstance(lines, str) else lines
            whole[name] = [
                piece
                for line in broken
                for piece in textwrap.wrap(line, int(width / LETTER / 1.25)) or [""]
            ]
    part["title"] = {"frame": "bounds"} | whole


def _bound_letters(part: Any) -> None:
    """Keep every size of letters that a chart sets within what can be read in print."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name.lower().endswith("fontsize") and isinstance(value, int | float):
                part[name] = min(max(value, SMALLEST), LARGEST)
            elif name not in ("datasets", "data"):
                _bound_letters(value)
    elif isinstance(part, list):
        for value in part:
            _bound_letters(value)


def _channels(part: Chart) -> Iterator[tuple[tuple[str, Any], dict[str, Any]]]:
    """The encodings of a chart that a legend can explain, by channel and column."""
    for name, channel in part.get("encoding", {}).items():
        if isinstance(channel, dict) and name not in ("x", "y", "x2", "y2"):
            yield (name, channel.get("field")), channel
    for layer in part.get("layer", ()):
        yield from _channels(layer)


def _height(part: Chart, chart: Chart) -> float:
    given = part.get("height", 0)
    if isinstance(given, Mapping):
        return float(given["step"]) * _distinct(part, chart, "y") + 60
    return float(given) + 60 if isinstance(given, int | float) else 300.0


def _beside(part: Chart, chart: Chart) -> float:
    """Pixels of the labels beside cells, and of slanted ones that reach beyond the last of them."""
    rows, columns = (_labels(part, chart, channel) for channel in ("y", "x"))
    own = min(LONGEST, max((LETTER * len(label) for label in rows), default=0))
    after = enumerate(reversed(columns))
    return own + max((SLANTED * LETTER * len(label) - CELL * at for at, label in after), default=0)


def _labels(part: Chart, chart: Chart, channel: str) -> list[str]:
    """The labels of an axis without numbers, in its order where one is given."""
    for layer in (part, *part.get("layer", ())):
        told = layer.get("encoding", {}).get(channel, {})
        if isinstance(order := told.get("sort"), list):
            return [str(label) for label in order]
    return []


def _distinct(part: Chart, chart: Chart, channel: str) -> int:
    """How many values a panel of a chart has along an axis without numbers."""
    most = 0
    for layer in (part, *part.get("layer", ())):
        told = layer.get("encoding", {}).get(channel, {})
        data = layer.get("data") or part.get("data") or chart.get("data") or {}
        rows = chart.get("datasets", {}).get(data.get("name"), ())
        if told.get("field") and told.get("type") in ("nominal", "ordinal"):
            most = max(most, len({row.get(told["field"]) for row in rows}))
    return most


def _has_text(part: Chart) -> bool:
    marks = [layer.get("mark") for layer in (part, *part.get("layer", ()))]
    return "text" in [mark.get("type") if isinstance(mark, Mapping) else mark for mark in marks]


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Both, the other where they disagree, part by part."""
    made = dict(one)
    for name, value in other.items():
        known = made.get(name)
        both = isinstance(known, Mapping) and isinstance(value, Mapping)
        made[name] = _merged(known, value) if both else value  # type: ignore[arg-type]
    return made
