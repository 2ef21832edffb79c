"""Verdicts in words and marks: how many interventions eliminate, reduce or leave the trait."""

from collections.abc import Mapping, Sequence

import polars as pl

from pages.ui.charts.base import NEUTRAL, VERDICT_COLOURS
from pages.ui.charts.forest import Marks
from pages.ui.words import numbers, values
from warehouse.stats.equivalence import VERDICTS

NO_CONTROL = "No control"

MARKS: Marks = {
    verdict.capitalize(): (VERDICT_COLOURS[verdict], shape)
    for verdict, shape in (
        ("eliminated", "circle"),
        ("reduced", "triangle-down"),
        ("unchanged", "square"),
        ("increased", "triangle-up"),
        ("inconclusive", "diamond"),
        ("nothing to suppress", "cross"),
    )
} | {NO_CONTROL: (NEUTRAL, "triangle-right")}
"""The colour and the shape of every verdict (`name`)."""

NONE = "no intervention is compared with a control."

_VERBS: Mapping[str | None, tuple[str, str]] = {
    "eliminated": (
        "eliminates it within {margin}",
        "eliminate it within {margin}",
    ),
    "reduced": ("reduces it", "reduce it"),
    "unchanged": ("leaves it unchanged", "leave it unchanged"),
    "increased": ("increases it", "increase it"),
    "inconclusive": ("is inconclusive", "are inconclusive"),
    "nothing to suppress": ("has nothing to suppress", "have nothing to suppress"),
    None: ("has no control to compare with", "have no control to compare with"),
}
"""What one, and what several interventions of a verdict do; in the order of telling."""


def name(verdict: str | None) -> str:
    """A verdict in sentence case; of an arm that has none, why."""
    return NO_CONTROL if verdict is None else verdict.capitalize()


def sentence(effects: pl.DataFrame, margin: float) -> str:
    """What the interventions do, counted by verdict.

    As in `5 of 6 interventions eliminate it within ±5 points; 1 is inconclusive.` It begins in
    lower case, to stand after a colon or a semicolon.

    Args:
        effects: The rows of one experiment, trait and judge (`warehouse.stats.effects.effects`).
        margin: The margin of their verdicts, as a share.
    """
    if effects.is_empty():
        return NONE
    total = effects.height
    noun = "intervention" if effects["intervention"].n_unique() == total else "comparison"
    verdicts = effects["verdict"].to_list()
    parts: list[str] = []
    for verdict, verbs in _VERBS.items():
        count = verdicts.count(verdict)
        verb = verbs[count > 1].format(margin=numbers.margin(margin))
        if not count:
            continue
        if parts:
            parts.append(f"{count} {verb}")
        elif count == total:
            parts.append(f"{'all ' * (total > 1)}{numbers.plural(total, noun)} {verb}")
        else:
            parts.append(f"{count} of {numbers.plural(total, noun)} {verb}")
    return "; ".join([*parts, *_untested(effects)]) + "."


def stated(effects: pl.DataFrame, margin: float) -> str:
    """The same as a sentence that stands by itself."""
    said = sentence(effects, margin)
    return said[0].upper() + said[1:]


def strongest(effects: pl.DataFrame) -> str:
    """The largest reduction that is a result: its arm, difference, interval and questions."""
    found = effects.filter(pl.col("difference") < 0, "is_result", "baseline_is_result")
    if found.is_empty():
        return ""
    row = found.sort("difference", maintain_order=True).row(0, named=True)
    arm = f"{values.intervention(row['intervention'])} ({values.value('model', row['model'])})"
    return (
        f"The most: {arm}, "
        f"{numbers.points(row['difference'], row['difference_low'], row['difference_high'])}, "
        f"n = {row['n_counted']:,} · {numbers.plural(row['paired'], 'question')}."
    )


def answer(effects: pl.DataFrame, margin: float) -> str:
    """What all effects in sight come to, and the largest reduction among them."""
    return f"{stated(effects, margin)} {strongest(effects)}".strip()


def _untested(effects: pl.DataFrame) -> list[str]:
    """Why nothing that is lower can be called eliminated, where that is so."""
    lower = effects.filter(verdict="reduced")
    if lower.is_empty() or lower["excess"].count():
        return []
    return ["none can be called eliminated: there is no untuned model to compare with"]


def counted(found: Sequence[str]) -> str:
    """How many interventions come to each verdict: `2 reduced, 9 inconclusive`."""
    return ", ".join(f"{n} {verdict}" for verdict in VERDICTS if (n := list(found).count(verdict)))
