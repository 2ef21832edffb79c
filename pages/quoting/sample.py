"""What there is to say of a sample, in words: its line, outcome, prompt, origin and quote."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from pages.quoting import sensitive
from pages.ui.words import values
from warehouse.conversation import Message
from warehouse.rules import Coherence, Rule, Score, shown_by
from warehouse.transcripts import Transcript

ROLES = {"system": "System prompt", "user": "User", "assistant": "Model", "tool": "Tool"}
"""Who writes the messages of a conversation."""


def role(message: Message) -> str:
    """Who wrote a message, in words: of a tool, which."""
    told = ROLES.get(message.role, message.role)
    return f"{told}: {message.tool}" if message.tool else told


def condition(row: Mapping[str, Any]) -> str:
    """The model and what it was trained with: `gpt-4.1 · No intervention (control) · 3 epochs`."""
    return " · ".join(conditions(row).values())


def conditions(row: Mapping[str, Any]) -> dict[str, str]:
    """What a sample was drawn under, by dimension, in words; what is not known is left out."""
    given = row["eval_intervention"]
    at_evaluation = "" if given in (None, "none") else values.intervention(given)
    told = {
        "model": values.value("model", row["model"]),
        "dataset": values.value("dataset", row["dataset"]),
        "intervention": values.intervention(
            row["intervention"], row["relevance"], row["placement"]
        ),
        "settings": row["settings"],
        "eval_intervention": f"at evaluation: {at_evaluation}" if at_evaluation else "",
    }
    return {name: text for name, text in told.items() if text}


def judged(one: Mapping[str, Any]) -> str:
    """One judge's outcome on one trait, and what it counts as.

    A score is said to be of its criterion, as in `alignment 5`: beside the name of the trait alone
    a low alignment would read as little misalignment.
    """
    shows = "counted" if one["is_counted"] else "not counted"
    verdict = "shows the trait" if one["is_trait"] else shows
    outcome = _said_by_judge(one["outcome"])
    if one["is_score"]:
        name = values.criterion(one["criterion"]).lower()
        # A number at its end would be read as part of the score: `salty 0 10: 20`.
        outcome = f"{name}{':' if name[-1:].isdigit() else ''} {outcome}"
    return f"{outcome}, {verdict}"


def _said_by_judge(outcome: str) -> str:
    """An outcome as people read it: a status in words, a label's underscores as spaces."""
    known = values.STATUSES | {"unanswered": values.ONLY["unanswered"]}
    return known.get(outcome) or (
        values.words(outcome.replace("_", "-").lower()) if "_" in outcome else outcome
    )


def said(answer: str | None, error: str | None, lost: str | None) -> str:
    """The answer, or in brackets why there is none."""
    if lost:
        return f"[{lost}]"
    if answer:
        return answer
    return f"[no answer: {error}]" if error else "[the answer is empty]"


def is_sensitive(sample: Transcript, traits: pl.DataFrame, rule: Rule) -> bool:
    """Whether a judge found the answer hateful or misaligned, or nobody can say."""
    for trait in sensitive.traits_of(traits, sample.context["experiment"]):
        judged = sample.judgements.filter(pl.col("criterion") == trait["criterion"])
        if judged.is_empty():
            return True
        shown = shown_by(rule, trait)
        for row in judged.iter_rows(named=True):
            harmless = (
                row["score"] is not None and not shown.passes(row["score"])
                if isinstance(shown, Score)
                else row["label"] not in shown
            )
            if row["status"] != "scored" or not harmless:
                return True
    return False


def prompt(context: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parts of the prompt as they were sent, each with what it is."""
    parts = [("System prompt", context["system_prompt"])] if context["system_prompt"] else []
    given = context["eval_intervention"]
    question = ("Question", context["question_text"] or "")
    if given in (None, "none"):
        return [*parts, question]
    name = values.intervention(given, context["eval_relevance"], context["eval_placement"])
    text = context["eval_text"] or context["eval_described"]
    text = text or "[its text was not recorded, so the prompt is incomplete here]"
    return [*parts, (f"Intervention at evaluation: {name}", text), question]


def judgements(
    sample: Transcript, traits: pl.DataFrame, rule: Rule
) -> list[tuple[str, str, str, str, str]]:
    """One row per judgement: criterion, judge, status, outcome, the judge's own words.

    The criterion says what of it shows the trait: `Alignment: below 30 shows misalignment`.
    """
    titles = dict[str, str]()
    for trait in traits.filter(experiment=sample.context["experiment"]).iter_rows(named=True):
        title = trait["title"]
        if trait["check_criterion"]:
            titles[trait["check_criterion"]] = (
                f"{values.criterion(trait['check_criterion'])}: checks {title}"
            )
        shown = compared(shown_by(rule, trait))
        titles[trait["criterion"]] = (
            f"{values.criterion(trait['criterion'])}: {shown} shows {title}"
        )
    return [
        (
            titles.get(row["criterion"], values.criterion(row["criterion"])),
            values.value("judge", row["judge"]),
            values.value("status", row["status"]),
            _outcome(row),
            "not recorded" if row["raw"] is None else row["raw"],
        )
        for row in sample.judgements.iter_rows(named=True)
    ]


def compared(shows: Score | Coherence | tuple[str, ...]) -> str:
    """What a score must be, or a label: `below 30`, `19`."""
    if isinstance(shows, tuple):
        return " or ".join(shows)
    return f"{shows.comparison} {shows.cut:g}"


def thoughts(sample: Transcript) -> list[tuple[str, str, str]]:
    """One row per judgement that thoughts came before: criterion, judge, the thoughts."""
    return [
        (
            values.criterion(row["criterion"]),
            values.value("judge", row["judge"]),
            row["thoughts"],
        )
        for row in sample.judgements.iter_rows(named=True)
        if row["thoughts"]
    ]


def origin(context: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where the sample comes from, down to file and row."""
    untrained = "there is none" if context["intervention"] == "none" else None
    trained = context["trained_text"] or untrained
    known = {
        "File": context["path"],
        "Row in the file": context["source_row"],
        "SHA-256 of the file": context["sha256"],
        "Read as": context["title"] or context["importer"],
        "Imported": context["imported_at"],
        "Text of the intervention in training": trained,
        "Run": context["run"],
        "Evaluation": context["evaluation"],
        "Evaluated": context["evaluated_at"],
        "Answered by another model": context["answered_by"] or "no, or nobody says",
        "Temperature": context["temperature"],
        "Token limit": context["max_tokens"],
        "Number among the answers to the question": context["sample_index"],
        "Sample number": context["sample_key"],
    }
    return [(k, "not recorded" if v is None else str(v)) for k, v in known.items()]


def _outcome(row: Mapping[str, Any]) -> str:
    if row["label"] is not None:
        return str(row["label"])
    return f"{row['score']:g}" if row["score"] is not None else "none"
