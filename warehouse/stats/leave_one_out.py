"""How far a rate and a conclusion hang on single questions: each is left out in turn."""

from typing import Literal

import numpy as np
import polars as pl

from warehouse import defaults
from warehouse.stats.comparisons import Comparison, compare
from warehouse.stats.differences import bounds
from warehouse.stats.inference import infer
from warehouse.stats.multiverse import conclusion
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY, rates

KEY = (*IDENTITY, *ARM)

NO_SHIFT = 1e-9
"""What rounding alone may move."""


def without_each(
    counts: pl.DataFrame,
    baseline: str = defaults.BASELINE,
    unit: str = defaults.UNIT,
    *,
    margin: float = defaults.MARGIN,
    level: float = 0.95,
) -> pl.DataFrame:
    """Every arm without each of its questions: its rate, and what it shows of its baseline.

    Without the question q the rate is ``Σ_{r≠q} k_r / Σ_{r≠q} n_r``, the difference
    ``mean_{r≠q} (p_r - p_baseline,r)``: the leave-one-out values of the jackknife (Quenouille
    1956). Rates, differences and intervals are computed as for all questions, by
    `rates.rates` and `comparisons.compare`, and conclusions drawn as by
    `multiverse.multiverse`. Where so few questions are left that their test could not reject
    whatever they showed (five), the interval of a reduced row is `differences.bounds` alone:
    losing the test is no fault of the question left out.

    Args:
        counts: One row per evaluation × question × trait × judge.
        baseline: As in `comparisons.compare`.
        unit: What the intervals are about.
        margin: The smallest difference that matters.
        level: Coverage of the intervals.

    Returns:
        experiment, trait, judge, model, dataset, intervention, eval_intervention, settings,
        left_out (a question, null in the row with all of them), n_counted, n_trait, rate, low,
        high, difference, difference_low, difference_high, conclusion (null without a
        baseline). An arm has a row for every question it has counted answers to, unless it is
        the only one. Sorted by the arm, the row with all questions first.

    Raises:
        UnknownName: a baseline or unit that does not exist.
    """
    answered = counts.filter(pl.col("n_counted") > 0)
    asked = answered.select("experiment", pl.col("question").alias("left_out")).unique()
    reduced = counts.join(asked, on="experiment").filter(pl.col("question") != pl.col("left_out"))
    whole = counts.with_columns(pl.lit(None, pl.String()).alias("left_out"))
    every = pl.concat([whole, reduced])
    key = [*KEY, "left_out"]
    cells = rates(every, [*ARM, "left_out"], unit, level=level)
    compared = _concluded(
        compare(every, baseline, unit, by=["left_out"], level=level), margin, level
    )
    own = answered.select(*KEY, pl.col("question").alias("left_out")).unique()
    arms = whole.select(key).unique()
    return (
        cells.select(*key, "n_counted", "n_trait", "rate", "low", "high")
        .join(pl.concat([arms, own]), on=key, how="semi", nulls_equal=True)
        .join(compared, on=key, how="left", nulls_equal=True)
        .sort(*KEY, "left_out", nulls_last=[*(True for _ in KEY), False])
    )


def _concluded(comparison: Comparison, margin: float, level: float) -> pl.DataFrame:
    """The difference of every row, its interval and its conclusion."""
    settled, plain = infer(comparison, level=level), bounds(comparison.difference, level)
    reduced = comparison.cells["left_out"].is_not_null().to_numpy()
    untestable = (settled.floor > 1 - level) & reduced
    numbers = {
        "difference": comparison.difference.value,
        "low": np.where(untestable, plain.low, settled.interval.low),
        "high": np.where(untestable, plain.high, settled.interval.high),
    }
    return comparison.cells.with_columns(
        pl.Series(name, of, nan_to_null=True) for name, of in numbers.items()
    ).select(
        *KEY,
        "left_out",
        "difference",
        pl.col("low").alias("difference_low"),
        pl.col("high").alias("difference_high"),
        conclusion(margin).alias("conclusion"),
    )


def influence(rows: pl.DataFrame, value: Literal["rate", "difference"]) -> pl.DataFrame:
    """What single questions make of each arm's rate, or of its difference to its baseline.

    Args:
        rows: What `without_each` returned.
        value: Which of the two.

    Returns:
        `KEY`, questions (that were left out in turn), value (with all of them), lowest and
        highest (with one left out), question (the one that moves it furthest; of equals the
        first by its id; null where none moves it), without (the value without that one),
        conclusion (with all of them), and overturned (the questions without which it is
        another). Arms without such a value, or with a single question, are left out. Sorted by
        the arm.
    """
    whole = rows.filter(pl.col("left_out").is_null())
    reduced = rows.filter(pl.col("left_out").is_not_null()).select(
        *KEY, "left_out", pl.col(value).alias("without"), pl.col("conclusion").alias("then")
    )
    shift = (pl.col("without") - pl.col("value")).abs()
    furthest = shift.arg_max()
    return (
        whole.select(*KEY, pl.col(value).alias("value"), "conclusion")
        .filter(pl.col("value").is_not_null())
        .join(reduced, on=KEY, nulls_equal=True, maintain_order="left_right")
        .group_by(KEY, maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("questions"),
            pl.col("value").first(),
            pl.col("without").min().alias("lowest"),
            pl.col("without").max().alias("highest"),
            pl.when(shift.max() > NO_SHIFT)
            .then(pl.col("left_out").get(furthest))
            .alias("question"),
            pl.col("without").get(furthest),
            pl.col("conclusion").first(),
            pl.col("left_out")
            .filter(pl.col("then").ne_missing(pl.col("conclusion")))
            .alias("overturned"),
        )
    )
