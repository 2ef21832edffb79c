"""Answers of formats that are no table: evaluations, questions and samples, by column.

What such a format does not say stays `unrecorded`, as in `pipeline/unmapped.py`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from pipeline.importers import Batch, Source, batch
from pipeline.judgements import OUTCOME, Parsed
from pipeline.tables import clean
from pipeline.thoughts import apart
from pipeline.unmapped import UNRECORDED
from warehouse import catalogue, records

HELD = 1_000
"""How many samples are handed on at once."""

HELD_CHARACTERS = 16 * 2**20
"""How many characters of them, at most about."""


def _schema(relation: str, *names: str) -> dict[str, pl.DataType]:
    return {name: records.RELATIONS[relation][name] for name in names}


SAMPLES = _schema(
    "sample",
    *("sample_key", "evaluation_key", "question_key", "sample_index", "source_row", "status"),
    *("answer", "thoughts", "error", "finish_reason"),
)
JUDGEMENTS = _schema("judgement", "sample_key", "criterion", "judge_key", *OUTCOME)

Judge = tuple[str, str]
"""A judge's kind and name."""


class Answers:
    """The answers of one file: rows are handed on when enough of them came together."""

    def __init__(
        self, source: Source, experiment: str = UNRECORDED, condition: str = "none"
    ) -> None:
        self.source = source
        self.condition = clean(condition)
        self.experiment = catalogue.experiment_named(experiment) or clean(experiment)
        self.evaluations: dict[str, Mapping[str, Any]] = {}
        self.questions: dict[tuple[str, str, str, str | None], int] = {}
        self.judges: dict[Judge, str] = {}
        self.asked: Counter[int] = Counter()
        self.samples: dict[str, list[Any]] = defaultdict(list)
        self.judgements: dict[str, list[Any]] = defaultdict(list)
        self.count = self.held = 0

    def sample(
        self,
        row: int,
        model: str,
        name: str,
        question: str,
        answer: str | None,
        *,
        system: str | None = None,
        error: str | None = None,
        ended: str | None = None,
        **settings: float | str | None,
    ) -> int:
        """One sample of a model, and what is known of how it was drawn; its key."""
        self.count += 1
        key = self.source.key(self.count)
        evaluation = clean(model)
        self.evaluations.setdefault(evaluation, settings)
        identity = (evaluation, clean(name), clean(question), system and clean(system))
        asked = self.questions.setdefault(identity, len(self.questions))
        thoughts, text = apart(clean(answer)) if answer else (None, answer)
        place = self.asked[asked]
        self.asked[asked] += 1
        status = _status(text, error)
        told = (error and clean(error[:2_000]), ended and clean(ended))
        values = (key, evaluation, asked, place, row, status, text, thoughts, *told)
        for column, value in zip(SAMPLES, values, strict=True):
            self.samples[column].append(value)
        self.held += len(answer or "")
        return key

    def judged(self, sample: int, criterion: str, judge: Judge, outcome: Parsed) -> None:
        """One judgement of a sample."""
        kind, name = judge
        whose = self.judges.setdefault((kind, clean(name)), f"judge-{len(self.judges) + 1}")
        raw = outcome[3] and clean(outcome[3])
        row = (sample, clean(criterion), whose, *outcome[:3], raw)
        for column, value in zip(JUDGEMENTS, row, strict=True):
            self.judgements[column].append(value)

    def flush(self, last: bool = False) -> Iterator[Batch]:
        """The rows that are held, where they are many or the `last`."""
        if not last and len(self.samples["status"]) < HELD and self.held < HELD_CHARACTERS:
            return
        if self.samples["status"]:
            yield Batch("sample", pl.DataFrame(dict(self.samples), schema=SAMPLES))
        if self.judgements["status"]:
            yield Batch("judgement", pl.DataFrame(dict(self.judgements), schema=JUDGEMENTS))
        self.samples.clear()
        self.judgements.clear()
        self.held = 0

    def context(self) -> Iterator[Batch]:
        """What is still held, and the evaluations, questions and judges it belongs to."""
        yield from self.flush(last=True)
        for model, settings in self.evaluations.items():
            yield batch(
                "evaluation",
                {
                    "evaluation_key": model,
                    "experiment": self.experiment,
                    "model": catalogue.model(model).name,
                    "model_id": model,
                    "dataset": UNRECORDED,
                    "intervention": UNRECORDED,
                    "eval_intervention": self.condition,
                    "folder": "/".join(("answers", model)),
                    "is_numbered": False,
                    **settings,
                },
            )
        questions: list[dict[str, object]] = [
            {
                "evaluation_key": evaluation,
                "question_key": key,
                "name": name,
                "text": text,
                "system_prompt": system,
            }
            for (evaluation, name, text, system), key in self.questions.items()
        ]
        yield batch("question", *questions)
        for (kind, name), key in self.judges.items():
            yield batch("judge", {"judge_key": key, "kind": kind, "name": name})


def _status(text: str | None, error: str | None) -> str:
    if error is not None and not text:
        return "error"
    if text is None:
        return "missing"
    return "answered" if text.strip() else "empty"
