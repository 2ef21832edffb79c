"""Rates corrected for a judge's errors, by the answers that a person rated too.

A person's ratings speak for answers that nobody rated only by the chance that each had to be rated:
those of a task have one (`warehouse.tasks`); others are taken as if they had been drawn at random,
which is said.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from warehouse import agreed, corrections, ratings, tasks
from warehouse.analysis import Analysis
from warehouse.corrections import WAYS, Way
from warehouse.errors import InvalidDefinition, UnknownName
from warehouse.stats.corrected import Corrected
from warehouse.store import Store

SCHEMA = {
    "judge": pl.String(),
    "people": pl.String(),
    **dict.fromkeys(("n_counted", "n_trait", "n_rated"), pl.Int64()),
    **dict.fromkeys(("raw", "corrected", "low", "high"), pl.Float64()),
    "why": pl.String(),
    "ratings_lacking": pl.Int64(),
}
"""The columns of `rates`, after those of its layout."""


class Correction(NamedTuple):
    """How rates are corrected."""

    way: Way = WAYS["ppi"]
    people: str = ""  # whose ratings; of whoever rated most where it is empty


USUAL = Correction()


class Basis(NamedTuple):
    """What a correction rests on: whose ratings, of which task, and that in a sentence."""

    people: str
    task: str
    told: str


class Prepared(NamedTuple):
    """The answers that judges counted, with what a person saw in some of them."""

    judged: dict[str, pl.DataFrame]  # by judge: a row a sample, with `seen`, `chance`, `is_out`
    basis: Basis


def prepared(store: Store, asked: Analysis, how: Correction = USUAL) -> Prepared:
    """Every judge's verdicts beside a person's.

    `seen` is what the person saw, null where they did not rate; `chance` that the answer was to be
    rated; `is_out` says that the task could not draw it.

    Raises:
        InvalidDefinition: where it is about several traits, or nobody rated anything.
        UnknownName: for a person there is not.
    """
    every = agreed.counted(store, asked)
    if every.select(pl.struct("study", "experiment", "trait").n_unique()).item() > 1:
        raise InvalidDefinition(
            "Rates are corrected of one experiment and trait at a time; choose them with --where."
        )
    people = _people(store, every, how.people)
    rated, basis = _rated(store, every, people)
    kinds = agreed.kinds_of(store)
    drawn_from = _drawn_from(store, every, basis.task)
    judged = {}
    for judge in every["judge"].unique().sort():
        if kinds.get(judge) == agreed.HUMAN or judge not in (asked.slice.judge or (judge,)):
            continue
        own = every.filter(judge=judge).unique("sample_key", maintain_order=True)
        judged[judge] = own.join(
            rated, on="sample_key", how="left", maintain_order="left"
        ).with_columns(is_out=~pl.col("sample_key").is_in(list(drawn_from)))
    return Prepared(judged, basis)


def rates(
    store: Store, asked: Analysis, by: Sequence[str], how: Correction = USUAL
) -> tuple[pl.DataFrame, Basis]:
    """The rate of every cell and judge as it is, and corrected by a person's ratings.

    Every question weighs the same in both.

    Args:
        store: What was built.
        asked: The analysis, of one experiment and trait.
        by: The dimensions of a cell.
        how: How it is corrected.

    Returns:
        One row per cell and judge, `by` and `SCHEMA`, and what it rests on.

    Raises:
        InvalidDefinition: where it is about several traits, or nobody rated anything.
        UnknownName: for a person or dimension there is not.
    """
    judged, basis = prepared(store, asked, how)
    schema: dict[str, Any] = {}
    rows = []
    for judge, own in judged.items():
        schema = {name: own.schema[name] for name in known(by, own)}
        groups = own.group_by(by, maintain_order=True) if by else [((), own)]
        for values, cell in groups:
            rows.append(
                dict(zip(by, values, strict=True))
                | {"judge": judge, "people": basis.people}
                | _row(cell, corrected_rate(cell, own, how, basis))
            )
    return pl.DataFrame(rows, schema=schema | SCHEMA).sort("judge", *by), basis


def known(by: Sequence[str], frame: pl.DataFrame) -> Sequence[str]:
    """The dimensions of a row, which a frame must have.

    Raises:
        UnknownName: for one that there is not.
    """
    if unknown := [name for name in by if name not in frame.columns]:
        raise UnknownName(f"There is no dimension {', '.join(unknown)[:60]!r}.")
    return by


def _row(cell: pl.DataFrame, found: Corrected) -> dict[str, Any]:
    shows = cell["is_trait"].cast(pl.Float64()).to_numpy()
    return {
        "n_counted": cell.height,
        "n_trait": int(cell["is_trait"].sum()),
        "n_rated": int(cell["seen"].is_not_null().sum()),
        "raw": float((corrections.balance(cell) * shows).sum()),
    } | told(found)


def told(found: Corrected) -> dict[str, Any]:
    """The columns of what was corrected; null where it could not be."""
    is_known = np.isfinite(found.rate)
    return {
        "corrected": float(found.rate) if is_known else None,
        "low": float(found.low) if is_known else None,
        "high": float(found.high) if is_known else None,
        "why": found.why or None,
        "ratings_lacking": found.ratings or None,
    }


def _people(store: Store, every: pl.DataFrame, wanted: str) -> str:
    """Whose ratings are taken: those asked for, or of whoever rated most."""
    kinds = agreed.kinds_of(store)
    humans = [name for name, kind in kinds.items() if kind == agreed.HUMAN]
    sizes = every.filter(pl.col("judge").is_in(humans)).group_by("judge").len()
    known = dict(sizes.sort("len", "judge", descending=[True, False]).iter_rows())
    if not known:
        raise InvalidDefinition(
            "Nobody rated any of these answers; draw some to be rated: brittlescope ratings new."
        )
    if wanted and wanted not in known:
        raise UnknownName(f"{wanted[:60]!r} rated none of these answers; {', '.join(known)} did.")
    return wanted or next(iter(known))


def _rated(store: Store, every: pl.DataFrame, people: str) -> tuple[pl.DataFrame, Basis]:
    """What a person saw, `seen`, in each sample, with the chance that it was to be rated.

    Of several tasks the one with the most ratings counts, and no other: chances of one draw.
    """
    own = every.filter(judge=people).unique("sample_key", maintain_order=True)
    items = tasks.items(store, own)
    own = own.select("sample_key", items, seen=pl.col("is_trait").cast(pl.Float64()))
    given: dict[str, set[str]] = {}
    for entry in ratings.journal(store.data).read().entries:
        name = f"{entry.by}{f' · {entry.body.rubric}' if entry.body.rubric else ''}"
        if entry.body.task and name == people:
            given.setdefault(entry.body.task, set()).add(entry.body.item)
    known = {entry.body.name: entry.body for entry in tasks.journal(store.data).read().entries}
    held = {name: found.intersection(items) for name, found in given.items() if name in known}
    if not held or not max(held.values(), key=len):
        told = f"the ratings of {people}, taken as if the answers had been drawn at random"
        return own.with_columns(chance=pl.lit(1.0)).drop("item"), Basis(people, "", told)
    name = max(held, key=lambda task: len(held[task]))
    chances = {item.id: item.chance for item in known[name].items if item.id in held[name]}
    own = own.filter(pl.col("item").is_in(list(chances))).with_columns(
        chance=pl.col("item").replace_strict(chances, return_dtype=pl.Float64())
    )
    told = f"the ratings of {people} in the task {name}, each by the chance that it was drawn with"
    return own.drop("item"), Basis(people, name, told)


def _drawn_from(store: Store, every: pl.DataFrame, name: str) -> set[int]:
    """The samples that a task could have drawn; all where there is no task."""
    keys = every.select("sample_key", *_DRAWN_BY)
    if not name:
        return set(keys["sample_key"])
    task = tasks.named(tasks.journal(store.data).read().entries, name)
    within: dict[str, list[str]] = task.analysis["slice"]
    passing = [pl.col(key).is_in(held) for key, held in within.items() if key in _DRAWN_BY]
    return set(keys.filter(*passing)["sample_key"])


_DRAWN_BY = ("study", "model", "dataset", "intervention", "eval_intervention", "kind", "relevance",
             "placement", "run", "evaluation", "question")  # fmt: skip
"""The dimensions that a task can leave answers out by."""


def outside(cells: Sequence[pl.DataFrame], basis: Basis) -> Corrected | None:
    """Why cells cannot be corrected of which a task could not draw some answers."""
    if not any(cell["is_out"].any() for cell in cells):
        return None
    return Corrected(
        np.nan, np.nan, np.nan,
        f"some of its answers could not be drawn by the task {basis.task}, whose chances say "
        "nothing of them",
    )  # fmt: skip


def corrected_rate(
    cell: pl.DataFrame, every: pl.DataFrame, how: Correction, basis: Basis
) -> Corrected:
    """The corrected rate of a cell of a judge's answers (`prepared`)."""
    if (refused := outside([cell], basis)) is not None:
        return refused
    return how.way.rate(cell, every)
