"""A judge's scores as it said them, beside the means over what it might have said.

A score is a draw from the judge's probabilities; the mean over them (`weighed`) is what many draws
would come to (Betley et al. 2025). Where the two part, so does every rate by a cut.
"""

from typing import Any

import numpy as np
import polars as pl

from warehouse import agreed, counting
from warehouse.agreed import BOUNDS
from warehouse.analysis import Analysis
from warehouse.stats import agreement
from warehouse.store import Store
from warehouse.variants import more, seen

SCHEMA = {
    **dict.fromkeys(("study", "experiment", "trait", "judge"), pl.String()),
    **dict.fromkeys(("n", "questions", "n_asked", "n_without", "n_elsewhere"), pl.Int64()),
    **dict.fromkeys(("sampled", "weighed", "mass"), pl.Float64()),
    **{
        f"{name}{bound}": pl.Float64()
        for name in ("apart", "rate", "rate_weighed", "difference", "agreement")
        for bound in BOUNDS
    },
}
"""The columns of `weighed`."""


def weighed(store: Store, asked: Analysis) -> pl.DataFrame:
    """One row per trait and judge that was asked for its probabilities.

    Returns:
        The columns of `SCHEMA`: of `n_asked` answers n have both scores; `n_without` came without
        probabilities, `n_elsewhere` had too little of them on scores. Then the mean of either
        score and of the probability on scores (`mass`), how much higher the weighed one is
        (`apart`), the rate by either, their difference, and how often the verdict is the same,
        each with an interval by question.
    """
    told = store.query("weighed")
    every = agreed.counted(store, asked)
    if asked.slice.judge:
        every = every.filter(pl.col("judge").is_in(asked.slice.judge))
    lines = counting.told(asked.rule, store.query("traits"))
    held = every.join(told, on=["sample_key", "judge"]).join(
        lines.filter(pl.col("labels").is_null()), on=["experiment", "trait", "criterion"]
    )
    names = ("study", "experiment", "trait", "judge")
    rows = []
    for values, group in held.group_by(names, maintain_order=True):
        rows.append(dict(zip(names, values, strict=True)) | _of(group))
    return pl.DataFrame(rows, schema=SCHEMA)


def _of(group: pl.DataFrame) -> dict[str, Any]:
    """What is said of one judge."""
    both = group.drop_nulls(["sampled", "weighed"])
    counts = {
        "n": both.height,
        "questions": both["question"].n_unique(),
        "n_asked": group.height,
        "n_without": group["mass"].null_count(),
        "n_elsewhere": group.filter(
            pl.col("mass").is_not_null() & pl.col("weighed").is_null()
        ).height,
        "mass": group["mass"].mean(),
    }
    if both.is_empty():
        return counts
    question = both["question"].rank("dense").to_numpy() - 1
    one, two = (
        both.select(pl.col(name).is_between(pl.col("floor"), pl.col("ceiling"), "left"))
        .to_series()
        .to_numpy()
        for name in ("sampled", "weighed")
    )
    pairs = agreement.confusion(one, two, question, 2)
    apart = (both["weighed"] - both["sampled"]).to_numpy()
    sums = np.zeros((len(pairs), 1, 2))
    sums[:, 0, 0] = np.bincount(question, apart)
    sums[:, 0, 1] = np.bincount(question)
    told = {
        "apart": agreement.estimated(sums, lambda all_of: all_of[..., 0, 0] / all_of[..., 0, 1]),
        "rate": agreement.estimated(pairs.swapaxes(1, 2), seen),
        "rate_weighed": agreement.estimated(pairs, seen),
        "difference": agreement.estimated(pairs, more),
        "agreement": agreement.estimated(pairs, agreement.raw),
    }
    means = {name: both[name].mean() for name in ("sampled", "weighed")}
    return (
        counts
        | means
        | {
            f"{name}{bound}": float(value) if np.isfinite(value) else None
            for name, found in told.items()
            for bound, value in zip(BOUNDS, found, strict=True)
        }
    )
