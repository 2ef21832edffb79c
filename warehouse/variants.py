"""What becomes of a rate where a judge's prompt is worded otherwise: one judge, several prompts.

Judges are variants of each other where a study says so, or where they have one name and prompts of
different versions. All are looked at on the answers that every one of them counted.
"""

from typing import Any

import numpy as np
import polars as pl

from warehouse import agreed
from warehouse.agreed import BOUNDS
from warehouse.analysis import Analysis
from warehouse.stats import agreement
from warehouse.stats.estimates import Floats
from warehouse.store import Store

SCHEMA = {
    **dict.fromkeys(("study", "experiment", "trait", "family", "judge"), pl.String()),
    **dict.fromkeys(("n", "questions"), pl.Int64()),
    **{
        f"{name}{bound}": pl.Float64()
        for name in ("rate", "difference", "agreement", "kappa")
        for bound in BOUNDS
    },
}
"""The columns of `variants`."""


def variants(store: Store, asked: Analysis) -> pl.DataFrame:
    """One row per trait and judge that has a variant: its rate beside that of the first.

    Returns:
        The columns of `SCHEMA`, the first of each family without a difference: the share of the
        answers common to all its variants that show the trait, how much higher it is than by the
        first, and how far the two agree, each with an interval by question.
    """
    every = agreed.counted(store, asked)
    of_family = families(store)
    rows = []
    names = ("study", "experiment", "trait")
    for values, group in every.group_by(names, maintain_order=True):
        judges = set(group["judge"].unique())
        for family, members in of_family.items():
            held = [name for name in members if name in judges]
            if len(held) < 2 or (asked.slice.judge and not {*asked.slice.judge} & {*held}):
                continue
            named = dict(zip(names, values, strict=True)) | {"family": family}
            rows += [named | row for row in _of(group, held)]
    return pl.DataFrame(rows, schema=SCHEMA)


def families(store: Store) -> dict[str, list[str]]:
    """The judges that are models, by the judge whose prompts they word otherwise; it is first."""
    told = store.query("judge_families").filter(kind="llm")
    found: dict[str, list[str]] = {}
    for row in told.sort(pl.col("variant_of").is_not_null(), "judge").iter_rows(named=True):
        found.setdefault(row["variant_of"] or row["name"], []).append(row["judge"])
    return {family: members for family, members in found.items() if len(members) > 1}


def spread(rows: pl.DataFrame) -> float:
    """How far the rates of one family's variants lie apart."""
    rates = rows["rate"].to_numpy()
    return float(rates.max() - rates.min())


def _of(group: pl.DataFrame, judges: list[str]) -> list[dict[str, Any]]:
    """The rows of one family, of the answers that all of them counted."""
    held = group.filter(pl.col("judge").is_in(judges)).unique(["sample_key", "judge"])
    common = held.filter(pl.col("judge").n_unique().over("sample_key") == len(judges))
    if common.is_empty():
        return []
    rows = []
    for judge in judges:
        both = agreed.beside(common, judges[0], judge)
        question = both["question"].rank("dense").to_numpy() - 1
        one, two = both["is_trait"].to_numpy(), both["is_trait_other"].to_numpy()
        pairs = agreement.confusion(one, two, question, 2)
        told = {"rate": agreement.estimated(pairs, seen)}
        if judge != judges[0]:
            told["difference"] = agreement.estimated(pairs, more)
            told["agreement"] = agreement.estimated(pairs, agreement.raw)
            told["kappa"] = agreement.estimated(pairs, agreement.kappa)
        rows.append(
            {"judge": judge, "n": both.height, "questions": int(question.max()) + 1}
            | {
                f"{name}{bound}": float(value) if np.isfinite(value) else None
                for name, found in told.items()
                for bound, value in zip(BOUNDS, found, strict=True)
            }
        )
    return rows


def seen(pairs: Floats) -> Floats:
    """The share of answers in which the second sees the trait."""
    return np.asarray(pairs[..., :, 1].sum(axis=-1) / pairs.sum(axis=(-2, -1)))


def more(pairs: Floats) -> Floats:
    """How much more often the second sees it than the first."""
    return np.asarray((pairs[..., 0, 1] - pairs[..., 1, 0]) / pairs.sum(axis=(-2, -1)))
