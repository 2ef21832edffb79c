"""Judging frozen answers: raw replies are kept, whatever is made of them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from pipeline.study import files
from pipeline.study.errors import FolderConflict
from pipeline.study.jobs import all_of
from pipeline.study.judging import StoredAnswer, Work
from pipeline.study.layout import Folder
from pipeline.study.lines import GrowingFile
from pipeline.study.parts import Local, in_batches
from pipeline.study.plan import JudgePass, Plan
from pipeline.study.progress import Progress
from pipeline.study.speakers import Speakers

Done = set[tuple[int, str, int]]
"""Sample key, criterion and occasion."""


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
    for together in in_order(plan, (one for one in plan.passes if only in (None, one.judge))):
        found = await all_of(
            _pass(plan, folder, study_id, judge_pass, speakers, progress) for judge_pass in together
        )
        reasons += [reason for left in found for reason in left]
    return reasons


def in_order(plan: Plan, passes: Iterable[JudgePass]) -> list[list[JudgePass]]:
    """The passes in the order in which they are gone through, those that go together as one.

    Batches take hours, so all that go in batches are under way at once. They come after what is
    done meanwhile, and before whoever reads their replies again.
    """
    judges = plan.study.judges
    slow = {name for name, judge in judges.items() if in_batches(judge.asks)}
    every = list(passes)
    batched = [one for one in every if one.judge in slow]
    after = [one for one in every if judges[one.judge].reads_again in slow]
    first = [[one] for one in every if one not in batched and one not in after]
    return [*first, *([batched] if batched else []), *([one] for one in after)]


async def _pass(
    plan: Plan,
    folder: Folder,
    study_id: str,
    judge_pass: JudgePass,
    speakers: Speakers,
    progress: Progress,
) -> list[str]:
    """One judge on one evaluation."""
    path, evaluation = folder.judged(judge_pass), judge_pass.evaluation
    answers = list(_answers(plan, folder, judge_pass))
    if not answers:
        return [f"{path.parent.name}/{evaluation.name}: no answers to judge yet"]
    header = header_of(plan, study_id, judge_pass)
    stored, done = stored_in(path, header)
    repeats = plan.study.judges[judge_pass.judge].repeats_of(plan.study)
    todo = [
        (replace(answer, occasion=occasion), criterion)
        for occasion in range(repeats)
        for answer in answers
        for criterion in judge_pass.criteria
        if (answer.key, criterion, occasion) not in done
    ]
    wanted = len(answers) * len(judge_pass.criteria) * repeats
    progress.planned -= plan.judged_by(judge_pass) - wanted
    progress.found(wanted - len(todo))
    if not todo:
        return []
    progress.detail = f"{judge_pass.judge} on {evaluation.id}"
    with GrowingFile(path) as journal:
        if stored is None:
            journal.write([header])
        work = Work(plan, folder, judge_pass, speakers, progress, journal)
        reasons = await plan.study.judges[judge_pass.judge].judge(work, todo)
    return [f"{judge_pass.judge} on {evaluation.id}: {why}" for why in reasons]


def _answers(plan: Plan, folder: Folder, judge_pass: JudgePass) -> Iterator[StoredAnswer]:
    first = plan.study.judges[judge_pass.judge].first_of(plan.study)
    for drawn in files.read(folder.samples(judge_pass.evaluation), files.StoredSample):
        is_wanted = first is None or drawn.index < first
        if is_wanted and drawn.answer.strip() and drawn.outcome != "content_filter":
            yield StoredAnswer(drawn.key, drawn.question, drawn.index, drawn.answer)


def header_of(plan: Plan, study_id: str, judge_pass: JudgePass) -> files.Judge:
    """The header of the file of a pass."""
    # Of all the judge's criteria, not only this experiment's: it is one judge everywhere.
    judge = plan.study.judges[judge_pass.judge]
    source = judge.answers_from(plan.study)
    name = source.weights if isinstance(source, Local) else source.id if source else None
    return files.Judge(
        study=plan.study.name,
        study_id=study_id,
        judge=judge_pass.judge,
        evaluation=judge_pass.evaluation.id,
        kind=judge.written_as,
        name=name or judge_pass.judge,
        of=judge.reads_again,
        variant_of=judge.words_otherwise,
        criteria=judge.described(plan.study),
        texts={key: judge.text(plan, key) for key in judge.asked(plan.study)},
    )


def stored_in(path: Path, header: files.Judge) -> tuple[files.JudgeOf | None, Done]:
    """The judge that a file is of, and what it holds.

    Raises:
        FolderConflict: where the judge has changed since.
    """
    found: files.JudgeOf | None = None
    done: Done = set()
    for record in files.read(path, files.JudgeOf, files.StoredJudgement, files.JudgedAgain):
        if isinstance(record, files.JudgeOf):
            found = record
        elif isinstance(record, files.StoredJudgement):
            done.add((record.key, record.criterion, 0))
        elif isinstance(record, files.JudgedAgain):
            done.add((record.key, record.criterion, record.occasion))
    if found is not None and found.prompt_version != header.prompt_version:
        raise FolderConflict(
            f"{path} was written by another version of the judge {header.judge}. Give the changed "
            "judge another name; the answers are kept and can be judged by both."
        )
    return found, done
