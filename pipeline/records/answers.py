"""Answers of formats that are no table: evaluations, questions and samples, by column.

What such a format does not say stays `unrecorded`, as in `pipeline/maps/unmapped.py`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.importers import Batch, Source, batch
from pipeline.maps.unmapped import UNRECORDED
from pipeline.records.held import Held, Question, questions, status
from pipeline.records.judgements import Parsed
from pipeline.records.tables import clean
from pipeline.records.thoughts import apart
from warehouse import catalogue

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
        self.questions: dict[Question, int] = {}
        self.judges: dict[Judge, str] = {}
        self.asked: Counter[int] = Counter()
        self.held = Held()
        self.count = 0

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
        told = (error and clean(error[:2_000]), ended and clean(ended))
        became = status(text, error)
        self.held.sample(key, evaluation, asked, place, row, became, text, thoughts, *told, None)
        return key

    def judged(self, sample: int, criterion: str, judge: Judge, outcome: Parsed) -> None:
        """One judgement of a sample."""
        kind, name = judge
        whose = self.judges.setdefault((kind, clean(name)), f"judge-{len(self.judges) + 1}")
        raw = outcome[3] and clean(outcome[3])
        self.held.judgement(sample, clean(criterion), whose, *outcome[:3], raw)

    def flush(self) -> Iterator[Batch]:
        """The rows that are held, where they are many."""
        return self.held.flush()

    def context(self) -> Iterator[Batch]:
        """What is still held, and the evaluations, questions and judges it belongs to."""
        yield from self.held.flush(last=True)
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
        yield questions(self.questions)
        for (kind, name), key in self.judges.items():
            yield batch("judge", {"judge_key": key, "kind": kind, "name": name})
