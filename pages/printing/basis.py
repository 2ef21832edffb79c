"""What numbers rest on, in words: judge, rule, interval, questions, snapshot."""

import re

import polars as pl

from pages.ui.view import store
from pages.ui.words import numbers, values
from warehouse.analysis import Analysis
from warehouse.stats.rates import IDENTITY
from warehouse.stats.units import UNITS

LONGEST = 40
"""How many letters a name has at most in the name of a file."""


def of(view: Analysis, counts: pl.DataFrame) -> list[str]:
    """Judge, rule with cuts, what intervals are about, which questions."""
    judges = counts["judge"].unique().sort().to_list() if "judge" in counts.columns else []
    cuts = {"trait cut": view.trait_cut, "coherence cut": view.coherence_cut}
    return [
        f"Judge: {numbers.listing(values.value('judge', j) for j in judges) or 'none'}",
        f"rule: {view.rule.title}"
        + "".join(f", {name} {cut:g}" for name, cut in cuts.items() if cut is not None),
        f"95 % intervals about {UNITS[view.unit].about}",
        f"questions: {values.DOMAINS[view.slice.domain]}",
    ]


def snapshot() -> str:
    """The snapshot that is looked at, by its time."""
    return f"snapshot {store.opened().snapshot.built_at}"


def figure(view: Analysis, counts: pl.DataFrame) -> str:
    """The same for a figure that leaves the page: what is counted, and how many answers."""
    told = [
        values.value(name, found)
        for name in ("experiment", "trait")
        if (found := _only(counts, name))
    ]
    if _is_one(counts):
        answers = numbers.plural(int(counts["n_counted"].sum()), "answer")
        asked = numbers.plural(counts["question"].n_unique(), "question")
        told.append(f"n = {answers} to {asked}")
    parts = [*told, *of(view, counts), snapshot(), values.APP]
    return f"{' · '.join(parts)}."


def file(view: Analysis, counts: pl.DataFrame, name: str) -> str:
    """The name of a file: page and measure, then the focus; letters and digits alone."""
    parts = [name]
    for dimension in ("experiment", "trait", "judge"):
        if found := _only(counts, dimension):
            parts.append(values.value(dimension, found))
    return "_".join(made for part in parts if (made := slug(part)))


def slug(text: str) -> str:
    """A text as part of a file's name: letters, digits and hyphens, at most so many."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:LONGEST].strip("-")


def _is_one(counts: pl.DataFrame) -> bool:
    """Whether all counts are of one experiment, trait and judge, so that they add up."""
    if counts.is_empty() or not {*IDENTITY, "n_counted"} <= set(counts.columns):
        return False
    return bool(counts.select(pl.struct(IDENTITY).n_unique()).item() == 1)


def _only(counts: pl.DataFrame, name: str) -> str | None:
    """The one value of a column, or None where there are several or none."""
    found = counts[name].unique().to_list() if name in counts.columns else []
    return str(found[0]) if len(found) == 1 and found[0] is not None else None
