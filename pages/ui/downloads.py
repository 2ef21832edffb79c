"""What is on screen, to take away: CSV, Parquet, SVG and PNG."""

import io
from functools import partial
from typing import Any

import altair as alt
import polars as pl
import streamlit as st

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv(frame: pl.DataFrame) -> bytes:
    """The frame as CSV in which no text can act as a spreadsheet's formula."""
    harmless = [
        pl.when(pl.any_horizontal(pl.col(name).str.starts_with(sign) for sign in FORMULA))
        .then("'" + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name, kind in frame.schema.items()
        if kind == pl.String()
    ]
    return frame.with_columns(harmless).write_csv().encode()


def parquet(frame: pl.DataFrame) -> bytes:
    """The frame as Parquet, exactly as it is."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def svg(chart: dict[str, Any]) -> bytes:
    """A Vega-Lite chart as SVG."""
    import vl_convert

    return vl_convert.vegalite_to_svg(chart).encode()


def png(chart: dict[str, Any]) -> bytes:
    """A Vega-Lite chart as PNG, at twice its size."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(chart, scale=2))


def buttons(frame: pl.DataFrame, chart: alt.TopLevelMixin | None, name: str) -> None:
    """A row of download buttons; the files are made when one is pressed."""
    files = {
        "csv": (partial(csv, frame), "text/csv"),
        "parquet": (partial(parquet, frame), "application/vnd.apache.parquet"),
    }
    if chart is not None:
        spec = chart.to_dict()
        files |= {
            "svg": (partial(svg, spec), "image/svg+xml"),
            "png": (partial(png, spec), "image/png"),
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
