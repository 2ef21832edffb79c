"""Dose–response: the rate over interventions that have a dose, such as a year."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl

from pages.results.interventions import curve, panels
from pages.results.interventions.panels import ComparedArms, Drawing
from pages.ui.charts.references import Reference
from pages.ui.parts import bounded
from pages.ui.view import arms
from pages.ui.words import numbers, values, wordings
from warehouse.analysis import Analysis
from warehouse.stats.dose import FEWEST_DOSES, SERIES, Curves

TITLE = "Dose–response"

MOST = 4
"""How many curves are drawn at most."""

COLUMNS = (
    *("dose", "rate", "low", "high", "fitted", "baseline_rate", "untuned_rate"),
    *("difference", "difference_low", "difference_high", "n_trait", "n_counted", "paired"),
)

LEGEND = (
    "The fit is monotone, rising or falling, whichever is nearer to the rates; half of its effect "
    "is reached at the half-effect dose, whose interval comes from resampled questions. Click a "
    "point, or a count in the table, to read the answers behind it."
)


def is_offered(whole: pl.DataFrame) -> bool:
    """Whether interventions differ in dose.

    Args:
        whole: The counts frame of the focus, whatever the filters leave.
    """
    return bool(whole["dose"].drop_nulls().n_unique() >= FEWEST_DOSES)


@panels.served
def draw(view: Analysis) -> ComparedArms | str:
    """Every dose curve in sight."""
    fits = arms.doses(view)
    if fits.summary.is_empty():
        return (
            f"There is no dose curve in sight: that takes {FEWEST_DOSES} interventions of one "
            "kind that differ in dose alone, such as a year."
        )
    found = dosed(arms.effects(view), fits).with_row_index("cell")
    kept = fits.summary.head(MOST)
    left_out = bounded.told(kept.height, fits.summary.height, "curves")
    curves = {_called(fit): {name: fit[name] for name in SERIES} for fit in kept.to_dicts()}
    return ComparedArms(
        "doses", found, drawn(found, kept), COLUMNS, LEGEND, left_out, curves=curves
    )


def first(found: pl.DataFrame, view: Analysis) -> Drawing | None:
    """The curve with most doses, to stand beside the effects (rows of `found`, with cell)."""
    if found["dose"].drop_nulls().n_unique() < FEWEST_DOSES:
        return None
    fits = arms.doses(view)
    if fits.summary.is_empty():
        return None
    longest = fits.summary.sort("doses", "questions", descending=True, maintain_order=True).head(1)
    panel, *_ = drawn(dosed(found, fits), longest)
    return panel


def dosed(found: pl.DataFrame, fits: Curves) -> pl.DataFrame:
    """The effects of interventions that are points of a curve, with the curve's fit."""
    keys = [*SERIES, "dose"]
    halves = fits.summary.select(*SERIES, "direction", "half_dose", "half_low", "half_high")
    return (
        found.join(fits.points.select(*keys, "fitted"), on=keys, nulls_equal=True)
        .join(halves, on=list(SERIES), nulls_equal=True)
        .sort(*keys, nulls_last=True)
    )


def drawn(rows: pl.DataFrame, summary: pl.DataFrame) -> list[Drawing]:
    """A panel for every curve."""
    made = []
    for fit in summary.iter_rows(named=True):
        part = rows.filter(pl.col(name).eq_missing(pl.lit(fit[name])) for name in SERIES)
        plot = partial(
            curve.chart,
            _points(part),
            (fit["half_dose"], fit["half_low"], fit["half_high"]),
            references(part.row(0, named=True)),
        )
        title = " · ".join(
            filter(None, [values.value("kind", fit["kind"]), values.value("model", fit["model"])])
        )
        made.append(Drawing(f"{title}: {said(fit)}", plot))
    return made


def _called(fit: Mapping[str, Any]) -> str:
    """What a curve is called among all there are."""
    told = ("kind", "model", "dataset", "placement", "eval_intervention", "settings", "judge")
    return " · ".join(filter(None, (values.value(name, fit[name]) for name in told if fit[name])))


def references(row: Mapping[str, Any]) -> list[Reference]:
    """The rates of the control and of the untuned model, where there are."""
    found = []
    for name, of, dashed in (("Control", "baseline", False), ("Untuned", "untuned", True)):
        rate = row[f"{of}_rate"]
        if rate is not None:
            label = f"{name} {numbers.percent(rate)}"
            found.append(Reference(numbers.hundredth(rate), label, dashed=dashed))
    return found


def said(fit: Mapping[str, Any]) -> str:
    """What a curve comes to, in one sentence."""
    ends = f"{numbers.percent(fit['from_rate'])} to {numbers.percent(fit['to_rate'])}"
    text = f"{fit['direction']} from {ends} over {numbers.plural(fit['doses'], 'dose')}"
    if fit["half_dose"] is not None:
        text += f", half of it at {fit['half_dose']:.0f}"
        if fit["half_low"] is not None:
            text += f" [{fit['half_low']:.0f}, {fit['half_high']:.0f}]"
    noted = f"; {fit['note']}" if fit["note"] else ""
    return f"{text}, {numbers.plural(fit['questions'], 'question')}{noted}."


def _points(part: pl.DataFrame) -> pl.DataFrame:
    rows = list(part.iter_rows(named=True))
    return part.select(
        "cell",
        "dose",
        wordings.column(part),
        *map(numbers.hundredths, ("rate", "low", "high", "fitted")),
        "is_result",
        pl.Series("name", [values.intervention(row["intervention"]) for row in rows]),
        pl.Series("text", [numbers.rate(row) for row in rows]),
        pl.Series("fitted_text", [numbers.percent(row["fitted"]) for row in rows]),
    )
