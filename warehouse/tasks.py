"""Rating tasks: which answers people are asked about, drawn so that every chance is known.

The answers of a task are distinct: each pair of question and answer once, however many samples hold
it. They are drawn in equal parts from the groups of some dimensions (an arm and what judges found,
unless said otherwise) and within a group evenly over its questions; each keeps the chance that it
had, so that whatever is computed from the ratings can undo the balance.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from warehouse import ratings, transcripts
from warehouse.analysis import Analysis, written
from warehouse.errors import InvalidDefinition, UnknownName
from warehouse.journal import Entry, Journal
from warehouse.store import Store
from warehouse.transcripts import Filter

KIND = "tasks"
"""The journal that tasks are in."""

REPEATS = 10
"""Percent of the answers that a rater is asked about twice, unless something else is said."""

MOST = 5_000
"""How many answers a task has at most."""

FOUND = "found"
"""What judges found of an answer, as a dimension to balance over."""

BY = ("model", "dataset", "intervention", "eval_intervention", FOUND)
"""What a task is balanced over unless something else is said."""

SENSITIVE = frozenset({"misalignment"})
HATEFUL = frozenset({"nazi"})
"""The kinds of traits, and traits, whose answers may be hateful or harmful."""

KEYS = 9
"""How many labels there are at most: each has a key."""


class Criterion(msgspec.Struct, frozen=True):
    """What is asked of an answer: a score from 0 to 100, or one of some labels."""

    name: str
    labels: tuple[str, ...] = ()


class Item(msgspec.Struct, frozen=True):
    """An answer of a task, by its content, and the chance that it had to be one."""

    id: str
    chance: float


class Example(msgspec.Struct, frozen=True):
    """An answer that was rated for others to see how it is done."""

    question: str
    answer: str
    given: dict[str, str]  # by criterion
    why: str = ""


class Task(msgspec.Struct, frozen=True):
    """What people are asked to rate, and how."""

    name: str
    criteria: tuple[Criterion, ...]
    items: tuple[Item, ...]  # in the order in which they are rated
    told: str  # how they were drawn, in a sentence
    pool: int  # of so many distinct answers
    analysis: dict[str, Any]  # `written.as_json`: which answers could be drawn
    seed: int = 0
    raters: int = 0  # how many people rate an answer; 0 for everybody
    repeats: float = 0.0  # the share of answers that a rater is asked about twice
    rest: int = 50  # after so many ratings a break is proposed
    rubric: str = ""
    examples: tuple[Example, ...] = ()
    is_sensitive: bool = False

    @property
    def version(self) -> str:
        """The version of its rubric (`ratings.rubric_of`)."""
        return ratings.rubric_of(self.rubric)


def journal(data: Path) -> Journal[Task]:
    """The journals of tasks below a data folder."""
    return Journal(data, KIND, Task)


def named(entries: Sequence[Entry[Task]], name: str) -> Task:
    """The task of a name, the one written down last where there are several.

    Raises:
        UnknownName: where there is none.
    """
    for entry in reversed(entries):
        if entry.body.name == name:
            return entry.body
    known = ", ".join(entry.body.name for entry in entries) or "none yet"
    raise UnknownName(f"There is no rating task {name[:60]!r}; there are: {known}.")


def drawn(
    store: Store,
    asked: Analysis,
    name: str,
    n: int,
    *,
    criteria: Sequence[Criterion] = (),
    by: Sequence[str] = BY,
    seed: int = 0,
    **told: Any,
) -> Task:
    """A task of answers drawn in balance, each with its chance.

    Args:
        store: What was built.
        asked: Which answers, of one experiment and trait.
        name: What the task is called; raters see it.
        n: How many answers.
        criteria: What is asked; the trait's own criterion where nothing is given.
        by: The dimensions that answers are drawn in equal parts from.
        seed: What chance hangs on.
        told: The other fields of the task.

    Raises:
        InvalidDefinition: where the answers are of several traits, or there are none.
        UnknownName: for a dimension there is not.
    """
    if not name.strip() or len(name) > 60:
        raise InvalidDefinition("A rating task needs a name of at most 60 characters.")
    every = population(store, asked)
    experiment, trait = _only(every)
    if unknown := [one for one in by if one not in every.columns]:
        raise UnknownName(f"A task cannot be balanced over {', '.join(unknown)[:60]!r}.")
    if not every.height:
        raise InvalidDefinition("No answer fits what is asked for, so that nothing can be rated.")
    rows = store.traits.filter(experiment=experiment, trait=trait).to_dicts()
    chosen = balanced(every, by, min(n, MOST), seed)
    groups = every.select(by).n_unique() if by else 1
    names = " × ".join(one.replace("_", " ") for one in by) or "nothing"
    return Task(
        name=name.strip(),
        criteria=tuple(criteria) or (criterion(store, rows[0]["criterion"], rows),),
        items=tuple(Item(*row) for row in chosen.select("item", "chance").iter_rows()),
        told=(
            f"{chosen.height:,} of {every.height:,} distinct answers, drawn evenly from the "
            f"{groups:,} groups of {names} and within each over its questions (seed {seed})"
        ),
        pool=every.height,
        analysis=written.as_json(asked),
        seed=seed,
        is_sensitive=any(row["kind"] in SENSITIVE or row["trait"] in HATEFUL for row in rows),
        **told,
    )


def criterion(store: Store, name: str, traits: Sequence[Mapping[str, Any]] = ()) -> Criterion:
    """A criterion as the data has it: labels where judges gave some, else a score."""
    seen = store.query("criterion_labels", criterion=name)["label"].to_list()
    own = [label for row in traits if row["criterion"] == name for label in row["labels"] or ()]
    return Criterion(name, tuple(dict.fromkeys([*own, *seen]))[:KEYS])


def population(store: Store, asked: Analysis) -> pl.DataFrame:
    """One row per distinct answer that could be drawn, and what it can be balanced over.

    `found` says what judges made of it: that it shows the trait, that it does not, that they
    disagree, or that none counted it. `samples` are the keys of all samples that hold it.
    """
    narrowed = Filter(only="answered")
    within = asked.slice.narrowed(judge=())
    every = store.query("candidates", **transcripts.asked(store, within, asked.rule, narrowed))
    every = every.filter("is_listed", pl.col("answer_chars") > 0)
    counted = pl.col("is_trait").filter("is_counted")
    return (
        every.with_columns(items(store, every))
        .group_by("item", maintain_order=True)
        .agg(
            pl.exclude("sample_key", "is_trait", "is_counted").first(),
            pl.col("sample_key").unique().sort().alias("samples"),
            pl.struct("experiment", "trait").unique().alias("about"),
            pl.when(counted.len() == 0)
            .then(pl.lit("not counted"))
            .when(counted.all())
            .then(pl.lit("trait"))
            .when(counted.any())
            .then(pl.lit("judges disagree"))
            .otherwise(pl.lit("no trait"))
            .alias(FOUND),
        )
    )


def items(store: Store, answers: pl.DataFrame) -> pl.Series:
    """What stands for each answer of a frame with question and answer_hash (`ratings.item`)."""
    texts = dict(store.query("questions").select("question", "text").iter_rows())
    rows = answers.select("question", "answer_hash").iter_rows()
    found = [ratings.item(texts[question] or "", answer) for question, answer in rows]
    return pl.Series("item", found, pl.String())


def _only(every: pl.DataFrame) -> tuple[str, str]:
    """The one experiment and trait that answers are of."""
    about = every.select(pl.col("about").explode().struct.unnest()).unique().sort(pl.all()).rows()
    if not about:
        raise InvalidDefinition("No answer fits what is asked for, so that nothing can be rated.")
    if len(about) > 1:
        told = "; ".join(f"experiment={one}, trait={trait}" for one, trait in about[:8])
        raise InvalidDefinition(
            f"A task asks about one experiment and trait; choose one with --where: {told}."
        )
    experiment, trait = about[0]
    return experiment, trait


def balanced(every: pl.DataFrame, by: Sequence[str], n: int, seed: int) -> pl.DataFrame:
    """`n` answers of a population, each with its `chance`, in an order of chance.

    It is one pass of systematic sampling. Groups stand in the order of chance, in each its
    questions, in these their answers; a step of one along the sum of the chances takes an answer
    (Särndal, Swensson and Wretman 1992, 3.6).
    """
    lots = [xxh3_64_intdigest(f"{seed} {one}".encode()) for one in every["item"]]
    groups = every.with_columns(
        pl.Series("lot", lots, pl.UInt64()),
        (pl.struct(by).rank("dense") if by else pl.lit(1)).cast(pl.Int64()).alias("group"),
    )
    sizes = groups["group"].value_counts().sort("group")
    chance = dict(zip(sizes["group"], chances(sizes["count"].to_numpy(), n), strict=True))
    ordered = groups.with_columns(
        pl.col("lot").min().over("group").alias("of_group"),
        pl.col("lot").min().over("group", "question").alias("of_question"),
        pl.col("group").replace_strict(chance, return_dtype=pl.Float64()).alias("chance"),
    ).sort("of_group", "of_question", "lot")
    first = (ordered["lot"].to_list()[0] % 2**32) / 2**32
    steps = np.floor(np.cumsum(ordered["chance"].to_numpy()) + first + 1e-9)
    taken = np.diff(steps, prepend=0.0) > 0
    return ordered.filter(pl.Series(taken)).sort("lot")


def chances(sizes: NDArray[Any], n: int) -> NDArray[np.float64]:
    """The chance of each member of some groups, so that `n` are drawn, equally many of each.

    A group with fewer than its part is taken whole, and the others share the rest.
    """
    held = np.sort(np.asarray(sizes, float))
    left, level = float(min(n, held.sum())), 0.0
    for place, size in enumerate(held):
        level = left / (len(held) - place)
        if size >= level:
            break
        left -= size
    return np.minimum(1.0, level / np.asarray(sizes, float))
