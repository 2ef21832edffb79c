"""What is on screen, to take away: figures for papers, and the numbers as CSV and Parquet."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import altair as alt
import polars as pl
import streamlit as st

from pages.frame import filters
from pages.printing import basis, figures
from pages.serving import pictures
from pages.ui.parts.markup import escaped
from pages.ui.view import store
from warehouse import harmless
from warehouse.analysis import Analysis, told, written

Draw = Callable[[], alt.TopLevelMixin]

CLICK = re.compile(r"\s*Click [^.]*\.")
"""The sentences of a legend that say what a click does; a file cannot be clicked."""

MIMES: dict[pictures.Form, str] = {
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "png": "image/png",
}

PARQUET = "application/vnd.apache.parquet"

ALL, EACH = "all", "each"
"""The choices beside single panels: all of them in one figure, or each in a file of its own."""


def csv(frame: pl.DataFrame) -> bytes:
    """The frame as CSV in which no text can act as a spreadsheet's formula."""
    return harmless.csv(frame).encode()


def parquet(frame: pl.DataFrame, about: dict[str, str] | None = None) -> bytes:
    """The frame as Parquet, exactly as it is; `about` becomes the file's own metadata."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, metadata=about)
    return buffer.getvalue()


def metadata(view: Analysis) -> dict[str, str]:
    """What a file of numbers says of itself: the analysis, in words too, and the snapshot."""
    return {
        "brittlescope.analysis": json.dumps(written.as_json(view), ensure_ascii=False),
        "brittlescope.says": told.sentence(view),
        "brittlescope.snapshot": store.opened().snapshot.path.stem,
    }


def figure(
    draw: Draw, form: pictures.Form, width: str, panel: str, legend: str, about: str
) -> bytes:
    """The chart as a figure for papers, or several in a ZIP.

    Args:
        draw: Makes the chart.
        form: Of the file, or of each file in the ZIP.
        width: One of `figures.WIDTHS`.
        panel: The number of a panel, or ALL, or EACH.
        legend: What the screen says below the chart.
        about: What the numbers rest on.
    """
    chart = _chart(draw)
    parts = [figures.Panel("", chart)] if panel == ALL else figures.panels(chart)
    if panel not in (ALL, EACH):
        parts = [parts[int(panel)]]
    made = _printed([part.chart for part in parts], (form,), width, legend, about)
    if panel != EACH:
        return made[0]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for at, (part, picture) in enumerate(zip(parts, made, strict=True), 1):
            packed.writestr(f"{at:02d}_{basis.slug(part.title)}.{form}", picture)
    return buffer.getvalue()


def whole(
    draw: Draw, forms: Sequence[pictures.Form], width: str, legend: str, about: str
) -> dict[pictures.Form, bytes]:
    """The chart as a figure for papers, as `figure` makes it of all panels, in several forms."""
    return dict(zip(forms, _printed([_chart(draw)], forms, width, legend, about), strict=True))


def buttons(
    frame: pl.DataFrame, draw: Draw, name: str, legend: str = "", view: Analysis | None = None
) -> None:
    """A figure, and the rows as CSV and Parquet; a file is made when it is asked for.

    They stand in a row, with whatever else a page puts into one with them (`st.container`).

    Args:
        frame: The rows.
        draw: Makes the chart.
        name: What is shown, for the files' names (with the page's) and for keys.
        legend: What the screen says below the chart; it goes along with it.
        view: What the numbers are of, where it is not what the filters say.
    """
    view = view or filters.current()
    counts = store.counts(view.slice, view.rule)
    page = urlsplit(st.context.url or "").path.rpartition("/")[2] or "overview"
    stem = basis.file(view, counts, name if name.startswith(page) else f"{page} {name}")
    _row(frame, draw, name, legend, stem, basis.figure(view, counts), metadata(view))


def _row(
    frame: pl.DataFrame,
    draw: Draw,
    name: str,
    legend: str,
    stem: str,
    about: str,
    said: dict[str, str],
) -> None:
    """The row of buttons."""
    files = {
        "csv": ("CSV", partial(csv, frame), "text/csv"),
        "parquet": ("Parquet", partial(parquet, frame, said), PARQUET),
    }
    with st.container(horizontal=True, width="content"):
        with st.container(width="content"):  # a fragment's own place would take the whole row
            _figure(draw, name, legend, stem, about)
        for ending, (label, make, mime) in files.items():
            _button(label, make, f"{stem}.{ending}", mime, f"{name}-{ending}")


@st.fragment
def _figure(draw: Draw, name: str, legend: str, stem: str, about: str) -> None:
    """A popover that asks for width and panel, and gives the figure in each form.

    A fragment that holds no other button: a press on one beside it closes the popover, which runs
    the fragment again, and what that run made anew would no longer be what was pressed.
    """
    with st.popover(
        "Figure", icon=":material/image:", key=f"{name}-figure", on_change="rerun"
    ) as opened:
        if not opened.open:
            return
        chart = _chart(draw)
        width = st.radio(
            "Width in print",
            figures.fitting(chart),
            format_func=lambda name: figures.WIDTHS[name],
            key=f"{name}-width",
        )
        panel = _panel(chart, name)
        st.caption(
            "Light, with its legend and a line on what it rests on; letters of 7 to 9 pt "
            "in a column."
        )
        with st.container(horizontal=True):
            for form, mime in MIMES.items():
                make = partial(figure, draw, form, width, panel, legend, about)
                ending, mime = ("zip", "application/zip") if panel == EACH else (form, mime)
                part = "" if panel in (ALL, EACH) else f"_panel-{int(panel) + 1}"
                _button(
                    form.upper(), make, f"{stem}{part}_{width}.{ending}", mime, f"{name}-{form}"
                )


def _panel(chart: figures.Chart, name: str) -> str:
    """Asks which of several panels the figure has."""
    parts = [part.title for part in figures.panels(chart)]
    if len(parts) < 2:
        return ALL
    choices = {EACH: "Each panel in a file of its own (ZIP)"}
    if figures.height(chart) <= figures.TALLEST:
        choices = {ALL: "All panels in one figure"} | choices
    choices |= {str(at): title for at, title in enumerate(parts)}
    chosen: str = st.selectbox(
        "Panels", list(choices), format_func=lambda key: choices[key], key=f"{name}-panel"
    )
    return chosen


def _button(label: str, make: Any, file: str, mime: str, key: str) -> None:
    st.download_button(
        escaped(label),
        data=make,
        file_name=file,
        mime=mime,
        icon=":material/download:",
        on_click="ignore",
        key=key,
    )


def _printed(
    charts: Sequence[figures.Chart],
    forms: Sequence[pictures.Form],
    width: str,
    legend: str,
    about: str,
) -> list[bytes]:
    paper, words = figures.PAPERS[width], CLICK.sub("", legend)
    made = [figures.printed(chart, paper, words, about) for chart in charts]
    return pictures.pictures(made, forms, paper)


def _chart(draw: Draw) -> figures.Chart:
    """The chart as Vega-Lite takes it."""
    made: figures.Chart = draw().to_dict(validate=False)
    return made
