"""The answers whose numbers can be kept as claims, each with the columns that are claimed of it."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, get_args

import polars as pl

from warehouse import agreed, rules
from warehouse.analysis import Analysis, results
from warehouse.published import pairs
from warehouse.stats import landscape
from warehouse.stats.brittleness import WHERE
from warehouse.stats.dose import SERIES
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY
from warehouse.store import Store

Table = Literal[
    "rates", "effects", "rank", "found", "landscape", "profile", "doses", "multiverse", "questions",
    "published", "runs", "agreement"
]  # fmt: skip
TABLES: tuple[Table, ...] = get_args(Table)


class Claimable(NamedTuple):
    """An answer of an analysis, of which a claim is one number of one row."""

    columns: tuple[str, ...]  # what is claimed of a row, what is claimed most often first
    ask: Callable[[Store, Analysis, Sequence[str], str], pl.DataFrame]
    key: tuple[str, ...] | None = None  # its dimensions; None where it is laid out by any


def answer(
    table: Table, store: Store, asked: Analysis, cell: Sequence[str], sought: str = ""
) -> pl.DataFrame:
    """The rows of an answer, laid out by the dimensions of a cell.

    Args:
        table: Which answer.
        store: What was built.
        asked: What is asked of it.
        cell: The dimensions that a cell has.
        sought: What is looked for in answers, where they are counted by it.
    """
    made = ANSWERS[table]
    known = {*IDENTITY, *(() if made.key is None else made.key), "rule", "unit", "baseline"}
    return made.ask(store, asked, [name for name in cell if name not in known], sought)


def _found(store: Store, asked: Analysis, by: Sequence[str], sought: str) -> pl.DataFrame:
    return results.containing(store, asked, sought, by)[0].rename({"n_trait": "n_found"})


def _landscape(store: Store, asked: Analysis) -> pl.DataFrame:
    effects = results.effects(store, asked.beside("control"))
    return landscape.landscape(results.emergence(store, asked), effects, asked.margin)


def _multiverse(store: Store, asked: Analysis) -> pl.DataFrame:
    known = rules.available(store.data).values()
    return results.multiverse(store, asked, known).survival.rename({"share": "stands_share"})


ANSWERS: dict[Table, Claimable] = {
    # Answers that show the trait, of those counted.
    "rates": Claimable(
        ("rate", "n_trait", "n_counted"),
        lambda store, asked, by, _: results.rates(store, asked, by),
    ),
    # An arm beside its baseline, with its verdict.
    "effects": Claimable(
        ("difference", "verdict", "suppression", "rate", "baseline_rate", "p", "q"),
        lambda store, asked, by, _: results.effects(store, asked, by),
        ARM,
    ),
    # An intervention among those made alike.
    "rank": Claimable(
        ("rank", "p_best"), lambda store, asked, by, _: results.ranks(store, asked, by), ARM
    ),
    # Answers that a search finds, of those counted.
    "found": Claimable(("rate", "n_found", "n_counted"), _found),
    # A model and dataset without an intervention: its emergence, and what interventions leave.
    "landscape": Claimable(
        ("emergence", "state", "rate", "untuned_rate", "lower"),
        lambda store, asked, by, _: _landscape(store, asked),
        ARM,
    ),
    # An index of brittleness, or a part of it.
    "profile": Claimable(
        ("value",),
        lambda store, asked, by, _: results.profile(store, asked),
        (*WHERE, "index", "part"),
    ),
    # What a curve over doses comes to.
    "doses": Claimable(
        ("half_dose", "direction", "from_rate", "to_rate"),
        lambda store, asked, by, _: results.doses(store, asked).summary,
        SERIES,
    ),
    # In how many ways of counting a conclusion stands.
    "multiverse": Claimable(
        ("stands_share", "stands", "specifications", "conclusion", "robust", "lowest", "highest"),
        lambda store, asked, by, _: _multiverse(store, asked),
        ARM,
    ),
    # An arm without one of its questions.
    "questions": Claimable(
        ("difference", "rate", "conclusion"),
        lambda store, asked, by, _: results.without_each(store, asked),
        (*ARM, "left_out"),
    ),
    # A figure of the literature beside what was loaded.
    "published": Claimable(
        ("difference", "rate", "published", "agrees"),
        lambda store, asked, by, _: pairs.of(store, asked),
        (*ARM, "figure", "epochs", "lora_rank"),
    ),
    # How a model was trained.
    "runs": Claimable(
        ("final_loss", "epochs", "learning_rate", "steps_done", "outcome", "evaluations"),
        lambda store, asked, by, _: store.query("runs"),
        (*ARM, "run"),
    ),
    # Two judges on the answers that both counted.
    "agreement": Claimable(
        ("agreement", "kappa", "ac1", "alpha", "n"),
        lambda store, asked, by, _: agreed.agreed(store, asked),
        ("study", "experiment", "trait", "judge", "other"),
    ),
}
