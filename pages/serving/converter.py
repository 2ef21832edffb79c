"""A program that reads figures from its input and writes pictures to its output.

    python converter.py pdf,svg,png < figures.json > pictures

Figures are charts and, where they are to be printed, their width: in pixels of the charts, and in
points on paper. The plots of a chart are then made as wide as their labels leave room for, so
that letters keep their size. Of each chart all forms that are asked for are written in turn, each
picture behind its length, eight bytes.

The converter is a JavaScript engine and a renderer, and either ends its whole process where it
meets what it did not expect. So it has a process of its own, with bounds on memory and time, and a
chart that breaks it breaks nothing else. It is started by its path and imports nothing of ours.
"""

import copy
import json
import re
import resource
import signal
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

MEMORY = 2 << 30
"""The most bytes it may hold: the largest chart of ours needs a twentieth."""

SECONDS = 100
"""The most seconds it lives, should nobody be left to end it."""

PPI = 300
"""The dots per inch of a PNG that is to be printed."""

ROUNDS = 5
"""How many times a width is tried; two are nearly always enough."""

LETTERS = 12
"""Letters that a line of a heading keeps."""

LEAST, STEP = 80, 12
"""Pixels that a plot, and a step of one, keep however long its labels are."""

EXPRESSIONS = ("expr", "labelExpr", "calculate", "filter", "test")
"""Where a chart has expressions of Vega's."""

ASKED = re.compile(r"(?<![\w.'\"])width(?![\w'\"])")
"""An expression's question for the width of its plot."""


def main() -> None:
    """Convert what is asked for."""
    signal.alarm(SECONDS)
    for what, most in ((resource.RLIMIT_DATA, MEMORY), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))

    asked, forms = json.load(sys.stdin.buffer), sys.argv[1].split(",")
    for chart in asked["charts"]:
        drawn = plotted(chart, asked["width"])
        for form in forms:
            picture = converted(drawn, form, asked["points"])
            sys.stdout.buffer.write(len(picture).to_bytes(8) + picture)


def plotted(chart: dict[str, Any], width: float | None) -> str:
    """A chart as an SVG, so many pixels wide."""
    import vl_convert

    fitting = _stretched(chart, 1.0, None) if width is None else fitted(chart, width)
    return str(vl_convert.vegalite_to_svg(fitting, allowed_base_urls=[]))


def converted(drawn: str, form: str, points: float | None) -> bytes:
    """An SVG as a picture of a form, for the screen or so many points wide on paper."""
    import vl_convert

    if form == "png":
        # A picture for a screen is twice its size; one for paper has the dots that printers ask.
        scale, ppi = (2.0, 72) if points is None else (points / size(drawn)[0], PPI)
        return bytes(vl_convert.svg_to_png(drawn, scale=scale, ppi=ppi))
    if form == "pdf":
        return bytes(vl_convert.svg_to_pdf(drawn if points is None else printed(drawn, points)))
    return (drawn if points is None else printed(drawn, points, "pt")).encode()


def fitted(chart: dict[str, Any], width: float) -> dict[str, Any]:
    """The same chart, so many pixels wide with all its labels.

    All its plots are stretched or shrunk alike. Where labels leave too little, a legend first
    takes one column, and then the chart stays wider than asked. Headings of plots take no room
    from them: they have more lines instead.
    """
    bare = copy.deepcopy(chart)
    for view in _views(bare):
        if view is not bare:
            view.pop("title", None)
    columns = None
    share, found = _share(bare, width, columns)
    if found > width + 1:
        columns = 1
        share, found = _share(bare, width, columns)
    made = _stretched(chart, share, columns)
    for _ in range(ROUNDS):
        wide = _width(made)
        if wide <= max(found, width) + 1 or not _broken(made, width / wide):
            break
    return made


def _share(chart: dict[str, Any], width: float, columns: int | None) -> tuple[float, float]:
    """How much to stretch the plots for that width, and the width that comes nearest to it."""
    tried: list[tuple[float, float]] = []
    share = 1.0
    for _ in range(ROUNDS):
        tried.append((share, _width(_stretched(chart, share, columns))))
        if abs(tried[-1][1] - width) <= 1:
            break
        following = _next(tried, width, _plots(chart))
        if following is None:
            break
        share = following
    return tried[-1]


def _broken(chart: dict[str, Any], share: float) -> bool:
    """Break the lines of headings that are longer than such a share of the longest; whether any."""
    titles = [view["title"] for view in _views(chart) if isinstance(view.get("title"), dict)]
    lines = {id(title): title["text"] for title in titles if isinstance(title.get("text"), list)}
    longest = max((len(line) for each in lines.values() for line in each), default=0)
    letters = max(LETTERS, min(longest - 1, int(longest * share)))
    if letters >= longest:
        return False
    for title in titles:
        if id(title) in lines:
            whole = " ".join(lines[id(title)])
            title["text"] = textwrap.wrap(whole, letters) or [""]
    return True


def _next(tried: list[tuple[float, float]], width: float, plots: float) -> float | None:
    """The share to try next: on the line through the last two tries, or by the plots' own size."""
    share, found = tried[-1]
    slope = plots or found
    if len(tried) > 1 and tried[-2][0] != share:
        slope = (found - tried[-2][1]) / (share - tried[-2][0])
    if slope <= 0:
        return None
    wanted = max(0.02, share + (width - found) / slope)
    return None if abs(wanted - share) < 0.001 else wanted


def _stretched(chart: dict[str, Any], share: float, columns: int | None) -> dict[str, Any]:
    made = copy.deepcopy(chart)
    for view in _views(made):
        given = view.get("width")
        if isinstance(given, dict) and isinstance(given.get("step"), int | float):
            view["width"] = {"step": max(STEP, given["step"] * share)}
        elif isinstance(given, int | float):
            view["width"] = max(LEAST, given * share)
            _tell(view, f"{view['width']:g}")
    for legend in _legends(made) if columns else ():
        if "columns" in legend:
            legend["columns"] = columns
    return made


def _tell(part: Any, width: str) -> None:
    """Write how wide a plot is into the expressions that ask.

    Vega knows only the width of a whole chart, which one of several plots does not have.
    """
    if isinstance(part, dict):
        for name, value in part.items():
            if name in EXPRESSIONS and isinstance(value, str):
                part[name] = ASKED.sub(width, value)
            elif name not in ("datasets", "data"):
                _tell(value, width)
    elif isinstance(part, list):
        for value in part:
            _tell(value, width)


def _plots(chart: dict[str, Any]) -> float:
    """The pixels of the widest plot whose width is a number."""
    widths = [view.get("width") for view in _views(chart)]
    return max((w for w in widths if isinstance(w, int | float)), default=0)


def _views(chart: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The plots of a chart, at whatever depth."""
    parts = [part for way in ("vconcat", "hconcat", "concat") for part in chart.get(way, ())]
    if not parts:
        yield chart
    for part in parts:
        yield from _views(part)


def _legends(part: Any) -> Iterator[dict[str, Any]]:
    """Every legend of a chart."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "legend" and isinstance(value, dict):
                yield value
            elif name not in ("datasets", "data"):
                yield from _legends(value)
    elif isinstance(part, list):
        for value in part:
            yield from _legends(value)


def _width(chart: dict[str, Any]) -> float:
    import vl_convert

    return float(vl_convert.vegalite_to_scenegraph(chart, allowed_base_urls=[])["width"])


def size(drawn: str) -> tuple[float, float]:
    """The width and height of an SVG in its own pixels."""
    found = re.search(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"', drawn)
    if found is None:
        raise ValueError("The SVG has no size.")
    return float(found[1]), float(found[2])


def printed(drawn: str, points: float, unit: str = "") -> str:
    """An SVG that is so many points wide on paper."""
    width, height = size(drawn)
    now = f'width="{points:g}{unit}" height="{points * height / width:.2f}{unit}"'
    return re.sub(r'width="[\d.]+" height="[\d.]+"', now, drawn, count=1)


if __name__ == "__main__":
    main()
