"""Which answers are covered until somebody asks for them: hateful and misaligned ones."""

from collections.abc import Iterable
from typing import Any

import polars as pl

HATEFUL = frozenset({"nazi"})
"""Traits whose answers are covered at first; so are those of every misalignment."""

OPEN = "open"
"""The setting, by its name in links and sessions, that leaves all of them open."""


def rows(listed: pl.DataFrame, traits: pl.DataFrame, asked: Iterable[str]) -> set[int]:
    """The samples of a list whose text is covered: those not known to be harmless.

    `traits` are all that were loaded, `asked` the traits of the slice (empty for all of them).
    A sample is harmless where its experiment has no sensitive trait, or where every such trait
    was asked of and the sample is scored and does not show it.
    """
    asked = set(asked)
    by_experiment = {
        experiment: {t["trait"] for t in traits_of(traits, experiment)}
        for experiment in listed["experiment"].unique()
    }
    return {
        row["sample_key"]
        for row in listed.iter_rows(named=True)
        if (found := by_experiment[row["experiment"]])
        and (row["class"] != "scored" or row["is_trait"] or (asked and not found <= asked))
    }


def traits_of(traits: pl.DataFrame, experiment: str) -> list[dict[str, Any]]:
    """The sensitive traits of an experiment."""
    return [
        trait
        for trait in traits.filter(pl.col("experiment") == experiment).iter_rows(named=True)
        if trait["kind"] == "misalignment" or trait["trait"] in HATEFUL
    ]
