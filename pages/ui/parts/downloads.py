"""What is on screen, to take away: CSV, Parquet, SVG and PNG."""

import io
import re
import textwrap
from collections.abc import Callable
from functools import partial
from typing import Any

import altair as alt
import polars as pl
import streamlit as st

from pages.serving import pictures
from pages.ui.parts.markup import escaped
from warehouse import harmless

Draw = Callable[[], alt.TopLevelMixin]

CLICK = re.compile(r"\s*Click [^.]*\.")
"""The sentences of a legend that say what a click does."""

LETTERS = 110
"""How many letters a line below a chart has at most."""


def csv(frame: pl.DataFrame) -> bytes:
    """The frame as CSV in which no text can act as a spreadsheet's formula."""
    return harmless.csv(frame).encode()


def parquet(frame: pl.DataFrame) -> bytes:
    """The frame as Parquet, exactly as it is."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def svg(draw: Draw) -> bytes:
    """A chart as SVG."""
    return pictures.picture(draw(), "svg")


def png(draw: Draw) -> bytes:
    """A chart as PNG, at twice its size."""
    return pictures.picture(draw(), "png")


def explained(draw: Draw, legend: str) -> Any:
    """The chart with the words that stand below it on screen; a file cannot be clicked."""
    chart: Any = draw()
    lines = textwrap.wrap(CLICK.sub("", legend), LETTERS)
    if not lines:
        return chart
    words = alt.TitleParams(
        lines, orient="bottom", anchor="start", offset=16, fontSize=11, fontWeight="normal"
    )
    return alt.vconcat(chart, title=words)


def buttons(frame: pl.DataFrame, draw: Draw, name: str, legend: str = "") -> None:
    """A row of download buttons; the files, and the chart, are made when one is pressed.

    Args:
        frame: The rows.
        draw: Makes the chart.
        name: Of the files, and for keys.
        legend: What the screen says below the chart; it goes along with it.
    """
    whole = partial(explained, draw, legend)
    files = {
        "csv": (partial(csv, frame), "text/csv"),
        "parquet": (partial(parquet, frame), "application/vnd.apache.parquet"),
        "svg": (partial(svg, whole), "image/svg+xml"),
        "png": (partial(png, whole), "image/png"),
    }
    with st.container(horizontal=True):
        for ending, (make, mime) in files.items():
            st.download_button(
                escaped(ending.upper() if ending != "parquet" else "Parquet"),
                data=make,
                file_name=f"{name}.{ending}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"{name}-{ending}",
            )
