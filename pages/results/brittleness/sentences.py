"""What a grid says: where the trait emerges, its extremes, and which cells are doubtful."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from pages.results.brittleness.measures import MEASURES
from pages.ui.view import arms, cells, store
from pages.ui.words import armnames, emergence, numbers, values, verdicts
from warehouse.analysis import Analysis
from warehouse.stats.rates import IDENTITY

NAMED = 3
"""How many traits, or flagged cells, a sentence names one by one."""


@store.memo()
def answer(found: pl.DataFrame, measure: str, view: Analysis) -> str:
    """In how many fine-tunes it emerges, and the extremes, in at most 30 words."""
    if found.is_empty():
        return "No intervention is in sight, so there is nothing to compare with a control."
    if MEASURES[measure].has_verdicts:
        return verdicts.answer(arms.effects(view), view.margin)
    emerging = _emerging(view) if MEASURES[measure].tells_emergence else ""
    spans = _spans(_placed(found, view))
    ways = [f"{emerging} {span}".strip() for span in spans] + [spans[-1]]
    return next((text for text in ways if emergence.length(text) <= emergence.MOST), ways[-1])


@store.memo()
def doubts(found: pl.DataFrame, measure: str, view: Analysis) -> str:
    """What is undefined, and why, and what is flagged: to be read below the picture."""
    if found.is_empty() or MEASURES[measure].has_verdicts:
        return ""
    placed = _placed(found, view)
    return " ".join(filter(None, (_undefined(placed), _doubtful(placed))))


def _placed(found: pl.DataFrame, view: Analysis) -> pl.DataFrame:
    counts = store.counts(view.slice, view.rule)
    return found.with_columns(pl.Series("where", _names(found, counts), pl.String()))


def _names(found: pl.DataFrame, counts: pl.DataFrame) -> list[str]:
    """The cells in a sentence, no longer than tells them apart."""
    names = armnames.names(found)
    if "question" not in found.columns:
        return names
    questions = cells.named(found, counts, ["question"])["question"]
    return [f"{name} · {question}" for name, question in zip(names, questions, strict=True)]


def _emerging(view: Analysis) -> str:
    """In how many models each trait emerges, as far as that can be told.

    A filter that hides what was trained without an intervention does not undo it.
    """
    tuned = arms.emergence(view)
    if tuned.is_empty():
        tuned = arms.contrasts(view, "untuned")
    known = tuned.filter(pl.col("baseline").is_not_null())
    parts = known.sort(IDENTITY).partition_by(IDENTITY, as_dict=True, maintain_order=True)
    if len(parts) == 1:
        only = emergence.sentence(known, view.margin)
        return f"{only[0].upper()}{only[1:]}."
    told = [
        f"{values.value('experiment', identity[0])}, {values.value('trait', identity[1])}: "
        + emergence.sentence(part, view.margin)
        for identity, part in parts.items()
    ]
    return f"{'; '.join(told)}." if 0 < len(told) <= NAMED else ""


def _spans(found: pl.DataFrame) -> list[str]:
    """From the lowest to the highest value that is a result; or, shorter, the highest alone."""
    results = found.filter(pl.col("is_result") & pl.col("value").is_not_null()).sort("value")
    if results.is_empty():
        return ["No cell on screen is a result."]
    low, high = results.row(0, named=True), results.row(-1, named=True)
    if low["value"] == high["value"]:
        return [f"{_said(high)}{' and everywhere else' if results.height > 1 else ''}."]
    return [f"From {_said(low)} to {_said(high)}.", f"Up to {_said(high)}."]


def _said(row: Mapping[str, Any]) -> str:
    return f"{row['text']} ({row['where']})"


def _undefined(found: pl.DataFrame) -> str:
    """In how many cells there is no value, and why."""
    reasons = found.filter(pl.col("value").is_null())["note"].value_counts(sort=True).rows()
    if not reasons:
        return ""
    cells = numbers.plural(sum(n for _, n in reasons), "cell")
    if len(reasons) == 1:
        return f"Undefined in {cells}: {reasons[0][0]}."
    return f"Undefined in {cells}: {numbers.listing(f'{note} ({n})' for note, n in reasons)}."


def _doubtful(found: pl.DataFrame) -> str:
    """What the doctor doubts among the cells."""
    doubted = found.filter(pl.col("doubt").is_not_null())["where"].unique(maintain_order=True)
    if doubted.is_empty():
        return ""
    if len(doubted) > NAMED:
        return (
            f"{numbers.plural(len(doubted), 'cell')} are flagged: read them before believing them."
        )
    return f"Flagged, to be read before it is believed: {numbers.listing(doubted)}."
