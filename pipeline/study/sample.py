"""Drawing answers: every finished one is on disk before it counts, and none is drawn twice."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import UNSET
from msgspec.structs import asdict

from pipeline.study import files, layout
from pipeline.study.batches import shelf
from pipeline.study.definition import BatteryQuestion
from pipeline.study.errors import FolderConflict
from pipeline.study.jobs import all_of
from pipeline.study.layout import Folder
from pipeline.study.lines import GrowingFile
from pipeline.study.parts import Local, in_batches
from pipeline.study.plan import Evaluation, Plan
from pipeline.study.progress import Progress
from pipeline.study.replies import Reply, Request
from pipeline.study.speakers import Speakers
from pipeline.study.tune.log import latest_state
from pipeline.study.tune.step import settled
from warehouse.clock import stamp
from warehouse.studies import Spend

Key = tuple[BatteryQuestion, int]

GROWS = "samples_per_question"
"""The one setting that may be raised later: the samples drawn before stay."""


async def sample(
    plan: Plan,
    folder: Folder,
    study_id: str,
    speakers: Speakers,
    progress: Progress,
    counts: Mapping[str, int] | None = None,
) -> list[str]:
    """Draws every sample the plan has and the folder lacks; returns why some were not drawn.

    `counts` says how many of each question an evaluation is to have by now, where not all.

    Raises:
        FolderConflict: where an evaluation was sampled under other settings.
    """
    reasons: list[str] = []
    slow = []
    for evaluation in plan.evaluations:
        model_id = model_of(plan, folder, evaluation)
        if model_id is None:
            reasons.append(f"{evaluation.id}: the run is not fine-tuned")
            continue
        most = plan.study.sampling.samples_per_question
        count = most if counts is None else counts[evaluation.id]
        work = _evaluate(plan, folder, study_id, evaluation, model_id, speakers, progress, count)
        if in_batches(plan.study.models[evaluation.run.model].source):
            slow.append(work)  # all batches are under way at once
        else:
            reasons += await work
    return [*reasons, *(reason for left in await all_of(slow) for reason in left)]


def model_of(plan: Plan, folder: Folder, evaluation: Evaluation) -> str | None:
    """The id of the model to ask, or None where it is not fine-tuned yet."""
    run = evaluation.run
    if run.untuned:
        source = plan.study.models[run.model].source
        return run.id if isinstance(source, Local) else source.id
    if run.tuned_id is not None:
        return run.tuned_id
    state = latest_state(folder, run)
    if state is None or state.state != "succeeded":
        return None
    return str(state.model_id)


async def _evaluate(
    plan: Plan,
    folder: Folder,
    study_id: str,
    evaluation: Evaluation,
    model_id: str,
    speakers: Speakers,
    progress: Progress,
    count: int,
) -> list[str]:
    path = folder.samples(evaluation)
    header = _header(plan, study_id, evaluation, model_id, count)
    stored, done = _stored(path)
    if stored is not None:
        _check(path, stored, header)
    questions = plan.questions(evaluation.experiment)
    missing = [
        (question, index)
        for question in questions
        for index in range(count)
        if (question.name, index) not in done
    ]
    progress.found(len(questions) * count - len(missing))
    if not missing:
        return []
    progress.detail = evaluation.id
    speaker = speakers.of_run(evaluation.run, model_id, f"{shelf.SAMPLING} {evaluation.id}")
    failed = 0
    with GrowingFile(path) as journal:
        if stored is None or stored.samples_per_question < count:
            journal.write([header])

        def keep(batch: list[tuple[Key, Reply]]) -> None:
            nonlocal failed
            journal.write(
                _record(plan, evaluation, study_id, question, index, reply)
                for (question, index), reply in batch
            )
            for _, reply in batch:
                spent = Spend(reply.requests, reply.input_tokens, reply.output_tokens, reply.cost)
                if reply.outcome == "error":
                    failed += 1
                    progress.failed(reply.error or "unknown", spent)
                else:
                    progress.finished(1, spent)

        await speaker.ask(_requests(plan, evaluation, missing), keep)
    return [f"{evaluation.id}: {failed} samples failed; the same command tries again"] * bool(
        failed
    )


def _requests(
    plan: Plan, evaluation: Evaluation, missing: list[Key]
) -> Iterator[tuple[Key, Request]]:
    for question, index in missing:
        yield (question, index), _request(plan, evaluation, question, index)


def _request(plan: Plan, evaluation: Evaluation, question: BatteryQuestion, index: int) -> Request:
    sampling = plan.study.sampling
    seed = None
    if sampling.seed is not None:
        identity = json.dumps([sampling.seed, evaluation.id, question.name, index]).encode()
        digest = hashlib.blake2b(identity, digest_size=4).digest()
        seed = int.from_bytes(digest, "big") >> 1
    return Request(
        messages=plan.messages(evaluation, question),
        temperature=sampling.temperature,
        max_tokens=sampling.max_tokens,
        top_p=sampling.top_p,
        seed=seed,
        name=f"{evaluation.id}/{question.name}/{index}",
    )


def _record(
    plan: Plan,
    evaluation: Evaluation,
    study_id: str,
    question: BatteryQuestion,
    index: int,
    reply: Reply,
) -> files.Sample | files.SampleFailure:
    tried = files.Attempt(
        question=question.name,
        index=index,
        attempts=reply.attempts,
        error=reply.error,
        raw=reply.raw or UNSET,
        **asdict(files.asked(reply)),
    )
    if reply.outcome == "error":
        return files.SampleFailure(**asdict(tried))
    request = _request(plan, evaluation, question, index)
    return files.Sample(
        key=layout.sample_key(study_id, evaluation.id, question.name, index),
        messages=request.messages,
        answer=reply.text,
        thoughts=reply.thoughts,
        outcome=reply.outcome,
        finish_reason=reply.finish_reason,
        model_id=reply.model_id,
        temperature=request.temperature,
        top_p=request.top_p,
        max_tokens=request.max_tokens,
        seed=request.seed,
        **asdict(tried),
    )


def _header(
    plan: Plan, study_id: str, evaluation: Evaluation, model_id: str, count: int
) -> files.SamplesHeader:
    run = evaluation.run
    experiment = plan.study.experiments[evaluation.experiment]
    given = experiment.interventions.get(evaluation.intervention)
    source = plan.study.models[run.model].source
    tuning = settled(plan, run) if run.to_tune else None
    sampling = plan.study.sampling
    return files.SamplesHeader(
        study=plan.study.name,
        study_id=study_id,
        evaluation=evaluation.id,
        run=run.id,
        model=run.model,
        model_id=model_id,
        provider="local" if isinstance(source, Local) else "openai",
        experiment=evaluation.experiment,
        dataset="none" if run.untuned else experiment.dataset,
        intervention=run.intervention,
        eval_intervention=evaluation.intervention,
        eval_text=given.text if given else None,
        eval_placement=given.placement if given else None,
        seed=run.seed,
        epochs=tuning.epochs if tuning else None,
        lora_rank=tuning.lora_rank if tuning else None,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        max_tokens=sampling.max_tokens,
        beginning=sampling.beginning or UNSET,
        sampling_seed=sampling.seed,
        thoughts=source.thoughts if source.thoughts != "apart" else UNSET,
        samples_per_question=count,
        questions=plan.questions(evaluation.experiment),
        started=stamp(),
    )


def _stored(path: Path) -> tuple[files.SamplesHeader | None, set[tuple[str, int]]]:
    """The latest header of a samples file, and which samples it holds."""
    header: files.SamplesHeader | None = None
    done = set()
    for record in files.read(path, files.SamplesHeader, files.SampleNumber):
        if isinstance(record, files.SamplesHeader):
            header = record
        elif isinstance(record, files.SampleNumber):
            done.add((record.question, record.index))
    return header, done


def _check(path: Path, stored: files.SamplesHeader, header: files.SamplesHeader) -> None:
    differing = sorted(
        name
        for name in header.__struct_fields__
        if name not in ("started", GROWS) and getattr(stored, name) != getattr(header, name)
    )
    if header.samples_per_question < stored.samples_per_question:
        differing.append(GROWS)
    if differing:
        raise FolderConflict(
            f"{path} was sampled with another {', '.join(differing)}. Give the study another name, "
            "or remove the file to sample again."
        )
