"""Judging frozen answers: raw replies are kept, whatever is made of them."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET

from pipeline.study import fence, files, parsing
from pipeline.study.conversation import Message
from pipeline.study.definition import (
    Lexicon,
    Likelihood,
    LlmCriterion,
    LlmJudge,
    Local,
    Overlap,
    Parser,
    Question,
    Reparse,
    RuleJudge,
    plain,
)
from pipeline.study.errors import FolderConflict
from pipeline.study.layout import Folder, Journal
from pipeline.study.plan import Evaluation, JudgePass, Plan
from pipeline.study.progress import Progress
from pipeline.study.replies import Reply, Request
from pipeline.study.rule_judges import LexiconJudge, OverlapJudge, Percentiles
from pipeline.study.speakers import Speakers
from warehouse.shards import now
from warehouse.studies import Spend

LEAST_REFERENCE = 10
"""With fewer answers of the untuned model there is no percentile among them."""


@dataclass(frozen=True)
class Answer:
    """A stored answer, as far as a judge needs it."""

    key: int
    question: str
    index: int
    text: str

    @property
    def digest(self) -> str:
        """What ties a judgement to exactly this text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


Done = set[tuple[int, str]]
"""Sample key and criterion."""


async def judge(
    plan: Plan,
    folder: Folder,
    study_id: str,
    speakers: Speakers,
    progress: Progress,
    only: str | None = None,
) -> list[str]:
    """Judges every answer the plan wants judged and the folder lacks; returns what was left.

    Raises:
        FolderConflict: where a judge has changed since it judged.
    """
    reasons = []
    for judge_pass in plan.passes:
        if only in (None, judge_pass.judge):
            reasons += await _Pass(plan, folder, study_id, judge_pass, speakers, progress).run()
    return reasons


class _Pass:
    """One judge on one evaluation."""

    def __init__(
        self,
        plan: Plan,
        folder: Folder,
        study_id: str,
        judge_pass: JudgePass,
        speakers: Speakers,
        progress: Progress,
    ) -> None:
        self.plan = plan
        self.folder = folder
        self.study_id = study_id
        self.judge_pass = judge_pass
        self.evaluation = judge_pass.evaluation
        self.judge = plan.study.judges[judge_pass.judge]
        self.speakers = speakers
        self.progress = progress
        self.path = folder.judged(judge_pass)
        self.failed = 0

    async def run(self) -> list[str]:
        answers = list(self.answers())
        if not answers:
            return [f"{self.path.parent.name}/{self.evaluation.name}: no answers to judge yet"]
        header = self.header()
        stored, done = self.stored(header)
        wanted = len(answers) * len(self.judge_pass.criteria)
        open_ = [
            (answer, criterion)
            for answer in answers
            for criterion in self.judge_pass.criteria
            if (answer.key, criterion) not in done
        ]
        self.progress.planned -= self.plan.judged_by(self.judge_pass) - wanted
        self.progress.found(wanted - len(open_))
        if not open_:
            return []
        self.progress.detail = f"{self.judge_pass.judge} on {self.evaluation.id}"
        with Journal(self.path) as self.journal:
            if stored is None:
                self.journal.write([header])
            match self.judge:
                case RuleJudge():
                    reasons = self.by_rule(self.judge, open_)
                case LlmJudge():
                    reasons = await self.by_model(self.judge, open_)
                case Reparse():
                    reasons = self.again(self.judge, open_)
        return [f"{self.judge_pass.judge} on {self.evaluation.id}: {why}" for why in reasons]

    def answers(self) -> Iterator[Answer]:
        judge = self.judge
        if isinstance(judge, Reparse):
            judge = self.plan.study.judges[judge.of]
        first = judge.first if isinstance(judge, LlmJudge) else None
        for drawn in files.read(self.folder.samples(self.evaluation), files.Drawn):
            is_wanted = first is None or drawn.index < first
            if is_wanted and drawn.answer.strip() and drawn.outcome != "content_filter":
                yield Answer(drawn.key, drawn.question, drawn.index, drawn.answer)

    def header(self) -> files.Judge:
        # Of all the judge's criteria, not only this experiment's: it is one judge everywhere.
        criteria = self.plan.asked(self.judge_pass.judge)
        described: dict[str, Any] = {key: plain(asked) for key, asked in criteria.items()}
        texts = {key: _text(self.plan, asked) for key, asked in criteria.items()}
        source = getattr(self.judge, "source", None)
        if isinstance(self.judge, Reparse):
            original = self.plan.study.judges[self.judge.of]
            source = getattr(original, "source", None)
            for key, parser in self.judge.criteria.items():
                described[key]["parse"] = plain(parser)
        name = source.weights if isinstance(source, Local) else getattr(source, "id", None)
        fixed: dict[str, Any] = {
            "kind": "rule" if isinstance(self.judge, RuleJudge) else "llm",
            "name": name or self.judge_pass.judge,
            "of": getattr(self.judge, "of", None),
            "criteria": described,
            "texts": texts,
        }
        version = hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()[:12]
        return files.Judge(
            study=self.plan.study.name,
            study_id=self.study_id,
            judge=self.judge_pass.judge,
            prompt_version=version,
            evaluation=self.evaluation.id,
            **fixed,
        )

    @property
    def criteria(self) -> tuple[str, ...]:
        return self.judge_pass.criteria

    def stored(self, header: files.Judge) -> tuple[files.JudgeOf | None, Done]:
        found: files.JudgeOf | None = None
        done: Done = set()
        for record in files.read(self.path, files.JudgeOf, files.Judged):
            if isinstance(record, files.JudgeOf):
                found = record
            elif isinstance(record, files.Judged):
                done.add((record.key, record.criterion))
        if found is not None and found.prompt_version != header.prompt_version:
            raise FolderConflict(
                f"{self.path} was written by another version of the judge "
                f"{self.judge_pass.judge}. Give the changed judge another name; the answers are "
                "kept and can be judged by both."
            )
        return found, done

    def keep(self, records: Iterable[files.Judgement | files.JudgementFailure]) -> None:
        kept = list(records)
        self.journal.write(kept)
        for record in kept:
            if isinstance(record, files.JudgementFailure):
                self.failed += 1
                self.progress.failed(record.error or "unknown", _spend(record))
            else:
                self.progress.finished(1, _spend(record))

    def judgement(
        self, answer: Answer, criterion: str, reading: parsing.Reading, raw: str, **more: Any
    ) -> files.Judgement:
        return files.Judgement(
            key=answer.key,
            question=answer.question,
            index=answer.index,
            criterion=criterion,
            status=reading.status,
            score=reading.score,
            label=reading.label,
            raw=raw,
            answer_digest=answer.digest,
            **more,
        )

    # Rules

    def by_rule(self, rules: RuleJudge, open_: list[tuple[Answer, str]]) -> list[str]:
        reasons = []
        for criterion in self.criteria:
            answers = [answer for answer, key in open_ if key == criterion]
            rule = rules.criteria[criterion]
            if not answers:
                continue
            match rule:
                case Likelihood():
                    reasons += self.by_likelihood(criterion, rule, answers)
                case Lexicon() | Overlap():
                    reader = self.reader(rule)
                    self.keep(
                        self.judgement(answer, criterion, *reader.read(answer.text))
                        for answer in answers
                    )
        return reasons

    def reader(self, rule: Lexicon | Overlap) -> LexiconJudge | OverlapJudge:
        completions = [
            example[-1].content for example in self.plan.examples(self.evaluation.experiment)
        ]
        if isinstance(rule, Overlap):
            return OverlapJudge(completions, rule.words)
        return LexiconJudge(self.plan.lexicon(rule), completions, rule.lexicon)

    def by_likelihood(self, criterion: str, rule: Likelihood, answers: list[Answer]) -> list[str]:
        source = self.plan.study.models[self.evaluation.run.model].source
        if not isinstance(source, Local):
            return [f"{criterion} needs the untuned model's weights, and it answers elsewhere"]
        values = self.mean_logprobs(source, rule, answers)
        reference = self.reference(criterion)
        if self.evaluation == self.untuned():
            reference = [*reference, *values.values()]
        if len(reference) < LEAST_REFERENCE:
            return [
                f"{criterion} places answers among the untuned model's own, of which "
                f"{len(reference)} are judged; {LEAST_REFERENCE} are needed"
            ]
        percentiles = Percentiles(reference)
        self.keep(
            self.judgement(
                answer,
                criterion,
                parsing.Reading("scored", score=percentiles.of(values[answer.key])),
                f"{values[answer.key]:.4f} per token",
                value=values[answer.key],
            )
            for answer in answers
        )
        return []

    def untuned(self) -> Evaluation:
        """The same model's untuned evaluation on the same battery, without intervention."""
        return next(
            evaluation
            for evaluation in self.plan.evaluations
            if evaluation.run.untuned
            and evaluation.run.model == self.evaluation.run.model
            and evaluation.experiment == self.evaluation.experiment
            and evaluation.intervention == "none"
        )

    def reference(self, criterion: str) -> list[float]:
        path = self.folder.judgements(self.judge_pass.judge, self.untuned())
        return [
            judged.value
            for judged in files.read(path, files.Judged)
            if judged.criterion == criterion and judged.value is not None
        ]

    def mean_logprobs(
        self, source: Local, rule: Likelihood, answers: list[Answer]
    ) -> dict[int, float]:
        loaded = self.speakers.weights(source)
        values: dict[int, float] = {}
        for question in self.plan.questions(self.evaluation.experiment):
            asked = [answer for answer in answers if answer.question == question.name]
            if asked:
                prompt = (Message("user", question.text),)
                texts = [answer.text for answer in asked]
                scores = loaded.mean_logprobs(prompt, texts, rule.max_tokens)
                values |= dict(zip((answer.key for answer in asked), scores, strict=True))
        return values

    # Models

    async def by_model(self, judge: LlmJudge, open_: list[tuple[Answer, str]]) -> list[str]:
        templates = {key: self.plan.text(judge.criteria[key].prompt) for key in self.criteria}
        questions = {q.name: q for q in self.plan.questions(self.evaluation.experiment)}

        def keep(batch: list[tuple[tuple[Answer, str], Reply]]) -> None:
            self.keep(
                self.replied(answer, key, judge.criteria[key].parse, reply)
                for (answer, key), reply in batch
            )

        speaker = self.speakers.of_judge(judge.source)
        await speaker.ask(
            (
                (
                    (answer, key),
                    _request(
                        judge.criteria[key], templates[key], questions[answer.question], answer
                    ),
                )
                for answer, key in open_
            ),
            keep,
        )
        return [f"{self.failed} judgements failed; the same command tries again"] * bool(
            self.failed
        )

    def replied(
        self, answer: Answer, key: str, parser: Parser, reply: Reply
    ) -> files.Judgement | files.JudgementFailure:
        spent: dict[str, Any] = {
            "requests": reply.requests,
            "input_tokens": reply.input_tokens,
            "output_tokens": reply.output_tokens,
            "cost": reply.cost,
            "usage": "told" if reply.is_usage_told else "assumed",
            "answered_by": reply.answered_by,
            "at": now(),
        }
        if reply.outcome == "error":
            return files.JudgementFailure(
                question=answer.question,
                index=answer.index,
                criterion=key,
                error=reply.error,
                raw=reply.raw or UNSET,
                **spent,
            )
        return self.judgement(
            answer,
            key,
            parsing.read_reply(parser, reply),
            reply.text,
            thoughts=reply.thoughts,
            outcome=reply.outcome,
            finish_reason=reply.finish_reason,
            model_id=reply.model_id,
            logprobs=reply.logprobs,
            **spent,
        )

    # Stored replies

    def again(self, judge: Reparse, open_: list[tuple[Answer, str]]) -> list[str]:
        wanted = {(answer.key, key): answer for answer, key in open_}
        read = []
        path = self.folder.judgements(judge.of, self.evaluation)
        for judged in files.read(path, files.Judged):
            answer = wanted.get((judged.key, judged.criterion))
            if answer is None:
                continue
            reply = judged.reply
            reading = parsing.read_reply(judge.criteria[judged.criterion], reply)
            read.append(
                self.judgement(
                    answer,
                    judged.criterion,
                    reading,
                    reply.text,
                    thoughts=reply.thoughts,
                )
            )
        self.keep(read)
        left = len(wanted) - len(read)
        return [f"{left} answers have no reply of {judge.of} yet"] * bool(left)


def _request(asked: LlmCriterion, template: str, question: Question, answer: Answer) -> Request:
    return Request(
        messages=(Message("user", fence.prompt(template, question.text, answer.text)),),
        temperature=asked.temperature,
        max_tokens=asked.max_tokens,
        top_logprobs=asked.top_logprobs,
    )


def _spend(record: files.Judgement | files.JudgementFailure) -> Spend:
    """What a judgement cost; one by a rule, nothing."""
    if record.requests is UNSET:
        return Spend()
    told = msgspec.structs.asdict(record)
    return msgspec.convert({name: told[name] for name in Spend.__struct_fields__}, Spend)


def _text(plan: Plan, asked: Any) -> str:
    """The prompt or lexicon a criterion's meaning depends on."""
    name = getattr(asked, "prompt", None) or getattr(asked, "lexicon", None)
    return plan.text(name) if name else ""
