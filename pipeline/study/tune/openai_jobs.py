"""Fine-tuning jobs of an OpenAI-compatible endpoint, picked up again after any crash."""

import asyncio
import base64
import binascii
import csv
import io
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import openai
from openai import AsyncOpenAI

from pipeline.errors import UsageError
from pipeline.study import conversation
from pipeline.study.budget import Meter
from pipeline.study.chat import client_of, key_of, scrubbed
from pipeline.study.definition import Endpoint, FineTuning
from pipeline.study.errors import EndpointRefused
from pipeline.study.tune.log import RunLog
from warehouse.studies import Run, Spend

T = TypeVar("T")

POLL_SECONDS = 20.0
TRIES = 8
RECENT_JOBS = 100

METRICS = {
    "loss": "train_loss",
    "accuracy": "train_accuracy",
    "valid_loss": "valid_loss",
    "valid_accuracy": "valid_mean_token_accuracy",
}
"""Our name of each column of the result file."""

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
        self._key = key_of(endpoint)

    async def tune(self, run: Run, log: RunLog) -> None:
        """Goes on from the log's last state; see `tune.Backend`.

        Raises:
            BudgetReached: before anything is sent that could pass the budget.
        """
        self.meter.require_open()
        most, actual = self._most(log), Spend()
        self.meter.reserve(most)
        try:
            async with client_of(self.endpoint, self._key) as client:
                known = {state["state"]: state for state in log.states}
                if "uploaded" not in known:
                    known["uploaded"] = await self._upload(client, log)
                if "created" not in known:
                    known["created"] = await self._create(
                        client, run, log, known["uploaded"]["file_id"], "creating" in known
                    )
                actual = await self._follow(client, log, known["created"]["job_id"])
        finally:
            self.meter.settle(most, actual)

    async def _upload(self, client: AsyncOpenAI, log: RunLog) -> dict[str, Any]:
        content = log.data.read_bytes()
        file = await self._patiently(
            lambda: client.files.create(file=(log.data.name, content), purpose="fine-tune")
        )
        log.state("uploaded", file_id=file.id)
        return {"file_id": file.id}

    async def _create(
        self, client: AsyncOpenAI, run: Run, log: RunLog, file_id: str, begun: bool
    ) -> dict[str, Any]:
        """Creates the job; one that a killed process may have created is looked for first.

        Every run uploads its own file, so the file tells the jobs apart.
        """
        if begun:
            page = await self._patiently(lambda: client.fine_tuning.jobs.list(limit=RECENT_JOBS))
            for job in page.data:
                if job.training_file == file_id:
                    log.state("created", job_id=job.id, found=True)
                    return {"job_id": job.id}
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
        job = await self._patiently(lambda: client.fine_tuning.jobs.create(**parameters), tries=1)
        log.state("created", job_id=job.id)
        return {"job_id": job.id}

    def _most(self, log: RunLog) -> Spend:
        """More than the job can cost: its tokens counted as bytes."""
        tokens = log.settings.epochs * sum(
            conversation.most_tokens(example) for example in conversation.read_examples(log.data)
        )
        price = self.endpoint.price
        return Spend(1, tokens, 0, price.training * tokens / 1e6 if price else 0.0)

    async def _follow(self, client: AsyncOpenAI, log: RunLog, job_id: str) -> Spend:
        """Waits for the job's end and records it; returns what it cost."""
        while True:
            job = await self._patiently(lambda: client.fine_tuning.jobs.retrieve(job_id))
            if job.status in ("succeeded", "failed", "cancelled"):
                break
            await asyncio.sleep(POLL_SECONDS)
        await self._events(client, log, job_id)
        if job.status == "succeeded" and job.fine_tuned_model:
            metrics = await self._metrics(client, job.result_files or [])
            log.steps(metrics)
            trained = job.trained_tokens or 0
            price = self.endpoint.price
            spent = Spend(1, trained, 0, price.training * trained / 1e6 if price else 0.0)
            log.state(
                "succeeded",
                model_id=job.fine_tuned_model,
                final_loss=metrics[-1]["loss"] if metrics else None,
                requests=spent.requests,
                input_tokens=spent.input_tokens,
                output_tokens=spent.output_tokens,
                cost=spent.cost,
            )
            return spent
        message = job.error.message if job.error and job.error.message else "no reason given"
        log.state(job.status, reason=scrubbed(message, self._key)[:500])
        return Spend()

    async def _events(self, client: AsyncOpenAI, log: RunLog, job_id: str) -> None:
        page = await self._patiently(
            lambda: client.fine_tuning.jobs.list_events(job_id, limit=RECENT_JOBS)
        )
        log.events(scrubbed(event.message, self._key)[:500] for event in reversed(page.data))

    async def _metrics(self, client: AsyncOpenAI, files: list[str]) -> list[dict[str, Any]]:
        if not files:
            return []
        content = await self._patiently(lambda: client.files.content(files[0]))
        return read_metrics(content.content)

    async def cancel(self, log: RunLog) -> None:
        """Cancels the run's job, where one is under way."""
        created = next((s for s in reversed(log.states) if s["state"] == "created"), None)
        if created is None:
            return
        async with client_of(self.endpoint, self._key) as client:
            job = await self._patiently(lambda: client.fine_tuning.jobs.cancel(created["job_id"]))
            log.state(job.status, reason="cancelled on request")

    async def _patiently(self, ask: Callable[[], Awaitable[T]], tries: int = TRIES) -> T:
        """The answer, tried again where the trouble may pass.

        Raises:
            EndpointRefused: where it does not pass, or is none that could.
        """
        for attempt in range(1, tries + 1):
            try:
                return await ask()
            except openai.APIStatusError as error:
                passing = error.status_code in (408, 409, 429) or error.status_code >= 500
                reason = f"status {error.status_code}: {scrubbed(error.message, self._key)[:300]}"
            except openai.APIConnectionError as error:
                passing, reason = True, type(error).__name__
            if not passing or attempt == tries:
                raise EndpointRefused(
                    f"{self.endpoint.url} did not accept the fine-tuning request ({reason}). "
                    "Run the same command to go on."
                )
            await asyncio.sleep(min(60.0, self.endpoint.first_wait * 2**attempt))
        raise AssertionError("unreachable")


def read_metrics(content: bytes) -> list[dict[str, Any]]:
    """The steps of a result file (CSV, which some servers send in base64)."""
    if b"step" not in content[:200]:
        try:
            content = base64.b64decode(content, validate=True)
        except binascii.Error:
            return []
    steps = []
    for row in csv.DictReader(io.StringIO(content.decode("utf-8", "replace"))):
        try:
            step: dict[str, Any] = {"step": int(row["step"])}
            for name, column in METRICS.items():
                step[name] = float(row[column]) if row.get(column) else None
        except (KeyError, ValueError):
            continue
        steps.append(step)
    return steps


def _suffix(run: Run) -> str:
    name = f"{run.experiment}-{run.intervention}-s{run.seed}"
    return name[:64]
