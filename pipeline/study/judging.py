"""One judge at work on one evaluation: the answers, and where judgements are kept."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec
from msgspec import UNSET, UnsetType

from pipeline.study import files
from pipeline.study.batches import shelf
from pipeline.study.layout import Folder
from pipeline.study.lines import GrowingFile
from pipeline.study.plan import Evaluation, JudgePass, Plan
from pipeline.study.progress import Progress
from pipeline.study.replies import Reading, Reply
from pipeline.study.speakers import Speakers
from warehouse.studies import Spend


@dataclass(frozen=True)
class StoredAnswer:
    """A stored answer, as far as a judge needs it."""

    key: int
    question: str
    index: int
    text: str
    occasion: int = 0
    """0 for the judgement that counts; from 1 for those asked for once more."""

    @property
    def digest(self) -> str:
        """What ties a judgement to exactly this text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


Open = list[tuple[StoredAnswer, str]]
"""Answers and the criteria that they are not judged on yet."""


class Work:
    """What a kind of judge needs of the study, and puts into it."""

    def __init__(
        self,
        plan: Plan,
        folder: Folder,
        judge_pass: JudgePass,
        speakers: Speakers,
        progress: Progress,
        journal: GrowingFile,
    ) -> None:
        self.plan = plan
        self.folder = folder
        self.name = judge_pass.judge
        self.evaluation = judge_pass.evaluation
        self.criteria = judge_pass.criteria
        self.speakers = speakers
        self.failed = 0
        self._progress = progress
        self._journal = journal

    @property
    def scope(self) -> str:
        """What tells it from all other work of the study, the same at every start."""
        return f"{shelf.JUDGING} {self.name} on {self.evaluation.id}"

    @property
    def completions(self) -> list[str]:
        """What the examples of the evaluation's experiment teach to say."""
        examples = self.plan.examples(self.evaluation.experiment)
        return [example[-1].content for example in examples]

    @property
    def questions(self) -> Mapping[str, str]:
        """The texts of the questions, by their names."""
        return {q.name: q.text for q in self.plan.questions(self.evaluation.experiment)}

    def kept(self, judge: str, evaluation: Evaluation) -> Iterator[files.StoredJudgement]:
        """The judgements that a judge has made of an evaluation."""
        return files.read(self.folder.judgements(judge, evaluation), files.StoredJudgement)

    def keep(self, records: Iterable[files.Judgement | files.JudgementFailure]) -> None:
        """Puts judgements on disk, and counts them."""
        kept = list(records)
        self._journal.write(kept)
        for record in kept:
            if isinstance(record, files.JudgementFailure):
                self.failed += 1
                self._progress.failed(record.error or "unknown", _spend(record))
            else:
                self._progress.finished(1, _spend(record))

    def keep_uncounted(self, records: Iterable[files.Judgement]) -> None:
        """Puts judgements on disk that stand for no work of their own."""
        if kept := list(records):
            self._journal.write(kept)

    def judgement(
        self,
        answer: StoredAnswer,
        criterion: str,
        reading: Reading,
        raw: str,
        thoughts: files.Optional = UNSET,
        value: float | UnsetType = UNSET,
    ) -> files.Judgement:
        """The record of a reading, with the judge's own words."""
        found = files.Judgement(
            key=answer.key,
            question=answer.question,
            index=answer.index,
            criterion=criterion,
            status=reading.status,
            score=reading.score,
            label=reading.label,
            raw=raw,
            thoughts=thoughts,
            value=value,
            answer_digest=answer.digest,
        )
        if not answer.occasion:
            return found
        return files.RepeatedJudgement(**msgspec.structs.asdict(found), occasion=answer.occasion)

    def replied(
        self, answer: StoredAnswer, criterion: str, reading: Reading, reply: Reply
    ) -> files.Judgement | files.JudgementFailure:
        """The record of a model's reply."""
        spent = msgspec.structs.asdict(files.asked(reply))
        if reply.outcome == "error":
            return files.JudgementFailure(
                question=answer.question,
                index=answer.index,
                criterion=criterion,
                error=reply.error,
                raw=reply.raw or UNSET,
                **spent,
            )
        return msgspec.structs.replace(
            self.judgement(answer, criterion, reading, reply.text, reply.thoughts),
            outcome=reply.outcome,
            finish_reason=reply.finish_reason,
            model_id=reply.model_id,
            logprobs=reply.logprobs,
            **spent,
        )


def _spend(record: files.Judgement | files.JudgementFailure) -> Spend:
    """What a judgement cost; one by a rule, nothing."""
    return Spend(
        record.requests or 0, record.input_tokens or 0, record.output_tokens or 0, record.cost or 0
    )
