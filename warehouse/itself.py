"""Whether judges agree with themselves: on what they were asked again, and on equal answers.

A judge that says now this and now that of one answer cannot be agreed with by anybody, and its
disagreement with itself is part of every difference that it finds.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse import agreed, counting
from warehouse.agreed import BOUNDS, HUMAN
from warehouse.analysis import Analysis
from warehouse.stats import agreement
from warehouse.store import Store

ASKED_AGAIN, EQUAL_ANSWERS = "asked again", "equal answers"
"""How an answer came to be judged more than once: on purpose, or because two samples are equal."""

SCHEMA = {
    **dict.fromkeys(("study", "experiment", "trait", "judge", "how"), pl.String()),
    **dict.fromkeys(("n", "judgements", "questions"), pl.Int64()),
    **{f"{name}{bound}": pl.Float64() for name in ("same", "alpha") for bound in BOUNDS},
    "distance": pl.Float64(),
}
"""The columns of `itself`."""

_VALUED = ["study", "experiment", "trait", "judge", "question", "item", "sees", "score"]


def itself(store: Store, asked: Analysis) -> pl.DataFrame:
    """One row per trait, judge and way in which it judged answers more than once.

    People are left out: what they were asked twice is told by `agreed.consistency`.

    Returns:
        The columns of `SCHEMA`: n answers with so many judgements; `same`, the share of pairs of
        judgements of one answer with the same verdict, and Krippendorff's α of the verdicts, each
        with an interval by question; and how far two scores of one answer are apart on average,
        where there are scores.
    """
    every = agreed.counted(store, asked)
    if asked.slice.judge:
        every = every.filter(pl.col("judge").is_in(asked.slice.judge))
    people = [name for name, kind in agreed.kinds_of(store).items() if kind == HUMAN]
    every = every.filter(~pl.col("judge").is_in(people))
    copied = store.query("judge_families").filter("is_copied")["judge"].to_list()
    ways = {
        ASKED_AGAIN: _again(store, asked, every),
        EQUAL_ANSWERS: _equal(every.filter(~pl.col("judge").is_in(copied))),
    }
    rows = []
    for how, valued in ways.items():
        names = ("study", "experiment", "trait", "judge")
        for values, group in valued.group_by(names, maintain_order=True):
            named = dict(zip(names, values, strict=True))
            rows.append(named | {"how": how} | _of(group))
    return pl.DataFrame(rows, schema=SCHEMA).sort("study", "experiment", "trait", "judge", "how")


def _again(store: Store, asked: Analysis, every: pl.DataFrame) -> pl.DataFrame:
    """The first verdicts and those on later occasions, of answers that a judge was asked again."""
    again = store.query("judged_again")
    if again.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(_VALUED, pl.String()))
    lines = counting.told(asked.rule, store.query("traits"))
    traits = every.select("sample_key", "study", "experiment", "trait", "judge", "question")
    # The verdict of a later occasion is what the rule makes of it: labels, or a range of scores.
    found = (
        traits.join(again.filter(status="scored"), on=["sample_key", "judge"])
        .join(lines, on=["experiment", "trait", "criterion"])
        .with_columns(
            sees=pl.when(pl.col("labels").is_not_null())
            .then(pl.col("label").str.strip_chars().str.to_lowercase().is_in(pl.col("labels")))
            .otherwise(pl.col("score").is_between(pl.col("floor"), pl.col("ceiling"), "left"))
        )
    )
    keys = ["sample_key", "judge", "trait"]
    first = every.join(found.select(keys).unique(), on=keys, how="semi")
    both = [
        first.with_columns(sees=pl.col("is_trait"), item=pl.col("sample_key").cast(pl.String())),
        found.with_columns(item=pl.col("sample_key").cast(pl.String())),
    ]
    return pl.concat([part.select(_VALUED) for part in both], how="vertical_relaxed")


def _equal(every: pl.DataFrame) -> pl.DataFrame:
    """The verdicts on answers that are equal to the letter, to one question, in several samples."""
    same = ["study", "experiment", "trait", "judge", "question", "answer_hash"]
    several = every.filter(pl.col("answer_hash").is_not_null()).unique([*same, "sample_key"])
    several = several.filter(pl.len().over(same) > 1)
    return several.with_columns(
        sees=pl.col("is_trait"), item=pl.col("answer_hash").cast(pl.String())
    ).select(_VALUED)


def _of(group: pl.DataFrame) -> dict[str, Any]:
    """What is said of one judge's answers, each judged at least twice."""
    question = group["question"].rank("dense").to_numpy() - 1
    sees = group["sees"].to_numpy().astype(float)
    item = group.select(pl.struct("question", "item").rank("dense")).to_series().to_numpy() - 1
    verdicts, of_item = _wide(sees, item, question)
    told = {
        "same": agreement.estimated(agreement.coincidences(verdicts, of_item, 2), agreement.raw),
        "alpha": agreement.estimated(
            agreement.coincidences(verdicts, of_item, 2),
            lambda pairs: agreement.alpha(pairs, (0, 1)),
        ),
    }
    return {
        "n": len(of_item),
        "judgements": group.height,
        "questions": int(question.max()) + 1,
        "distance": _distance(group),
    } | {
        f"{name}{bound}": float(value) if np.isfinite(value) else None
        for name, found in told.items()
        for bound, value in zip(BOUNDS, found, strict=True)
    }


def _wide(
    values: NDArray[np.float64], item: NDArray[np.int64], question: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Answers × judgements, nan where an answer has fewer, and the question of each answer."""
    order = np.argsort(item, kind="stable")
    values, item, question = values[order], item[order], question[order]
    _, begins, times = np.unique(item, return_index=True, return_counts=True)
    at = np.arange(len(item)) - np.repeat(begins, times)
    wide = np.full((len(begins), int(times.max())), np.nan)
    wide[np.repeat(np.arange(len(begins)), times), at] = values
    return wide, question[begins]


def _distance(group: pl.DataFrame) -> float | None:
    """How far two scores of one answer are apart on average, each answer counting once."""

    def apart() -> Iterator[float]:
        for _, part in group.drop_nulls("score").group_by("question", "item"):
            scores = np.sort(part["score"].to_numpy().astype(float))
            n = len(scores)
            if n > 1:
                # Σ over pairs of the distance, by the places of sorted scores.
                weights = 2 * np.arange(n) - n + 1
                yield float((weights * scores).sum() / (n * (n - 1) / 2))

    found = list(apart())
    return math.fsum(found) / len(found) if found else None  # in whatever order they come
