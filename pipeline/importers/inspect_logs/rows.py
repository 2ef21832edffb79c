"""A log's samples as rows of the lake, many at a time."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

from pipeline.errors import RefusedRow
from pipeline.importers import Batch, Source, batch
from pipeline.importers.inspect_logs import log, scores, transcript
from pipeline.importers.inspect_logs.log import Header, LogSample
from pipeline.importers.inspect_logs.mapped import Mapped
from pipeline.importers.inspect_logs.scores import Scored
from pipeline.records.held import Held, Question, questions, status
from pipeline.records.repeats import Repeats
from pipeline.records.tables import clean
from warehouse import catalogue

LIMITED = "length"
ENDINGS = {"max_tokens": LIMITED, "model_length": LIMITED, "unknown": None}
"""Inspect's words for how an answer ended that are not ours."""


class _ToCompare(NamedTuple):
    """What a sample that repeats another is compared by."""

    answer: str | None
    question: str
    judged: list[Scored]

    @property
    def content(self) -> int:
        """A number, the same for the same; it is asked for where samples may repeat others."""
        said = (f"{criterion}\0{scorer}\0{stored}" for criterion, scorer, _, stored in self.judged)
        outcomes = (one.outcome for one in self.judged if not isinstance(one.outcome, str))
        words = dict.fromkeys(raw or "" for *_, raw in outcomes)  # values of a score share them
        whole = "\0".join((self.question, self.answer or "", *said, *words))
        hashed = blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=8)
        return int.from_bytes(hashed.digest(), "big", signed=True)


class LogReader:
    """What is known of a log so far: its questions, its scorers, and which samples are there."""

    def __init__(self, source: Source, header: Header) -> None:
        self.source = source
        self.header = header
        self.key = header.eval.eval_id or header.eval.run_id or source.path.stem
        meaning = source.meaning
        self.mapped = Mapped(meaning, header) if meaning and meaning.dimensions else None
        self.questions: dict[Question, int] = {}
        self.scorers: dict[str, None] = {}
        self.criteria: dict[str, None] = {}
        self.there: set[tuple[str, int]] = set()
        self.held = Held()
        self.repeats = Repeats(source.first_key)
        self.told: list[tuple[int, int, int, _ToCompare]] = []  # of the samples that are held
        self.last = self.left_out = 0

    def take(self, number: int, content: bytes) -> Iterator[Batch | RefusedRow]:
        """One sample; rows are handed on when enough of them came together."""
        self.last = max(self.last, number)
        try:
            sample = log.sample(content)
        except ValueError as error:
            raw = content[:2_000].decode("utf-8", "replace")
            yield RefusedRow(number, f"it is no sample of an Inspect log ({error})", raw)
            return
        try:
            evaluation = self.mapped.key(sample) if self.mapped else self.key
        except ValueError as error:
            yield RefusedRow(number, clean(str(error)), content[:2_000].decode("utf-8", "replace"))
            return
        yield from self._sample(number, evaluation, sample)
        if self.held.is_full:
            self._look_for_repeats()
        yield from self.held.flush()

    def rest(self) -> Iterator[Batch]:
        """What is still held, and the samples that were planned and are not in the log."""
        for name in self.header.eval.dataset.sample_ids or []:
            for epoch in range(1, (self.header.eval.config.epochs or 1) + 1):
                if (str(name), epoch) not in self.there:
                    self._not_there(str(name), epoch)
        self._look_for_repeats()
        yield from self.held.flush(last=True)

    def _sample(self, number: int, evaluation: str, sample: LogSample) -> Iterator[RefusedRow]:
        asked, answered = transcript.asked(sample), transcript.answered(sample)
        name = str(sample.id)
        self.there.add((name, sample.epoch))
        key = self.source.key(number)
        text, error = answered.text, _error(sample, answered.text)
        question = self._question(evaluation, name, asked.text, asked.system_prompt)
        ended = ENDINGS.get(answered.ended or "", answered.ended)
        self._keep(
            number, evaluation, question, sample.epoch, status(text, error),
            text, answered.thoughts, error, ended, transcript.conversation(sample),
        )  # fmt: skip
        judged = list(scores.of(sample, self.source.meaning))
        self.told.append((number, question, sample.epoch, _ToCompare(text, asked.text, judged)))
        for scored in judged:
            outcome = scored.outcome
            if isinstance(outcome, str):
                yield RefusedRow(number, f"its {clean(scored.criterion)} {outcome}", scored.stored)
                outcome = ("unparsed", None, None, clean(scored.stored))
            self.scorers.setdefault(scored.scorer)
            self.criteria.setdefault(scored.criterion)
            self.held.judgement(key, clean(scored.criterion), clean(scored.scorer), *outcome)

    def _look_for_repeats(self) -> None:
        if self.told:
            rows, questions, epochs, said = map(list, zip(*self.told, strict=True))
            self.repeats.take(rows, questions, epochs, lambda: [one.content for one in said])
            self.told.clear()

    def _keep(
        self,
        number: int,
        evaluation: str,
        question: int,
        epoch: int,
        became: str,
        answer: str | None = None,
        thoughts: str | None = None,
        error: str | None = None,
        ended: str | None = None,
        conversation: str | None = None,
    ) -> None:
        texts = (None if text is None else clean(text) for text in (answer, thoughts, error, ended))
        key = self.source.key(number)
        self.held.sample(key, evaluation, question, epoch, number, became, *texts, conversation)

    def _not_there(self, name: str, epoch: int) -> None:
        asked = ((whose, key) for (whose, own, *_), key in self.questions.items() if own == name)
        known = next(asked, None)
        if known is None:
            self.left_out += 1  # what it asked is told nowhere
            return
        self.last += 1
        self._keep(self.last, *known, epoch, "missing", error="the log ends before it")

    def _question(self, evaluation: str, name: str, text: str, system: str | None) -> int:
        identity = (evaluation, name, clean(text), None if system is None else clean(system))
        return self.questions.setdefault(identity, len(self.questions))

    def context(self) -> Iterator[Batch]:
        """The evaluation, its questions and its judges."""
        task = self.header.eval
        experiment = catalogue.experiment_named(task.task) or clean(task.task)
        row: dict[str, object] = {
            "evaluation_key": self.key,
            "experiment": experiment,
            "model": task.named_model,
            "model_id": clean(task.model),
            "dataset": "unrecorded",
            "intervention": "unrecorded",
            "eval_intervention": "none",
            "folder": f"inspect/{clean(task.model)}",
            "seed": None,
            "temperature": self.header.temperature,
            "max_tokens": self.header.max_tokens,
            "evaluated_at": clean(task.created) if task.created else None,
            "is_numbered": True,
        }
        yield from self.mapped.context(row) if self.mapped else [batch("evaluation", row)]
        yield questions(self.questions)
        for scorer in self.scorers:
            yield batch("judge", {"judge_key": clean(scorer), **scores.judge(scorer, self.header)})
        for criterion in self.criteria:
            if ends := scores.scale(criterion, self.source.meaning):
                told = {"criterion": clean(criterion), "none": ends[0], "full": ends[1]}
                yield batch("scale", told)
        yield from self.repeats.batches()


def _error(sample: LogSample, answer: str | None) -> str | None:
    """Why a sample came to nothing, where it did."""
    told = sample.error.message if sample.error else sample.output.error
    if told is None and sample.limit is not None and answer is None:
        told = f"its {sample.limit.type} limit was reached"
    return clean(told[:2_000]) if told else None
