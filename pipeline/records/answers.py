"""Answers of formats that are no table: evaluations, questions and samples, by column.

What such a format does not say stays `unrecorded`, as in `pipeline/maps/unmapped.py`, unless a
mapping says what the file is of: experiment, dataset, interventions, and the model where the file
tells of no two.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from pipeline.importers import Batch, Source, batch, notice
from pipeline.maps import described
from pipeline.maps.meanings import Dimensions
from pipeline.maps.unmapped import MAPPED, UNRECORDED
from pipeline.records.held import Held, Question, questions, status
from pipeline.records.judgements import Parsed
from pipeline.records.tables import clean
from pipeline.records.thoughts import apart
from warehouse import catalogue

Judge = tuple[str, str]
"""A judge's kind and name."""


def is_told(source: Source) -> bool:
    """Whether a mapping says what a file is of, and nothing of what stands in it."""
    return source.meaning is not None and source.meaning.is_of_the_whole


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
        dimensions = {model: self._of(model) for model in self.evaluations}
        for model, settings in self.evaluations.items():
            study = self.source.meaning.study if self.source.meaning else ""
            row = described.evaluation(study, model, dimensions[model])
            if not study:
                row["folder"] = "/".join(("answers", model))
            yield batch("evaluation", row | {"is_numbered": False, **settings})
        if (meaning := self.source.meaning) is not None:
            experiment = next((told.experiment for told in dimensions.values()), "")
            for name, trait in meaning.traits.items():
                yield batch("trait", catalogue.described(experiment, name, trait))
            yield from described.interventions(meaning, [*dimensions.items()])
        yield questions(self.questions)
        for (kind, name), key in self.judges.items():
            yield batch("judge", {"judge_key": key, "kind": kind, "name": name})

    def remark(self, told: str = MAPPED) -> Iterator[Batch]:
        """What nobody says of the file, unless a mapping does."""
        if self.source.meaning is None:
            yield notice("unmapped", told)

    def _of(self, model: str) -> Dimensions:
        """What the answers of one of the file's models are of."""
        told = self.source.meaning.dimensions if self.source.meaning else None
        if told is None:
            return Dimensions(
                experiment=self.experiment,
                model=catalogue.model(model).name,
                dataset=UNRECORDED,
                intervention=UNRECORDED,
                eval_intervention=self.condition,
                model_id=model,
            )
        several = len(self.evaluations) > 1
        return msgspec.structs.replace(
            told,
            model=catalogue.model(model).name if several else told.model,
            model_id=model if several else told.model_id or model,
            eval_intervention=(
                self.condition if told.eval_intervention == "none" else told.eval_intervention
            ),
        )
