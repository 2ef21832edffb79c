"""How far all raters of a trait agree at once: Krippendorff's α of people, of judges and of both.

α needs no two raters to have valued the same answers: an answer counts as soon as two did.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse import agreed
from warehouse.agreed import BOUNDS, HUMAN
from warehouse.analysis import Analysis
from warehouse.stats import agreement
from warehouse.stats.agreement import Agreement
from warehouse.store import Store

WHO = ("everybody", "people", "judges")
"""The groups of raters of which α is told, each where it has two raters or more."""

ALPHAS = ("alpha", "alpha_ordinal", "alpha_interval")
"""α of the verdicts (nominal), and of the scores by their order and by their distance."""

TENTHS = 10
FINEST = 25
"""Scores with more values than this are put in order by tenths of the scale."""

SCHEMA = {
    **dict.fromkeys(("study", "experiment", "trait", "who"), pl.String()),
    **dict.fromkeys(("n", "n_distinct", "questions"), pl.Int64()),
    **{f"{name}{bound}": pl.Float64() for name in ALPHAS for bound in BOUNDS},
    "raters": pl.List(pl.String()),
    "counted": pl.List(pl.Int64()),
    "sees": pl.List(pl.Float64()),
}
"""The columns of `together`."""


def together(store: Store, asked: Analysis) -> pl.DataFrame:
    """One row per trait and group of raters (`WHO`): how far all of them agree.

    Returns:
        The columns of `SCHEMA`: n is how many answers two raters or more counted, n_distinct how
        many different ones these are; `counted` and
        `sees` are, for each of `raters`, how many answers it counted and the share of them in
        which it sees the trait (its prevalence by that rater).
    """
    kinds = agreed.kinds_of(store)
    rows = []
    every = agreed.counted(store, asked)
    for names, group in every.group_by("study", "experiment", "trait", maintain_order=True):
        held = group.unique(["sample_key", "judge"], maintain_order=True)
        is_person = pl.col("judge").is_in([name for name, kind in kinds.items() if kind == HUMAN])
        for who, part in zip(WHO, (held, held.filter(is_person), held.filter(~is_person)),
                             strict=True):  # fmt: skip
            if (found := _of(part)) is not None:
                named = dict(zip(("study", "experiment", "trait"), names, strict=True))
                rows.append(named | {"who": who} | found)
    return pl.DataFrame(rows, schema=SCHEMA)


def _of(held: pl.DataFrame) -> dict[str, Any] | None:
    """What is said of some raters, of whom each valued an answer once; None of fewer than two."""
    raters = held["judge"].unique().sort().to_list()
    if len(raters) < 2:
        return None
    wide = held.with_columns(pl.col("is_trait").cast(pl.Float64())).pivot(
        "judge", index=["sample_key", "question", "answer_hash"], values=["is_trait", "score"]
    )
    shared = wide.filter(pl.sum_horizontal(pl.col(f"is_trait_{n}").is_not_null() for n in raters)
                         >= 2)  # fmt: skip
    if shared.is_empty():
        return None
    question = shared["question"].rank("dense").to_numpy() - 1
    verdicts, scores = (_values(shared, name, raters) for name in ("is_trait", "score"))
    told = {"alpha": _nominal(verdicts, question), **_of_scores(scores, question)}
    each = held.group_by("judge").agg(pl.len(), pl.col("is_trait").mean()).sort("judge")
    return {
        "n": shared.height,
        "n_distinct": agreed.distinct(shared),
        "questions": shared["question"].n_unique(),
        "raters": raters,
        "counted": each["len"].to_list(),
        "sees": each["is_trait"].to_list(),
    } | {
        f"{name}{bound}": float(value) if np.isfinite(value) else None
        for name, found in told.items()
        for bound, value in zip(BOUNDS, found, strict=True)
    }


def _values(shared: pl.DataFrame, name: str, raters: Sequence[str]) -> NDArray[np.float64]:
    """Answers × raters, nan where a rater gave none."""
    chosen = shared.select(pl.col(f"{name}_{rater}").cast(pl.Float64()) for rater in raters)
    return chosen.fill_null(float("nan")).to_numpy()


def _nominal(verdicts: NDArray[np.float64], question: NDArray[np.int64]) -> Agreement:
    return agreement.estimated(
        agreement.coincidences(verdicts, question, 2), _by("nominal", (0.0, 1.0))
    )


def _of_scores(scores: NDArray[np.float64], question: NDArray[np.int64]) -> dict[str, Agreement]:
    """α of scores; nothing where no answer has two."""
    if not (np.isfinite(scores).sum(axis=1) >= 2).any():
        return {}
    values = np.unique(scores[np.isfinite(scores)])
    if len(values) > FINEST:
        placed = np.where(np.isnan(scores), np.nan, np.clip(scores // TENTHS, 0, TENTHS - 1))
        values = np.arange(TENTHS, dtype=float)
    else:
        placed = np.where(np.isnan(scores), np.nan, np.searchsorted(values, scores))
    matrices = agreement.coincidences(placed, question, len(values))
    return {
        "alpha_ordinal": agreement.estimated(matrices, _by("ordinal", values.tolist())),
        "alpha_interval": agreement.estimated(
            agreement.spreads(scores, question), agreement.interval_alpha
        ),
    }


def _by(
    metric: agreement.Metric, values: Sequence[float]
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    return lambda matrices: agreement.alpha(matrices, values, metric)
