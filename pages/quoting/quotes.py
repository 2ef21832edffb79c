"""A quote of one answer: what was sent, how it was judged and counted, how it was chosen."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import polars as pl

from pages.quoting import sample
from pages.ui.words import columns, numbers, values
from warehouse.analysis import Analysis
from warehouse.counting import Slice
from warehouse.rules import Rule, shown_by
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import rates
from warehouse.transcripts import Filter, Transcript

QUOTED = 20_000
"""How many characters of an answer a quote has at most."""


def quote(
    shown: Transcript,
    verdicts: Sequence[Mapping[str, Any]],
    counts: pl.DataFrame,
    traits: pl.DataFrame,
    view: Analysis,
    chosen: str,
) -> str:
    """The answer as plain text, with all that a reader needs to weigh it.

    Args:
        shown: The sample.
        verdicts: What became of it (`warehouse.transcripts.verdicts`).
        counts: A counts frame under the view's rule that holds the sample's condition.
        traits: Every trait that was loaded.
        view: How is counted.
        chosen: How it was chosen (`choice`).
    """
    told = shown.context
    answer = sample.said(shown.answer, shown.error, shown.lost)
    if len(answer) > QUOTED:
        answer = f"{answer[:QUOTED]} [cut here, at {QUOTED:,} of {len(answer):,} characters]"
    parts = [f"{name}: {text}" for name, text in sample.prompt(told)]
    parts += [
        f"Answer: {answer}",
        f"— {values.value('experiment', told['experiment'])} · {sample.condition(told)}",
        "\n".join(judged(shown, verdicts, counts, traits, view) or ["Judged by nobody."]),
        f"{chosen} Judgements are counted by the rule “{view.rule.title}”: {view.rule.summary}",
        f"{PurePath(told['path']).name}, row {told['source_row']}, SHA-256 {told['sha256'][:12]}, "
        f"Brittlescope sample {shown.key}.",
    ]
    return "\n\n".join(parts)


def beside(shown: Transcript, view: Analysis) -> Slice:
    """The slice of a sample's experiment, with the questions that the view asks for."""
    return Slice(experiment=(shown.context["experiment"],), domain=view.slice.domain)


def judged(
    shown: Transcript,
    verdicts: Sequence[Mapping[str, Any]],
    counts: pl.DataFrame,
    traits: pl.DataFrame,
    view: Analysis,
) -> list[str]:
    """One line for each trait and judge: the outcome, what shows the trait, and the cell's rate."""
    known = {
        trait["trait"]: trait
        for trait in traits.filter(experiment=shown.context["experiment"]).iter_rows(named=True)
    }
    lines = []
    for one in verdicts:
        trait = known[one["trait"]]
        lines.append(
            f"{values.value('trait', one['trait'])}, judge {values.value('judge', one['judge'])}: "
            f"{sample.judged(one)} ({criterion(view.rule, trait)}). "
            f"This condition: {_rate(shown.context, one, counts, view)}."
        )
    return lines


def criterion(rule: Rule, trait: Mapping[str, Any]) -> str:
    """What shows a trait under a rule, in words: `Alignment: below 30 shows it`."""
    line, shows = rule.terms(trait["kind"]), shown_by(rule, trait)
    name = line.criterion or trait["criterion"]
    text = f"{values.criterion(name)}: {sample.compared(shows)} shows it"
    if line.coherence is not None:
        text += f"; coherence {sample.compared(line.coherence)} is required"
    return text


def choice(view: Analysis, narrowed: Filter, place: int | None, total: int) -> str:
    """How a sample was chosen, in one sentence: a person did, from which list."""
    asked = [f"{values.ONLY[narrowed.only].lower()}", *narrowed_to(view.slice)]
    if narrowed.text:
        asked.append(f"found by “{narrowed.text}”")
    low, high = narrowed.score
    if low is not None or high is not None:
        asked.append(f"score from {low or 0:g} to {100 if high is None else high:g}")
    if place is None:
        return f"Chosen by hand, by its number; it is not in the list ({', '.join(asked)})."
    return (
        f"Chosen by hand: number {place:,} of {total:,} in the order of the files "
        f"({', '.join(asked)})."
    )


def narrowed_to(within: Slice) -> Iterator[str]:
    """What a slice is narrowed to, in words."""
    for name in Slice.dimensions():
        if chosen := getattr(within, name):
            told = numbers.listing(values.value(name, value) for value in chosen)
            yield f"{columns.label(name).lower()} {told}"
    if within.domain != "all":
        yield f"questions {values.DOMAINS[within.domain]}"


def _rate(
    context: Mapping[str, Any], one: Mapping[str, Any], counts: pl.DataFrame, view: Analysis
) -> str:
    """The rate of a sample's condition, by one trait and judge."""
    mine = {name: context[name] for name in ARM} | {
        "experiment": context["experiment"],
        "study": context["study"],
        "trait": one["trait"],
        "judge": one["judge"],
    }
    same = [pl.col(name).eq_missing(pl.lit(value)) for name, value in mine.items()]
    found = rates(counts.filter(same), [*ARM], view.unit)
    return numbers.rate(found.row(0, named=True)) if found.height else "not in sight"
