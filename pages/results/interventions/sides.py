"""The two sides of a head-to-head, question by question."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from pages.ui.view import arms
from warehouse.analysis import Analysis
from warehouse.stats.pooling import ARM, WAYS
from warehouse.stats.rates import IDENTITY, rates

CONTROL = "none"

SIDES = ("first", "second")

HIDING = ("kind", "relevance", "placement", "run", "evaluation")
"""The filters that may let one side through and not the other."""


def opponents(effects: pl.DataFrame) -> dict[str, list[str]]:
    """For each intervention those that met it on one model and dataset, then the control.

    The interventions with most arms come first.
    """
    arm = ["intervention", *IDENTITY, "model", "dataset", "eval_intervention"]
    known = effects.select(arm).unique()
    met = known.join(known, on=arm[1:], nulls_equal=True, suffix="_other")
    order = (
        known.group_by("intervention").len().sort("len", "intervention", descending=[True, False])
    )
    return {
        name: [
            *(
                other
                for other in order["intervention"]
                if other != name
                and not met.filter(intervention=name, intervention_other=other).is_empty()
            ),
            CONTROL,
        ]
        for name in order["intervention"]
    }


def both(view: Analysis, first: str, second: str) -> Analysis:
    """The view of the two sides alone, without the filters that could hide one of them."""
    clear = dict.fromkeys(HIDING, ())
    return replace(view, slice=view.slice.narrowed(intervention=(first, second), **clear))


def beside(view: Analysis, first: str, second: str) -> Analysis:
    """The view of the first side alone, compared with the second."""
    own = replace(view, slice=view.slice.narrowed(intervention=first))
    return own.beside("control" if second == CONTROL else second)


def compared(view: Analysis, first: str, second: str) -> pl.DataFrame:
    """Every arm in sight of the first side that shares a question with one of the second."""
    asked = beside(view, first, second)
    return arms.contrasts(asked, asked.baseline).filter(pl.col("paired") > 0)


def by_question(found: pl.DataFrame, counted: pl.DataFrame, second: str) -> pl.DataFrame:
    """The questions that both sides of a comparison counted answers to, lowest difference first.

    Returns:
        pair (the row of `found`), the columns of `arms.KEY` (of the first side), question,
        question_name, first_intervention, first_settings, first_sampling, first_trait,
        first_counted, first_rate, the same of the second side, and difference.
    """
    every = rates(counted, [*ARM, "question"], "prompts").filter(pl.col("n_counted") > 0)
    names = counted.group_by("question").agg(pl.col("question_name").first())
    pair = found.with_row_index("pair").select(
        "pair", *arms.KEY, *(f"baseline_{way}" for way in WAYS)
    )
    other = pair.with_columns(
        pl.lit(second).alias("intervention"),
        *(pl.col(f"baseline_{way}").alias(way) for way in WAYS),
    )
    first, last = (
        side.join(every, on=list(arms.KEY), nulls_equal=True).select(
            *("pair", "question"),
            pl.col("intervention").alias(f"{name}_intervention"),
            *(pl.col(way).alias(f"{name}_{way}") for way in WAYS),
            pl.col("n_trait").alias(f"{name}_trait"),
            pl.col("n_counted").alias(f"{name}_counted"),
            pl.col("rate").alias(f"{name}_rate"),
        )
        for name, side in zip(SIDES, (pair, other), strict=True)
    )
    return (
        pair.select("pair", *arms.KEY)
        .join(first, on="pair")
        .join(last, on=["pair", "question"])
        .join(names, on="question")
        .with_columns((pl.col("first_rate") - pl.col("second_rate")).alias("difference"))
        .sort("pair", "difference", "question_name", "question")
    )


def of_one(row: Mapping[str, Any], side: str) -> dict[str, Any]:
    """What tells a side's answers to a question from all others (`Analysis.narrowed`)."""
    own = {name: row[f"{side}_{name}"] for name in ("intervention", *WAYS)}
    return {name: row[name] for name in (*arms.KEY, "question")} | own


def of_both(row: Mapping[str, Any], whole: Analysis, counted: pl.DataFrame) -> Analysis:
    """The view that holds the answers of both sides to a question."""
    parts = [whole.narrowed(of_one(row, side), counted) for side in SIDES]
    within = parts[0].slice
    other = parts[1].slice
    return replace(
        whole,
        slice=within.narrowed(
            intervention=within.intervention + other.intervention,
            evaluation=within.evaluation + other.evaluation,
        ),
    )
