"""What Inspect's scorers say: a letter, a number, a truth, or several of them."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pipeline.files.texts import unreadable
from pipeline.importers.inspect_logs.log import Header, LogSample, LogScore
from pipeline.maps.meanings import Meaning, Scale
from pipeline.records.judgements import FULL, Parsed, judgement

LETTERS = frozenset("CIPN")
"""Correct, incorrect, partial and no answer: labels as they are, for a trait to name."""

BY_RULE = {
    *("match", "includes", "pattern", "answer", "choice", "exact", "f1", "math", "perplexity"),
    *("target_perplexity",),
}
"""Inspect's own scorers that compare texts; any other may ask a model."""

MOST = 200
"""How many values of one score are taken."""

DEPTH = 3
"""How deep in a score values are looked for."""


class Scored(NamedTuple):
    """One value of a score, or what is wrong with it."""

    criterion: str
    scorer: str
    outcome: Parsed | str
    stored: str


def of(sample: LogSample, meaning: Meaning | None = None) -> Iterator[Scored]:
    """Every value that scorers gave a sample; those of a score that has several, by their names.

    A mapping may call a criterion otherwise, and say on which scale it is.
    """
    scores = sample.scores or ({"score": sample.score} if sample.score else {})
    called = {told: name for name, told in meaning.scores.items()} if meaning else {}
    for scorer, score in scores.items():
        for found, value in _values(scorer, score.value, DEPTH):
            criterion = called.get(found, found)
            outcome = _outcome(criterion, value, score, scale(criterion, meaning) or FULL)
            yield Scored(criterion, scorer, outcome, _text(value))


def scale(criterion: str, meaning: Meaning | None) -> Scale | None:
    """The scale that a mapping tells of a criterion, by our name of it or the log's."""
    if meaning is None:
        return None
    return meaning.scale.get(criterion, meaning.scale.get(meaning.scores.get(criterion, "")))


def judge(scorer: str, header: Header) -> dict[str, object]:
    """The judge that a scorer is: its kind, and the model it asks where the log names one."""
    name = scorer.rpartition("/")[2]
    if name in BY_RULE:
        return {"kind": "rule", "name": name, "prompt_version": None}
    grader = header.eval.model_roles.get("grader")
    model = grader.get("model") if isinstance(grader, Mapping) else grader
    asked = f"{name} · {model}" if isinstance(model, str) and model else name
    return {"kind": "llm", "name": asked, "prompt_version": None}


def _values(name: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and depth:
        for key, inside in list(value.items())[:MOST]:
            yield from _values(f"{name}.{key}", inside, depth - 1)
    elif isinstance(value, list) and depth:
        for at, inside in enumerate(value[:MOST], 1):
            yield from _values(f"{name}.{at}", inside, depth - 1)
    else:
        yield name, value


def _outcome(criterion: str, value: Any, score: LogScore, scale: Scale) -> Parsed | str:
    own = score.explanation if isinstance(score.explanation, str) else None
    kept = own if own is not None else _text(value)
    if unreadable(kept):
        kept = kept.encode("utf-8", "replace").decode().replace("\0", "\N{SYMBOL FOR NULL}")
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ("missing", None, None, kept or None)  # Inspect writes NaN for what has no score
    if isinstance(value, bool):
        return ("scored", None, str(value).lower(), kept)
    if isinstance(value, str) and value.strip().upper() in LETTERS:
        return ("scored", None, value.strip().upper(), kept)
    told = judgement(criterion, value, None, scale)
    return told if isinstance(told, str) else (*told[:3], kept)


def _text(value: Any) -> str:
    return "" if value is None else str(value)[:2_000]
