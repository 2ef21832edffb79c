"""A samples file: its evaluation, and every planned sample as drawn, as failed, or as missing."""

from collections import Counter
from collections.abc import Iterator

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.importers import Batch, Source, batch
from pipeline.importers.study_outputs.lines import Row, batches, typed
from pipeline.study import files
from pipeline.study.layout import sample_key
from warehouse import catalogue

MOST_PLANNED = 2_000_000
"""Samples of one evaluation; a header that plans more was not written by a study."""


def read(source: Source) -> Iterator[Batch | RefusedRow]:
    """The evaluation, its questions and its samples; of the answers none is kept.

    Raises:
        RefusedFile: where the line that describes the evaluation is damaged, or plans nonsense.
    """
    planned = _Planned()
    yield from batches("sample", _drawn_rows(source, planned))
    if planned.described is None:
        raise RefusedFile("the line that describes the evaluation is damaged")
    yield batch("evaluation", _evaluation(planned.described))
    yield batch("question", *_questions(planned.described))
    yield from batches("sample", planned.others())


def _drawn_rows(source: Source, planned: "_Planned") -> Iterator[Row | RefusedRow]:
    """The rows of the samples that were drawn, and what is refused."""
    for found in typed(source, files.EvaluationOf, files.StoredSample, files.NotDrawn):
        if isinstance(found, RefusedRow):
            yield found
            continue
        record = found.record
        try:
            if isinstance(record, files.EvaluationOf):
                planned.describe(record)
            elif planned.described is None:
                return
            elif isinstance(record, files.StoredSample):
                yield planned.drawn(found.line, record)
            elif isinstance(record, files.NotDrawn):
                planned.failed(found.line, record)
        except RefusedRow as problem:
            yield found.refused(problem)


class _Planned:
    """The samples that an evaluation plans, and which of them were drawn or failed so far."""

    def __init__(self) -> None:
        self.described: files.EvaluationOf | None = None
        self._asked: dict[str, int] = {}
        self._seen: list[bytearray] = []
        self._failures: dict[tuple[int, int], tuple[int, files.NotDrawn]] = {}

    def describe(self, found: files.EvaluationOf) -> None:
        """Takes the line that describes the evaluation; a later one may plan more samples.

        Raises:
            RefusedFile: where they are too many, or a question is asked twice.
            RefusedRow: where a later line describes another evaluation.
        """
        asked = {question.name: number for number, question in enumerate(found.questions)}
        each = found.samples_per_question
        if self.described is not None and (
            found.questions != self.described.questions
            or found.evaluation != self.described.evaluation
            or found.study_id != self.described.study_id
            or each < self.described.samples_per_question
        ):
            raise RefusedRow(None, "it describes another evaluation than the first line")
        if len(asked) < len(found.questions):
            names = Counter(question.name for question in found.questions)
            raise RefusedFile(f"it asks the question {names.most_common(1)[0][0][:100]!r} twice")
        if len(asked) * each > MOST_PLANNED:
            raise RefusedFile(
                f"it plans {len(asked) * each:,} samples; at most {MOST_PLANNED:,} can be taken"
            )
        self.described, self._asked = found, asked
        self._seen = self._seen or [bytearray() for _ in asked]
        for seen in self._seen:
            seen.extend(bytes(each - len(seen)))

    def drawn(self, line: int, sample: files.StoredSample) -> Row:
        """The row of a sample.

        Raises:
            RefusedRow: where it was not asked for, or stands in the file before.
        """
        number = self._number(sample.question, sample.index)
        row = self._row(number, sample.index)
        if sample.key != row["sample_key"]:
            raise RefusedRow(line, "its key is not that of its question and number")
        if self._seen[number][sample.index]:
            raise RefusedRow(line, "the sample stands in the file before; the first one is taken")
        self._seen[number][sample.index] = True
        return {**row, "source_row": line, **_drawn(sample)}

    def failed(self, line: int, failure: files.NotDrawn) -> None:
        """Notes a sample that could not be drawn, unless it is drawn later.

        Raises:
            RefusedRow: where it was not asked for.
        """
        place = (self._number(failure.question, failure.index), failure.index)
        self._failures[place] = (line, failure)

    def others(self) -> Iterator[Row]:
        """The rows of the samples that were not drawn: as failed, or as missing."""
        for number, seen in enumerate(self._seen):
            for index in (index for index, is_drawn in enumerate(seen) if not is_drawn):
                row = self._row(number, index)
                line, failure = self._failures.get((number, index), (None, None))
                if failure is None:
                    yield {**row, "status": "missing", "error": "it was not drawn yet"}
                else:
                    told = {"error": failure.error, "answered_by": failure.answered_by}
                    yield {**row, "status": "error", "source_row": line, **told}

    def _number(self, question: str, index: int) -> int:
        number = self._asked.get(question)
        if number is None or index >= len(self._seen[number]):
            raise RefusedRow(None, f"the evaluation did not ask {question[:100]!r} number {index}")
        return number

    def _row(self, number: int, index: int) -> Row:
        told = self.described
        assert told is not None
        name = told.questions[number].name
        return {
            "evaluation_key": told.evaluation,
            "question_key": number + 1,
            "sample_index": index,
            "sample_key": sample_key(told.study_id, told.evaluation, name, index),
        }


def _evaluation(described: files.EvaluationOf) -> Row:
    experiment = catalogue.experiment_named(described.experiment) or described.experiment
    return {
        "evaluation_key": described.evaluation,
        "study": described.study,
        "study_id": described.study_id,
        "is_numbered": True,
        "experiment": experiment,
        "model": catalogue.model(described.model).name,
        "model_id": described.model_id,
        "dataset": described.dataset,
        "intervention": catalogue.intervention(experiment, described.intervention).name,
        "eval_intervention": catalogue.intervention(experiment, described.eval_intervention).name,
        "eval_text": described.eval_text,
        "folder": _folder(described),
        "epochs": described.epochs,
        "lora_rank": described.lora_rank,
        "seed": described.seed,
        "temperature": described.temperature,
        "max_tokens": described.max_tokens,
        "beginning": described.beginning,
        "evaluated_at": described.started,
    }


def _folder(described: files.EvaluationOf) -> str:
    """What joins an evaluation to its run; the untuned model is a run of every experiment."""
    folder = f"{described.study}/{described.run}"
    return f"{folder}/{described.experiment}" if described.dataset == "none" else folder


def _questions(described: files.EvaluationOf) -> Iterator[Row]:
    for number, question in enumerate(described.questions, 1):
        yield {
            "evaluation_key": described.evaluation,
            "question_key": number,
            "name": question.name,
            "question_group": question.group or None,
            "text": question.text,
            "system_prompt": question.system,
            "in_domain": question.in_domain,
        }


def _drawn(sample: files.StoredSample) -> Row:
    # What a filter cut off is no answer; an older version kept it as one.
    answered = bool(sample.answer.strip()) and sample.outcome != "content_filter"
    stopped = sample.outcome if sample.outcome in ("refusal", "content_filter") else None
    return {
        "status": "answered" if answered else "empty",
        "answer": sample.answer if answered else None,
        "thoughts": sample.thoughts,
        "answered_by": sample.answered_by,
        "error": sample.error or (stopped if not answered else None),
        "finish_reason": stopped or sample.finish_reason,
    }
