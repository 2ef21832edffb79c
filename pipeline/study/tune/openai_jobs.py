"""Fine-tuning jobs of an OpenAI-compatible endpoint, picked up again after any crash."""

import asyncio
from typing import Any

import msgspec
from openai import AsyncOpenAI

from pipeline.errors import UsageError
from pipeline.study import conversation, jobs
from pipeline.study.budget import Meter
from pipeline.study.definition import FineTuning
from pipeline.study.errors import EndpointRefused
from pipeline.study.files import TrainingStep
from pipeline.study.jobs import Jobs
from pipeline.study.parts import Endpoint
from pipeline.study.tune import job_records
from pipeline.study.tune.job_records import ENDED, UNDER_WAY, Events, Job
from pipeline.study.tune.log import RunLog
from warehouse.studies import Run, Spend

RECENT_JOBS = 100

TRIES_BESIDE = 3
"""How often what stands beside a model is asked for: it is worth no long wait."""

UNUSED = (
    "learning_rate",
    "lora_rank",
    "lora_alpha",
    "lora_dropout",
    "warmup_ratio",
    "weight_decay",
    "scheduler",
)
"""Settings that such jobs cannot be told."""


def settings(given: FineTuning) -> FineTuning:
    """The settings as they are sent.

    Raises:
        UsageError: for a setting such jobs cannot be told.
    """
    unused = [name for name in UNUSED if getattr(given, name) is not None]
    if unused:
        raise UsageError(
            f"fine_tuning.{unused[0]} cannot be set for fine-tuning jobs of an endpoint; they take "
            "epochs, batch_size and learning_rate_multiplier."
        )
    return given


class OpenAIJobs:
    """Uploads the training set, creates the job, and follows it to its end."""

    def __init__(self, endpoint: Endpoint, meter: Meter) -> None:
        self.endpoint = endpoint
        self.meter = meter
        self._jobs = Jobs(endpoint, "fine-tuning")

    async def tune(self, run: Run, log: RunLog) -> str | None:
        """Goes on from the log's last state; see `tune.Backend`.

        Raises:
            BudgetReached: before anything is sent that could pass the budget.
        """
        self.meter.require_open()
        most = self._most(log)
        # By its name, a job that a killed process left under way is not counted twice.
        ticket = self.meter.reserve(most, f"tune:{run.id}")
        known = {state.state: state for state in log.states}
        created = known.get("created")
        async with self._jobs.client() as client:
            try:
                file_id = await self._jobs.uploaded(client, log, log.data, "fine-tune")
            except BaseException:
                self.meter.settle(ticket, Spend())
                raise
            # From here on there may be a job, which costs what it costs whatever happens to us.
            job_id = (
                str(created.job_id)
                if created
                else await self._create(client, run, log, file_id, "creating" in known)
            )
            job = await self._ended(client, job_id)
            if job.status not in ENDED:
                return self._left(job, run)
            actual = self._cost(job, most)
            await self._record(client, log, job, actual)
            self.meter.settle(ticket, actual)
        return None

    async def _create(
        self, client: AsyncOpenAI, run: Run, log: RunLog, file_id: str, begun: bool
    ) -> str:
        """Creates the job; one that a killed process may have created is looked for first.

        Every run uploads its own file, so the file tells the jobs apart.
        """
        raw = client.fine_tuning.jobs.with_raw_response
        if begun:
            found = await self._found(client, file_id)
            if found is not None:
                log.state("created", job_id=found.id, found=True)
                return found.id
        log.state("creating")
        hyperparameters: dict[str, Any] = {
            "n_epochs": log.settings.epochs,
            "batch_size": log.settings.batch_size,
        }
        if log.settings.learning_rate_multiplier is not None:
            hyperparameters["learning_rate_multiplier"] = log.settings.learning_rate_multiplier
        parameters: dict[str, Any] = {
            "model": self.endpoint.id,
            "training_file": file_id,
            "method": {"type": "supervised", "supervised": {"hyperparameters": hyperparameters}},
            "suffix": _suffix(run),
        }
        if run.seed is not None:
            parameters["seed"] = run.seed
        # Not retried: a request that timed out may have created the job, and the next run of the
        # command finds it by its file.
        job = await self._jobs.told(Job, lambda: raw.create(**parameters), tries=1)
        log.state("created", job_id=job.id)
        return job.id

    async def _found(self, client: AsyncOpenAI, file_id: str) -> Job | None:
        """The job that a file is the training set of, if there is one."""
        raw = client.fine_tuning.jobs.with_raw_response
        return await self._jobs.patiently(
            lambda: raw.list(limit=RECENT_JOBS),
            lambda content: job_records.job_of(content, file_id, self._jobs.scrub),
        )

    def _most(self, log: RunLog) -> Spend:
        """More than the job can cost: its tokens counted as bytes."""
        tokens = log.settings.epochs * sum(
            conversation.most_tokens(example) for example in conversation.read_examples(log.data)
        )
        return self._priced(tokens)

    def _priced(self, tokens: int) -> Spend:
        price = self.endpoint.price
        return Spend(1, tokens, 0, price.training * tokens / 1e6 if price else 0.0)

    def _cost(self, job: Job, most: Spend) -> Spend:
        """What a job that ended cost: by its own count, else the most, or nothing if it failed."""
        if job.billed_tokens is not None:
            return self._priced(job.billed_tokens)
        return Spend(requests=1) if job.status == "failed" else most

    async def _ended(self, client: AsyncOpenAI, job_id: str) -> Job:
        """The job when it is no longer under way."""
        raw = client.fine_tuning.jobs.with_raw_response
        while True:
            job = await self._jobs.told(Job, lambda: raw.retrieve(job_id))
            if job.status not in UNDER_WAY:
                return job
            await asyncio.sleep(jobs.POLL_SECONDS)

    def _left(self, job: Job, run: Run) -> str:
        """Why a job is not waited for any longer, and what to do."""
        status = self._jobs.scrub.line(job.status)
        what = "is paused" if status == "paused" else f"has the unknown status {status!r}"
        return (
            f"{run.id}: its fine-tuning job {job.id} {what}. Look at it at {self.endpoint.url}: "
            "resume it there and run the same command to go on, or cancel it with "
            "`brittlescope study tune --cancel`."
        )

    async def _record(self, client: AsyncOpenAI, log: RunLog, job: Job, cost: Spend) -> None:
        """Records how the job ended, with what it said on the way."""
        log.events(await self._said(client, job))
        spent = msgspec.structs.asdict(cost)
        if job.status == "succeeded" and job.fine_tuned_model:
            metrics = await self._metrics(client, job.result_files or [])
            log.steps(metrics)
            losses = [step.loss for step in metrics]
            log.state(
                "succeeded",
                model_id=job.fine_tuned_model,
                final_loss=losses[-1] if losses else None,
                **spent,
            )
            return
        reason = (job.error.message if job.error else None) or "no reason given"
        if job.status == "succeeded":
            reason = "it succeeded, but names no model"
        status = "failed" if job.status == "succeeded" else job.status
        log.state(status, reason=self._jobs.scrub.line(reason), **spent)

    async def _said(self, client: AsyncOpenAI, job: Job) -> list[str]:
        """What a job that ended said on its way; its model is kept whatever becomes of that."""
        raw = client.fine_tuning.jobs.with_raw_response
        try:
            page = await self._jobs.told(
                Events, lambda: raw.list_events(job.id, limit=RECENT_JOBS), TRIES_BESIDE
            )
        except EndpointRefused as error:
            return [f"its events cannot be read ({error})"]
        return [self._jobs.scrub.line(text) for text in reversed(page.messages)]

    async def _metrics(self, client: AsyncOpenAI, files: list[str]) -> list[TrainingStep]:
        if not files:
            return []
        raw = client.files.with_raw_response
        try:
            return await self._jobs.patiently(
                lambda: raw.content(files[0]), job_records.read_metrics, TRIES_BESIDE
            )
        except EndpointRefused:
            return []

    async def cancel(self, log: RunLog) -> bool:
        """Cancels the run's job, where one is under way; whether it did.

        One that ended before is left for `tune` to take up: it may have a model.
        """
        known = {state.state: state for state in log.states}
        async with self._jobs.client() as client:
            raw = client.fine_tuning.jobs.with_raw_response
            job_id = str(known["created"].job_id) if "created" in known else None
            if job_id is None and "creating" in known:  # a killed process may have created it
                found = await self._found(client, str(known["uploaded"].file_id))
                job_id = found.id if found else None
            if job_id is None:
                return False
            try:
                job = await self._jobs.told(Job, lambda: raw.cancel(job_id))
            except EndpointRefused:
                job = await self._jobs.told(Job, lambda: raw.retrieve(job_id))
                if job.status not in ENDED:
                    raise
            if job.status in ENDED and job.status != "cancelled":
                return False
            log.state("cancelled", reason="cancelled on request")
            return True


def _suffix(run: Run) -> str:
    name = f"{run.experiment}-{run.intervention}-s{run.seed}"
    return name[:64]
