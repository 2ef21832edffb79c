"""A judgements file: its judge, what it was asked, and one judgement a line."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.importers import Batch, Source, batch
from pipeline.importers.study_outputs.lines import RecordFound, Row, dealt, typed
from pipeline.study import files
from pipeline.study.layout import IMPORTED
from pipeline.study.parsers.score import ScoreParser
from pipeline.study.replies import Logprobs, Reply

Item = tuple[str, Row] | RefusedRow
"""A row with its relation, or what is refused."""


def read(source: Source) -> Iterator[Batch | RefusedRow]:
    """The judge and its judgements.

    Raises:
        RefusedFile: where the line that describes the judge is damaged.
    """
    judges: list[files.JudgeOf] = []
    yield from dealt(_rows(source, judges))
    if not judges:
        raise RefusedFile("the line that describes the judge is damaged")
    judge = judges[-1]
    yield batch(
        "judge",
        {
            "judge_key": judge.judge,
            "kind": judge.kind,
            "name": judge.judge,
            "prompt_version": judge.prompt_version,
            "variant_of": judge.variant_of,
            "is_copied": judge.evaluation.startswith(f"{IMPORTED}/"),
        },
    )
    if asked := list(_asked(judge)):
        yield batch("judge_asked", *asked)


def _asked(judge: files.JudgeOf) -> Iterator[Row]:
    """What the judge was asked, as far as its header tells it in texts."""
    texts = judge.texts if isinstance(judge.texts, dict) else {}
    for criterion, text in texts.items():
        if isinstance(text, str) and text:
            told = _criteria(judge).get(criterion)
            settings = json.dumps(told, ensure_ascii=False) if told is not None else None
            asked = {"criterion": criterion, "prompt": text, "settings": settings}
            yield {"judge_key": judge.judge} | asked


def _criteria(judge: files.JudgeOf) -> dict[str, Any]:
    return judge.criteria if isinstance(judge.criteria, dict) else {}


def _scored_by(judge: files.JudgeOf) -> dict[str, ScoreParser]:
    """How the scores are read of which a judge was asked for the probabilities."""
    found = {}
    for criterion, told in _criteria(judge).items():
        if not isinstance(told, dict) or not told.get("top_logprobs"):
            continue
        try:
            found[criterion] = msgspec.convert(told.get("parse"), ScoreParser)
        except msgspec.ValidationError:
            continue  # read by another parser
    return found


def _rows(source: Source, judges: list[files.JudgeOf]) -> Iterator[Item]:
    """The judgements' rows, and what is refused; the judge is put into `judges`."""
    seen: set[tuple[int, str, int]] = set()
    parsers: dict[str, ScoreParser] = {}
    kinds = (files.JudgeOf, files.Verdict, files.VerdictAgain, files.NotJudged)
    for item in typed(source, *kinds):
        if isinstance(item, RefusedRow):
            yield item
            continue
        found = item.record
        if isinstance(found, files.JudgeOf):
            judges.append(found)
            parsers = _scored_by(found)
        if not isinstance(found, files.Verdict):
            continue
        if not judges:
            return
        yield from _of(item, found, judges[-1], parsers, seen)


def _of(
    item: RecordFound[Any],
    found: files.Verdict,
    judge: files.JudgeOf,
    parsers: dict[str, ScoreParser],
    seen: set[tuple[int, str, int]],
) -> Iterator[Item]:
    """The rows of one judgement."""
    occasion = found.occasion if isinstance(found, files.VerdictAgain) else 0
    if (found.key, found.criterion, occasion) in seen:
        yield item.refused("the sample is judged on this criterion before")
        return
    seen.add((found.key, found.criterion, occasion))
    row: Row = {
        "sample_key": found.key,
        "criterion": found.criterion,
        "judge_key": judge.judge,
        "status": found.status,
        "score": found.score,
        "label": found.label,
    }
    if occasion:
        yield "judgement_again", row | {"occasion": occasion}
        return
    yield "judgement", row | {"raw": found.raw, "thoughts": found.thoughts}
    if (parser := parsers.get(found.criterion)) is not None:
        weighed = parser.weighed(Reply("answered", found.raw, logprobs=_probabilities(found)))
        named = {"sample_key": found.key, "criterion": found.criterion, "judge_key": judge.judge}
        yield "judgement_weighed", named | weighed._asdict()


def _probabilities(found: files.Verdict) -> Logprobs:
    """The probabilities that were kept of a reply; none where they are not understood."""
    try:
        told = msgspec.convert(found.logprobs, Logprobs)
    except msgspec.ValidationError:
        return ()
    return tuple(token for token in told if token)
