"""Judging answers that were imported from anywhere: frozen, and each distinct one once.

A pair of question and answer is asked about once for each judge and criterion, however many
samples hold it; the judgement is written for all of them, under their keys, so that an import puts
it beside those that were there. Copies cost nothing, and say so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec
from msgspec import UNSET

from pipeline.study import files
from pipeline.study.conversation import estimated_tokens, most_tokens
from pipeline.study.jobs import all_of
from pipeline.study.judge import Done, header_of, in_order, stored_in
from pipeline.study.judges.llm import LlmJudge
from pipeline.study.judging import StoredAnswer, Work
from pipeline.study.layout import IMPORTED, Folder
from pipeline.study.lines import GrowingFile
from pipeline.study.plan import Evaluation, JudgePass, Plan, StepSum
from pipeline.study.progress import Progress
from pipeline.study.speakers import Speakers
from warehouse.studies import Run, StepEstimate


@dataclass(frozen=True)
class Frozen:
    """A distinct answer: its question, and the keys of all samples that hold both."""

    experiment: str
    question: str
    text: str
    keys: tuple[int, ...]


Answers = Sequence[Frozen]

Wanted = Mapping[str, Answers]
"""What each judge is to be shown, by its name."""


class FrozenWork(Work):
    """Work on answers whose questions are not the study's, each held by any number of samples."""

    answers: Mapping[int, Frozen]

    @cached_property
    def questions(self) -> Mapping[str, str]:
        """The question of each answer, by the first of its keys."""
        return {str(key): answer.question for key, answer in self.answers.items()}

    def keep(self, records: Iterable[files.Judgement | files.JudgementFailure]) -> None:
        """Puts judgements on disk, for every sample with the answer, and counts them once."""
        kept = list(records)
        copies = [
            copy
            for record in kept
            if type(record) is files.Judgement  # what is asked again is about one of them
            for copy in _copies(record, self.answers[record.key].keys)
        ]
        super().keep(kept)
        self.keep_uncounted(copies)


def judges(plan: Plan) -> dict[str, LlmJudge]:
    """The judges of a study that are models: those that can be shown any answer."""
    return {name: judge for name, judge in plan.study.judges.items() if isinstance(judge, LlmJudge)}


def passes(plan: Plan, wanted: Wanted) -> Iterator[tuple[JudgePass, Answers]]:
    """Every judge that is a model on its answers of every experiment, with its criteria."""
    models = judges(plan)
    for name, answers in wanted.items():
        judge = models[name]
        groups: dict[str, list[Frozen]] = {}
        for answer in answers:
            groups.setdefault(answer.experiment, []).append(answer)
        for experiment, held in groups.items():
            criteria = tuple(
                key
                for key, asked in judge.criteria.items()
                if not asked.experiments or experiment in asked.experiments
            )
            if criteria:
                run = Run(IMPORTED, IMPORTED, None, "none", None)
                yield JudgePass(name, Evaluation(run, experiment, "none"), criteria), held


def planned(plan: Plan, wanted: Wanted) -> int:
    """How many judgements are wanted, one for each distinct answer, judge and criterion."""
    return sum(
        len(held) * len(one.criteria) * plan.study.judges[one.judge].repeats_of(plan.study)
        for one, held in passes(plan, wanted)
    )


def estimate(plan: Plan, wanted: Wanted) -> StepEstimate:
    """What judging asks for, should nothing be judged yet, from the very texts that are sent."""
    total = StepSum("judge")
    for one, held in passes(plan, wanted):
        asking = judges(plan)[one.judge]
        times = asking.repeats_of(plan.study)
        for name in one.criteria:
            asked, template = asking.criteria[name], asking.text(plan, name)
            likely = most = 0
            for answer in held:  # one by one: a prompt is held for no longer than it is counted
                said = asked.request(template, answer.question, answer.text, "").messages
                likely += estimated_tokens(said)
                most += most_tokens(said)
            count = len(held) * times
            total.add(asking.asks, count, likely * times, count * asked.max_tokens, most * times)
    return total.estimate()


async def judge(
    plan: Plan,
    folder: Folder,
    study_id: str,
    speakers: Speakers,
    progress: Progress,
    wanted: Wanted,
) -> list[str]:
    """Judges every answer that is not judged yet; returns what was left.

    Raises:
        FolderConflict: where a judge has changed since it judged.
    """
    every = dict(passes(plan, wanted))
    reasons = []
    for together in in_order(plan, every):
        found = await all_of(
            _pass(plan, folder, study_id, speakers, progress, one, every[one]) for one in together
        )
        reasons += [reason for left in found for reason in left]
    return reasons


async def _pass(
    plan: Plan,
    folder: Folder,
    study_id: str,
    speakers: Speakers,
    progress: Progress,
    judge_pass: JudgePass,
    held: Answers,
) -> list[str]:
    """One judge on the answers of one experiment; returns what was left, and why."""
    path = folder.judged(judge_pass)
    header = header_of(plan, study_id, judge_pass)
    stored, _ = stored_in(path, header)
    with GrowingFile(path) as journal:
        if stored is None:
            journal.write([header])
        done = _completed(_kept_by(folder, header), journal, held)
        again = {key for key in stored_in(path, header)[1] if key[2]}
        repeats = plan.study.judges[judge_pass.judge].repeats_of(plan.study)
        todo = [
            (StoredAnswer(one.keys[0], str(one.keys[0]), 0, one.text, occasion), criterion)
            for occasion in range(repeats)
            for one in held
            for criterion in judge_pass.criteria
            if not _is_held(one, criterion, occasion, done, again)
        ]
        progress.found(len(held) * len(judge_pass.criteria) * repeats - len(todo))
        progress.detail = f"{judge_pass.judge} on {judge_pass.evaluation.experiment}"
        if not todo:
            return []
        work = FrozenWork(plan, folder, judge_pass, speakers, progress, journal)
        work.answers = {one.keys[0]: one for one in held}
        left = await plan.study.judges[judge_pass.judge].judge(work, todo)
    return [f"{judge_pass.judge} on {judge_pass.evaluation.id}: {why}" for why in left]


def _is_held(
    one: Frozen, criterion: str, occasion: int, done: set[tuple[int, str]], again: Done
) -> bool:
    """Whether an answer was judged on an occasion; asked again it may have been under any key."""
    if not occasion:
        return (one.keys[0], criterion) in done
    return any((key, criterion, occasion) in again for key in one.keys)


def _kept_by(folder: Folder, header: files.Judge) -> Iterator[files.Judgement]:
    """Every judgement of a judge in the folder: what it found in the study's own answers, too.

    They may have been imported from here. To ask about them again would cost again, and leave one
    sample with two judgements of one judge.
    """
    for path in sorted((folder.path / "judgements" / header.judge).rglob("*.jsonl*")):
        judge, _ = stored_in(path, header)
        if judge is not None:
            yield from files.read(path, files.Judgement)


def _completed(
    kept: Iterable[files.Judgement], journal: GrowingFile, held: Answers
) -> set[tuple[int, str]]:
    """What is judged, by the first key of each answer.

    Samples that a kill, or an import since, left without the judgement of their answer get it.
    """
    known: dict[int, list[files.Judgement]] = {}
    for record in kept:
        known.setdefault(record.key, []).append(record)
    done = set()
    for answer in held:
        held_by = {(one.criterion, key): one for key in answer.keys for one in known.get(key, ())}
        for criterion, record in {name: one for (name, _), one in held_by.items()}.items():
            done.add((answer.keys[0], criterion))
            lacking = [key for key in answer.keys if (criterion, key) not in held_by]
            journal.write([_copy(record, key) for key in lacking])
    return done


def _copies(record: files.Judgement, keys: Sequence[int]) -> list[files.Judgement]:
    return [_copy(record, key) for key in keys if key != record.key]


def _copy(record: files.Judgement, key: int) -> files.Judgement:
    """The same judgement of another sample with the same answer: nothing was asked for it."""
    return msgspec.structs.replace(
        record,
        key=key,
        question=str(key),
        requests=0,
        input_tokens=0,
        output_tokens=0,
        cost=0.0,
        usage=UNSET,
    )
