"""What is on screen, to take away: CSV, Parquet, SVG and PNG."""

import io
from collections.abc import Callable
from functools import partial

import altair as alt
import polars as pl
import streamlit as st

from warehouse import harmless

Draw = Callable[[], alt.TopLevelMixin]


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
    import vl_convert

    return vl_convert.vegalite_to_svg(draw().to_dict()).encode()


def png(draw: Draw) -> bytes:
    """A chart as PNG, at twice its size."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(draw().to_dict(), scale=2))


def buttons(frame: pl.DataFrame, draw: Draw, name: str) -> None:
    """A row of download buttons; the files, and the chart, are made when one is pressed."""
    files = {
        "csv": (partial(csv, frame), "text/csv"),
        "parquet": (partial(parquet, frame), "application/vnd.apache.parquet"),
        "svg": (partial(svg, draw), "image/svg+xml"),
        "png": (partial(png, draw), "image/png"),
    }
    with st.container(horizontal=True):
        for ending, (make, mime) in files.items():
            st.download_button(
                ending.upper() if ending != "parquet" else "Parquet",
                data=make,
                file_name=f"{name}.{ending}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"{name}-{ending}",
            )
