"""Training curves: what the logs of the chosen runs measured, over steps or epochs."""

from collections.abc import Mapping, Sequence

import altair as alt
import polars as pl

from pages.ui.charts import base
from pages.ui.parts import bounded

CURVES = {
    "loss": "Training loss",
    "valid_loss": "Validation loss",
    "accuracy": "Training accuracy",
    "valid_accuracy": "Validation accuracy",
    "learning_rate": "Learning rate",
    "grad_norm": "Gradient norm",
}

SMOOTHINGS = {"25": "Mean of 25 steps", "100": "Mean of 100 steps", "1": "None"}

DRAWN = 800
"""How many points of a curve are drawn at most."""

PLOT, NAME = 260, 21
"""Pixels of a chart’s curves, and of each name in its legend, which Streamlit counts as well."""

FALLING, WIDE = ("loss", "valid_loss", "grad_norm"), 30
"""What starts high, and how often the highest value holds the lowest where it ends near zero."""

LOSS_TICKS = [0, 0.1, 0.3, 1, 3, 10, 30]

CURVE_NOTE = (
    "Pale: single steps. Strong: their running mean. Of a long log every so many steps are drawn. "
    "A log that prints no steps is drawn over epochs."
)


def measures(steps: pl.DataFrame) -> dict[str, str]:
    """What the logs of these steps measured, with labels, the loss first."""
    return {name: label for name, label in CURVES.items() if steps[name].count()}


def curve(
    steps: pl.DataFrame, called: Mapping[str, str], measure: str, window: int
) -> pl.DataFrame:
    """The points of one measure: run (named), log_no, at, unit, value and its running mean.

    `unit` is Step where a log prints steps, Epoch where it only prints epochs. The mean is
    over `window` steps, and over fewer where a log has fewer than ten times as many.
    """
    known = steps.filter(pl.col(measure).is_not_null()).with_columns(
        unit=pl.when(pl.col("step").is_null()).then(pl.lit("Epoch")).otherwise(pl.lit("Step")),
        at=pl.coalesce(pl.col("step").cast(pl.Float64), "epoch"),
        run=pl.col("run").replace_strict(called, return_dtype=pl.String()),
    )
    parts = []
    logs = known.sort("log_no", "at").partition_by("run", "log_no", maintain_order=True)
    drawn = max(2, min(DRAWN, bounded.MARKS // max(1, len(logs))))
    for part in logs[: bounded.LINES]:
        mean = pl.col(measure).rolling_mean(max(1, min(window, part.height // 10)), min_samples=1)
        parts.append(
            part.select("run", "log_no", "at", "unit", value=measure, mean=mean).gather_every(
                -(-part.height // drawn)
            )
        )
    return pl.concat(parts) if parts else pl.DataFrame()


def chart(
    points: pl.DataFrame,
    unit: str,
    measure: str,
    every: Sequence[str],
    theme: str | None = None,
    *,
    legend: bool = True,
) -> alt.LayerChart:
    """The curves over steps or epochs; each run has its colour, its single steps drawn pale.

    A file has the legend within; a page, which may be narrower than a name, has `signs` below it.
    """
    drawn = points.filter(pl.col("unit") == unit)
    present = _present(drawn, every)
    ink = base.ink(theme)
    colour = alt.Color(
        "run:N",
        scale=alt.Scale(
            domain=present, range=[base.seen(one, theme) for one in base.CATEGORIES[: len(present)]]
        ),
        legend=_legend(ink) if legend else None,
    )
    drawing = alt.Chart(drawn).encode(
        x=alt.X("at:Q", title=unit, axis=alt.Axis(labelColor=ink, titleColor=ink)),
        color=colour,
        detail="log_no:N",
    )
    scale, axis = alt.Scale(zero=False), alt.Axis(labelColor=ink, titleColor=ink)
    # Where losses end near zero, a logarithm that knows zero shows both ends.
    if (
        measure in FALLING
        and drawn.select(pl.col("value").max() > WIDE * pl.col("value").min())[0, 0]
    ):
        scale = alt.Scale(type="symlog", constant=0.1)
        axis = alt.Axis(values=LOSS_TICKS, format=".1~f", labelColor=ink, titleColor=ink)
    y = alt.Y("value:Q", title=CURVES[measure], scale=scale, axis=axis)
    steps = drawing.mark_line(opacity=0.25, strokeWidth=1).encode(y=y)
    mean = drawing.mark_line(strokeWidth=2).encode(
        y=alt.Y("mean:Q", scale=scale),
        tooltip=[
            alt.Tooltip("run:N", title="Run"),
            alt.Tooltip("at:Q", title=unit, format=",.4~g"),
            alt.Tooltip("value:Q", title=CURVES[measure], format=".3g"),
            alt.Tooltip("mean:Q", title="Running mean", format=".3g"),
        ],
    )
    return alt.LayerChart(layer=[steps, mean]).properties(
        height=PLOT + NAME * len(present) * legend
    )


def _legend(ink: str) -> alt.Legend:
    return alt.Legend(
        title=None, orient="bottom", direction="vertical", columns=1, labelLimit=0,
        labelColor=ink, symbolOpacity=1, symbolStrokeWidth=3,
    )  # fmt: skip


def signs(
    points: pl.DataFrame, unit: str, every: Sequence[str], theme: str | None
) -> dict[str, tuple[str, str]]:
    """The sign and the colour of each run that is drawn."""
    present = _present(points.filter(pl.col("unit") == unit), every)
    colours = base.CATEGORIES[: len(present)]
    return {name: ("▬", base.seen(one, theme)) for name, one in zip(present, colours, strict=False)}


def _present(drawn: pl.DataFrame, every: Sequence[str]) -> list[str]:
    held = set(drawn["run"])
    return [name for name in every if name in held]


def stacked(points: pl.DataFrame, measure: str, every: Sequence[str]) -> alt.VConcatChart:
    """The curves of every unit, as one chart to take away."""
    units = points["unit"].unique(maintain_order=True)
    charts = (chart(points, unit, measure, every) for unit in units)
    return alt.vconcat(*(one.properties(width=560, height=PLOT) for one in charts))
