"""Fine-tuning every run of the plan that is not fine-tuned yet."""

import asyncio

from pipeline.study.definition import FineTuning
from pipeline.study.jobs import all_of
from pipeline.study.layout import Folder
from pipeline.study.parts import Endpoint
from pipeline.study.plan import Plan
from pipeline.study.progress import Progress
from pipeline.study.speakers import Speakers
from pipeline.study.tune import Backend, local_lora, openai_jobs
from pipeline.study.tune.local_lora import LocalLora
from pipeline.study.tune.log import RunLog, latest_state
from pipeline.study.tune.openai_jobs import OpenAIJobs
from warehouse.studies import Run

JOBS_AT_ONCE = 4
"""Fine-tuning jobs under way at one endpoint."""


async def tune(plan: Plan, folder: Folder, speakers: Speakers, progress: Progress) -> list[str]:
    """Fine-tunes what is missing; returns which runs failed, and why.

    A run that failed stays failed: remove its file under `runs` to try it again.

    Raises:
        FolderConflict: where a run was fine-tuned under other settings.
    """
    remote = []
    for run in plan.runs:
        if not run.to_tune:
            continue
        log = RunLog(plan, folder, run, settled(plan, run))
        if ended(folder, run):
            _count(folder, run, progress, before=True)
        elif isinstance(plan.study.models[run.model].source, Endpoint):
            remote.append((run, log))
        else:
            progress.detail = run.id
            await _backend(plan, run, speakers).tune(run, log)
            _count(folder, run, progress)
            await asyncio.sleep(0)  # an interrupt is heeded between runs
    left = await _together(plan, folder, speakers, progress, remote)
    failed = [reason for run in plan.runs if run.to_tune and (reason := _failure(folder, run))]
    return [*left, *failed]


async def cancel(plan: Plan, folder: Folder, speakers: Speakers) -> list[str]:
    """Cancels every job under way at an endpoint; returns their runs."""
    cancelled = []
    for run in plan.runs:
        if not run.to_tune or ended(folder, run) or latest_state(folder, run) is None:
            continue
        backend = _backend(plan, run, speakers)
        if isinstance(backend, OpenAIJobs):
            log = RunLog(plan, folder, run, settled(plan, run))
            if await backend.cancel(log):
                cancelled.append(run.id)
    return cancelled


def settled(plan: Plan, run: Run) -> FineTuning:
    """The settings a run is fine-tuned with, defaults filled in.

    Raises:
        UsageError: for a setting the backend cannot honour.
    """
    given = plan.study.models[run.model].fine_tuning or plan.study.fine_tuning
    if isinstance(plan.study.models[run.model].source, Endpoint):
        return openai_jobs.settings(given)
    return local_lora.settings(given)


def ended(folder: Folder, run: Run) -> bool:
    """Whether the run has succeeded, or failed for good."""
    state = latest_state(folder, run)
    return state is not None and state.state in ("succeeded", "failed", "cancelled")


async def _together(
    plan: Plan,
    folder: Folder,
    speakers: Speakers,
    progress: Progress,
    remote: list[tuple[Run, RunLog]],
) -> list[str]:
    """Fine-tunes at endpoints; returns which runs were left on the way, and why."""
    places = asyncio.Semaphore(JOBS_AT_ONCE)
    left: list[str] = []

    async def one(run: Run, log: RunLog) -> None:
        async with places:
            reason = await _backend(plan, run, speakers).tune(run, log)
            if reason:
                left.append(reason)
                progress.failed(reason)
            else:
                _count(folder, run, progress)

    await all_of(one(*pair) for pair in remote)
    return left


def _backend(plan: Plan, run: Run, speakers: Speakers) -> Backend:
    source = plan.study.models[run.model].source
    if isinstance(source, Endpoint):
        return OpenAIJobs(source, speakers.meter)
    return LocalLora(speakers.weights(source))


def _count(folder: Folder, run: Run, progress: Progress, *, before: bool = False) -> None:
    reason = _failure(folder, run)
    if reason:
        progress.failed(reason)
    elif before:
        progress.found(1)
    else:
        progress.finished()


def _failure(folder: Folder, run: Run) -> str | None:
    state = latest_state(folder, run)
    if state is None or state.state not in ("failed", "cancelled"):
        return None
    return f"{run.id}: fine-tuning {state.state} ({state.reason})"
