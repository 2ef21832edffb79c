"""The list of samples as cards: question, answer, verdicts; what all share is said once above."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from pages.quoting import sample, tags
from pages.ui.parts import foreign
from pages.ui.words import values

SHOWN = 200
"""About how many characters of an answer a card shows: two lines of a wide page."""


class Shared(NamedTuple):
    """What all samples of a list have in common, which is said above it and on no card."""

    experiment: str | None
    conditions: dict[str, str]
    question: str | None
    judge: str | None
    trait: str | None


APART = Shared(None, {}, None, None, None)
"""Of samples that have nothing in common: each says everything."""


def shared(rows: pl.DataFrame) -> Shared:
    """What the samples of a page of a list have in common."""
    listed = rows.to_dicts()
    told = [sample.conditions(row) for row in listed]
    outcomes = [one for row in listed for one in row["outcomes"]]
    first = told[0] if told else {}
    return Shared(
        experiment=_only(row["experiment"] for row in listed),
        conditions={
            name: text for name, text in first.items() if all(one.get(name) == text for one in told)
        },
        question=_only(row["question_text"] for row in listed),
        judge=_only(one["judge"] for one in outcomes),
        trait=_only(one["trait"] for one in outcomes),
    )


def heading(common: Shared) -> str:
    """What all samples have in common, in one line."""
    parts = [values.value("experiment", common.experiment)] if common.experiment else []
    parts += [values.value("trait", common.trait)] if common.trait else []
    parts += common.conditions.values()
    parts += [f"judge: {values.value('judge', common.judge)}"] if common.judge else []
    parts += [f"“{foreign.excerpt(common.question, width=120)}”"] if common.question else []
    return " · ".join(parts)


def card(
    row: Mapping[str, Any],
    common: Shared,
    marked: foreign.Marked | None = None,
    is_covered: bool = False,
) -> str:
    """One sample as HTML: what was asked, the answer around the match, and its verdicts."""
    around = foreign.excerpt(sample.said(row["answer"], row["error"], row["lost"]), marked, SHOWN)
    answer = foreign.block(around, marked)
    if is_covered:
        answer = foreign.covered(answer, "Sensitive text: show it")
    about = foreign.escaped(" · ".join(filter(None, _about(row, common))))
    asked = "" if common.question else foreign.excerpt(row["question_text"], width=120)
    return (
        (f'<div dir="auto" style="opacity:.75">{foreign.escaped(asked)}</div>' if asked else "")
        + answer
        + verdicts(row["outcomes"], common)
        + (f'<span style="opacity:.75;font-size:.85rem">{about}</span>' if about else "")
    )


def verdicts(outcomes: Sequence[Mapping[str, Any]], common: Shared = APART) -> str:
    """The verdicts of judges as coloured tags, as HTML."""
    return tags.html(outcomes, trait=not common.trait, judge=not common.judge)


def _about(row: Mapping[str, Any], common: Shared) -> Iterator[str]:
    """What tells a sample from the others of its list."""
    if common.experiment is None:
        yield values.value("experiment", row["experiment"])
    for name, text in sample.conditions(row).items():
        if name not in common.conditions:
            yield text


def _only(found: Iterator[Any]) -> Any:
    """The one value that there is, or None where there are several."""
    distinct = set(found)
    return distinct.pop() if len(distinct) == 1 else None
