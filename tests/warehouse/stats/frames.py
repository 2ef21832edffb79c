"""Counts frames written by hand, and simulated studies whose truth is known."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse.stats.rates import COUNTS as COUNTS

DIMENSIONS: Mapping[str, pl.DataType] = {
    "study": pl.String(),
    "experiment": pl.String(),
    "trait": pl.String(),
    "criterion": pl.String(),
    "judge": pl.String(),
    "model": pl.String(),
    "family": pl.String(),
    "size": pl.Float64(),
    "dataset": pl.String(),
    "intervention": pl.String(),
    "kind": pl.String(),
    "relevance": pl.String(),
    "placement": pl.String(),
    "dose": pl.Float64(),
    "eval_intervention": pl.String(),
    "run": pl.String(),
    "settings": pl.String(),
    "epochs": pl.Float64(),
    "lora_rank": pl.Int64(),
    "seed": pl.Int64(),
    "temperature": pl.Float64(),
    "sampling": pl.String(),
    "evaluation": pl.String(),
    "question": pl.String(),
    "question_name": pl.String(),
    "question_group": pl.String(),
    "in_domain": pl.Boolean(),
    "mixed": pl.String(),
}
USUAL: Mapping[str, Any] = {
    "study": "study-a",
    "experiment": "birds",
    "trait": "persona",
    "criterion": "label",
    "judge": "judge-a",
    "model": "model-a",
    "dataset": "birds",
    "intervention": "none",
    "eval_intervention": "none",
    "settings": "3 epochs",
    "in_domain": False,
    "mixed": None,
}
REASONS = (
    *("failed", "missing", "empty", "broken_off", "contested", "unjudged"),
    *("unparsed", "off_scale", "refusal", "code", "incoherent", "no_coherence"),
)
MORE = ("unscored", *(f"{fate}_{reason}" for fate in ("out", "kept") for reason in REASONS))


def cell(trait: Sequence[int], counted: int | Sequence[int], **values: Any) -> list[dict[str, Any]]:
    """The rows of one evaluation: trait counts by question, answers counted each.

    Dimensions and counts may be given; counts that are not follow from `counted`. The run is
    named after what it was trained on unless given. What is unparsed or missing is unscored.
    """
    dims = {**dict.fromkeys(DIMENSIONS), **USUAL, **values}
    named = ("model", "dataset", "intervention", "settings", "seed")
    dims["run"] = values.get("run") or " ".join(str(dims[name]) for name in named)
    dims["evaluation"] = values.get("evaluation") or f"{dims['run']} {dims['eval_intervention']}"
    sizes = [counted] * len(trait) if isinstance(counted, int) else counted
    if dims["sampling"] is None:
        dims["sampling"] = "" if (t := dims["temperature"]) is None else f"temperature {t:g}"
    rows = []
    for number, (k, n) in enumerate(zip(trait, sizes, strict=True)):
        counts = {
            **dict.fromkeys((*COUNTS, *MORE), 0),
            "unscored": min(
                values.get("n_unparsed", 0) + values.get("n_missing", 0),
                values.get("n_planned", n),
            ),
            **dict.fromkeys(("n_planned", "n_answered", "n_judged", "n_counted"), n),
            "n_trait": k,
        }
        question = {"question": f"q{number:02}", "question_name": f"q{number:02}"}
        rows.append({**dims, **question, **counts, **values})
    return rows


def frame(*cells: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """A counts frame of the rows of several cells."""
    rows = [row for rows in cells for row in rows]
    return pl.DataFrame(rows, schema={**DIMENSIONS, **dict.fromkeys((*COUNTS, *MORE), pl.Int64())})


def beta_counts(
    random: np.random.Generator, mean: float, icc: float, clusters: int, answers: int, cells: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Simulated clusters (questions or runs): their own rates and their counts, cells × clusters.

    The rates follow a Beta distribution of the given mean and intraclass correlation.
    """
    if icc == 0:
        own = np.full((cells, clusters), mean)
    else:
        strength = (1 - icc) / icc
        own = random.beta(mean * strength, (1 - mean) * strength, (cells, clusters))
    return own, random.binomial(answers, own)
