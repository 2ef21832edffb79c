"""Dose curves: the rate as a monotone function of a dose, and the dose of half its effect."""

from typing import NamedTuple

import numpy as np
import polars as pl

from warehouse import defaults
from warehouse.stats.bootstrap import expanded, percentiles, resamples
from warehouse.stats.estimates import Floats, Ints
from warehouse.stats.pooling import WAYS
from warehouse.stats.rates import IDENTITY

SERIES = (*IDENTITY, "model", "dataset", "kind", "placement", "eval_intervention", *WAYS)
"""Arms that share these and differ in dose are one curve."""

FEWEST_DOSES = 3


class Curves(NamedTuple):
    """Every dose curve: its points, and what it comes to."""

    points: pl.DataFrame  # one row per curve and dose
    summary: pl.DataFrame  # one row per curve


def dose_curves(
    counts: pl.DataFrame,
    *,
    margin: float = defaults.MARGIN,
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Curves:
    """Monotone fits of the rate over interventions that have a dose, such as a year.

    The rate at a dose is question-balanced. The fit is the isotonic regression (Barlow et
    al. 1972), doses weighted by their answers, rising or falling, whichever leaves the
    smaller squared error. The half-effect dose is where the fit, drawn straight between
    doses, first reaches the middle of its two ends. Its interval is by a bootstrap in two levels
    (Davison and Hinkley 1997, 3.8): questions are drawn with replacement, then answers to each
    anew at every dose, so that questions that agree leave no zero width. Each draw is fitted in
    the same direction, and the percentiles are expanded for the few questions
    (`bootstrap.expanded`).

    Args:
        counts: One row per evaluation × question × trait × judge; rows without a dose are
            left out.
        margin: A fit that rises or falls by less has no half-effect dose.
        level: Coverage of the interval.
        draws: Resamples of questions.
        seed: Of the resamples.

    Returns:
        points: `SERIES`, dose, n_counted, n_trait, rate, fitted. summary: `SERIES`, doses,
        questions (asked at every dose), direction ("rising", "falling"), from_rate, to_rate
        (fit at the lowest and the highest dose), half_dose, half_low, half_high, note (why
        there is no half-effect dose, or no interval). Fewer than three doses are no curve.
    """
    curves, dosed = _series(counts)
    points, rows = [], []
    for curve in curves["curve"]:
        answers = dosed.filter(curve=curve)
        fitted, row = _curve(answers, margin, level, draws, seed)
        points.append(fitted.select(pl.lit(curve, pl.UInt32()).alias("curve"), *_POINT))
        rows.append({"curve": curve, **row})
    empty = pl.DataFrame(schema={"curve": pl.UInt32(), **_POINT})
    summary = pl.DataFrame(rows, schema={"curve": pl.UInt32(), **_SUMMARY})
    return Curves(
        curves.join(pl.concat([empty, *points]), on="curve").drop("curve"),
        curves.join(summary, on="curve").drop("curve"),
    )


def _series(counts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The curves, numbered by `curve`, and the counts of each by dose and question."""
    series = list(SERIES)
    dosed = (
        counts.filter(pl.col("dose").is_not_null() & (pl.col("n_counted") > 0))
        .group_by(*series, "dose", "question")
        .agg(pl.col("n_trait", "n_counted").sum())
    )
    curves = (
        dosed.group_by(series)
        .agg(pl.col("dose").n_unique().alias("doses"))
        .filter(pl.col("doses") >= FEWEST_DOSES)
        .sort(series, nulls_last=True)
        .with_row_index("curve")
        .select("curve", *series)
    )
    dosed = dosed.join(curves, on=series, nulls_equal=True)
    return curves, dosed.sort("curve", "dose", "question")


_POINT = {
    "dose": pl.Float64(),
    "n_counted": pl.Int64(),
    "n_trait": pl.Int64(),
    "rate": pl.Float64(),
    "fitted": pl.Float64(),
}
_SUMMARY = {
    "doses": pl.Int64(),
    "questions": pl.Int64(),
    "direction": pl.String(),
    "from_rate": pl.Float64(),
    "to_rate": pl.Float64(),
    "half_dose": pl.Float64(),
    "half_low": pl.Float64(),
    "half_high": pl.Float64(),
    "note": pl.String(),
}


def isotonic(rates: Floats, weights: Floats) -> Floats:
    """The non-decreasing fit nearest to the rates in weighted squares, along the last axis.

    ``fit_i = max over a ≤ i of min over b ≥ i of the weighted mean from a to b``.
    """
    zero = [*((0, 0) for _ in rates.shape[:-1]), (1, 0)]
    mass = np.pad(np.cumsum(np.broadcast_to(weights, rates.shape), axis=-1), zero)
    sums = np.pad(np.cumsum(rates * weights, axis=-1), zero)
    size = rates.shape[-1]
    start, end = np.arange(size)[:, None], np.arange(1, size + 1)[None, :]
    wide = mass[..., end] - mass[..., start]
    ordered = start < end
    means = np.divide(
        sums[..., end] - sums[..., start], wide, out=np.full(wide.shape, np.inf), where=ordered
    )
    # From b = i on, the least mean; then, up to a = i, the greatest of these.
    least = np.minimum.accumulate(means[..., ::-1], axis=-1)[..., ::-1]
    return np.stack([least[..., : i + 1, i].max(axis=-1) for i in range(size)], axis=-1)


def _resampled(table: Floats, sizes: Ints, weights: Floats, seed: int) -> Floats:
    """Mean rates by dose, draws × doses: of drawn questions, with their answers drawn anew."""
    random = np.random.default_rng([seed, *table.shape])
    # A question drawn w times brings w samples of its answers.
    times = weights[:, None, :].astype(np.int64)
    shown = random.binomial(times * sizes, table)
    mean: Floats = (shown / sizes).sum(axis=-1) / weights.sum(axis=1)[:, None]
    return mean


def half_dose(doses: Floats, fits: Floats) -> Floats:
    """Where each monotone fit first reaches the middle of its ends; nan for a flat one."""
    start, end = fits[..., :1], fits[..., -1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        risen = (fits - start) / (end - start)
        after = np.clip(np.argmax(risen >= 0.5, axis=-1), 1, None)[..., None]
        upper = np.take_along_axis(risen, after, axis=-1)
        lower = np.take_along_axis(risen, after - 1, axis=-1)
        part = (0.5 - lower) / (upper - lower)
        dose = doses[after - 1] + part * (doses[after] - doses[after - 1])
    return np.where(end == start, np.nan, dose)[..., 0]


def _curve(
    answers: pl.DataFrame, margin: float, level: float, draws: int, seed: int
) -> tuple[pl.DataFrame, dict[str, object]]:
    points = answers.group_by("dose").agg(
        pl.col("n_counted", "n_trait").sum(),
        (pl.col("n_trait") / pl.col("n_counted")).mean().alias("rate"),
    ).sort("dose")  # fmt: skip
    doses, rates = points["dose"].to_numpy(), points["rate"].to_numpy()
    weights = points["n_counted"].to_numpy().astype(float)
    fits = isotonic(rates, weights), -isotonic(-rates, weights)
    rising, falling = (float((weights * (fit - rates) ** 2).sum()) for fit in fits)
    sign = 1 if rising <= falling else -1
    fit = fits[0] if sign == 1 else fits[1]
    shared = answers.filter(pl.len().over("question") == len(doses))
    questions = shared["question"].n_unique()
    row: dict[str, object] = {
        "doses": len(doses),
        "questions": questions,
        "direction": "rising" if sign == 1 else "falling",
        "from_rate": fit[0],
        "to_rate": fit[-1],
    }
    points = points.with_columns(pl.Series("fitted", fit))
    if abs(fit[-1] - fit[0]) < margin:
        return points, row | {"note": f"no effect: the fit moves less than {100 * margin:g} points"}
    row["half_dose"] = float(half_dose(doses, fit))
    if questions < 2:
        return points, row | {"note": "no interval: fewer than two questions at every dose"}
    table = (shared["n_trait"] / shared["n_counted"]).to_numpy().reshape(len(doses), questions)
    (block,) = resamples(np.zeros(questions, np.int64), 1, draws, seed)
    sizes = shared["n_counted"].to_numpy().reshape(len(doses), questions)
    drawn = _resampled(table, sizes, block.weights, seed)
    halves = half_dose(doses, sign * isotonic(sign * drawn, weights))
    # Flat draws have no half-effect dose: many of them, and neither has the curve an interval.
    defined = halves[~np.isnan(halves)]
    if defined.size < level * halves.size:
        return points, row | {"note": "no interval: too many resamples are flat"}
    low, high = percentiles(defined, expanded(level, questions))
    return points, row | {"half_low": float(low), "half_high": float(high)}
