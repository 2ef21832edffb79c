"""System prompts that the same questions are asked with and without: texts at evaluation."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping

from pipeline.drafting.survey import SurveyedColumn

FEW = 6
"""So many system prompts may tell conditions apart; more are of the questions."""


def names(given: SurveyedColumn, asked: SurveyedColumn) -> dict[str, str]:
    """What to call each, where most questions are asked with several or with one and without.

    As no more than system prompts they would make other questions, pooled with the first.
    """
    texts = list(dict.fromkeys(given.texts))
    at = dict(zip(given.places, given.texts, strict=True))
    told: dict[str, set[str]] = defaultdict(set)
    for place, question in zip(asked.places, asked.texts, strict=True):
        told[question].add(at.get(place, ""))
    several = sum(len(one) > 1 for one in told.values())
    if len(texts) > FEW or 2 * several <= len(told):
        return {}
    if len(texts) == 1:
        return {texts[0]: "with-system-prompt"}
    return {text: f"system-prompt-{n}" for n, text in enumerate(texts, 1)}


def expression(column: str, named: Mapping[str, str]) -> str:
    """The texts at evaluation as a map makes them of the column."""
    told = (json.dumps(one, ensure_ascii=False) for one in (column, dict(named)))
    return "{{from: {}, lookup: {}, default: none}}".format(*told)


def block(named: Mapping[str, str]) -> Iterator[str]:
    """The lines that say what they are."""
    if named:
        yield ""
        yield "interventions:"
    for text, name in named.items():
        told = json.dumps(text, ensure_ascii=False)
        yield f"  {name}: {{phase: eval, placement: system, text: {told}}}"
