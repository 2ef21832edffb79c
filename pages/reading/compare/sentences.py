"""What the Compare page says."""

from collections.abc import Mapping, Sequence
from typing import Any

from pages.reading.compare.choosing import Arms
from pages.ui.view import store
from pages.ui.words import numbers, values
from warehouse import harmless


def answer(asked: Mapping[str, Any], name: str, names: Sequence[str]) -> str:
    """How many answers of each arm show the trait, in one sentence."""
    told = [
        f"{asked[f'trait_{at}']:,} of {asked[f'counted_{at}']:,} {'show it ' if not at else ''}"
        f"under {name}"
        for at, name in enumerate(names)
    ]
    return f"“{name}”: {numbers.listing(told, most=4)}."


def asked(known: Arms, question: str, shared: Sequence[str]) -> str:
    """The question as it was asked, what is counted, and what all arms share."""
    arm = next(iter(known.rows.values()))
    every = store.query("questions").filter(experiment=arm["experiment"], question=question)
    text = harmless.short(next(iter(every["text"]), None) or question, 300)
    trait = f"counted: answers that show {values.value('trait', arm['trait'])}"
    return " · ".join([f"Asked: “{text}”", trait, *shared])


def nothing(chosen: Sequence[str]) -> str:
    """Why nothing can be compared, and what would change that."""
    if len(chosen) < 2:
        return "A comparison takes two arms with answers that count; this focus has fewer."
    return "No question was asked of all these arms. Take one away, or choose others."
