"""Effects corrected for a judge's errors, beside what they are as judged."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from warehouse import correcting
from warehouse.analysis import Analysis, family, results
from warehouse.analysis.family import KEY
from warehouse.correcting import USUAL, Basis, Correction
from warehouse.stats import baselines
from warehouse.stats.corrected import Corrected
from warehouse.stats.pooling import ARM
from warehouse.store import Store

SCHEMA = {
    **dict.fromkeys(("baseline", "people"), pl.String()),
    **dict.fromkeys(("n_rated", "baseline_rated"), pl.Int64()),
    **dict.fromkeys(("raw", "raw_low", "raw_high"), pl.Float64()),
    "verdict": pl.String(),
    **dict.fromkeys(("corrected", "low", "high"), pl.Float64()),
    "why": pl.String(),
    "ratings_lacking": pl.Int64(),
}
"""The columns of `effects`, after those that tell arms apart."""


def effects(
    store: Store, asked: Analysis, how: Correction = USUAL, by: Sequence[str] = ()
) -> tuple[pl.DataFrame, Basis]:
    """Every arm's difference to its baseline as judged, and corrected by a person's ratings.

    Both are over the questions that the two share, each weighing the same. Errors are those of the
    arm and of its baseline, or (Rogan and Gladen, pooled) of all arms of the judge together.

    Args:
        store: What was built.
        asked: The analysis, of one experiment and trait; filters leave rows out and change none.
        how: How it is corrected.
        by: Dimensions that tell arms apart, besides those of an arm.

    Returns:
        One row per arm in sight and judge (no person): `KEY`, `by` and `SCHEMA`; raw is the
        difference of `results.effects` with its interval and verdict. And what it rests on.

    Raises:
        InvalidDefinition: where it is about several traits, or nobody rated anything.
        UnknownName: for a person or dimension there is not.
    """
    whole = family.of(store, asked, by).whole
    judged, basis = correcting.prepared(store, whole, how)
    found = results.effects(store, asked, by)
    rows = []
    for row in found.iter_rows(named=True):
        own = judged.get(row["judge"])
        if own is None:
            continue
        one, other = _sides(own, row, correcting.known(by, own))
        kept = {name: row[name] for name in (*KEY, *by, "baseline", "verdict")}
        raw = {"raw": "difference", "raw_low": "difference_low", "raw_high": "difference_high"}
        rows.append(
            kept
            | {name: row[column] for name, column in raw.items()}
            | {
                "people": basis.people,
                "n_rated": _rated(one),
                "baseline_rated": _rated(other),
            }
            | correcting.told(_corrected(one, other, own, how, basis))
        )
    named = {name: found.schema[name] for name in (*KEY, *by)}
    return pl.DataFrame(rows, schema=named | SCHEMA), basis


def _sides(
    own: pl.DataFrame, row: dict[str, Any], by: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The answers of an arm and of its baseline, to the questions that both counted answers to."""
    arm = {name: row[name] for name in (*ARM, *by)}
    base = arm | {name: row[f"baseline_{name}"] for name in ("settings", "sampling")}
    if row["baseline"] is not None:
        base |= baselines.named(row["baseline"]).differs
    one, other = (
        own.filter(pl.col(name).eq_missing(pl.lit(value)) for name, value in wanted.items())
        for wanted in (arm, base)
    )
    shared = {*one["question"]} & {*other["question"]} if row["baseline"] else set()
    within = pl.col("question").is_in(list(shared))
    return one.filter(within), other.filter(within)


def _rated(answers: pl.DataFrame) -> int:
    return int(answers["seen"].is_not_null().sum())


def _corrected(
    one: pl.DataFrame, other: pl.DataFrame, every: pl.DataFrame, how: Correction, basis: Basis
) -> Corrected:
    nan = float("nan")
    if one.is_empty() or other.is_empty():
        return Corrected(nan, nan, nan, "there is nothing to compare it with")
    if (refused := correcting.outside([one, other], basis)) is not None:
        return refused
    return how.way.difference(one, other, every)
