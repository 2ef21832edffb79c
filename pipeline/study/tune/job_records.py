"""What an endpoint tells of its fine-tuning jobs, validated: strict records, and step metrics."""

import base64
import binascii
import contextlib
import csv
import io
import math
from typing import Any

import msgspec

from pipeline.study import jobs
from pipeline.study.files import TrainingStep
from pipeline.study.jobs import Id, Name
from pipeline.study.scrub import Scrub

ENDED = ("succeeded", "failed", "cancelled")
UNDER_WAY = ("validating_files", "queued", "pending", "running", "cancelling")
"""The states of a job that are known; one in any other needs a person to look at it."""

METRICS = {
    "loss": "train_loss",
    "accuracy": "train_accuracy",
    "valid_loss": "valid_loss",
    "valid_accuracy": "valid_mean_token_accuracy",
}
"""Our name of each column of the result file."""


class Trouble(msgspec.Struct):
    """Why a job failed."""

    message: str | None = None


class Job(msgspec.Struct):
    """A job, and what became of it."""

    id: Id
    status: Name
    training_file: str | None = None
    fine_tuned_model: Name | None = None
    trained_tokens: Any = None
    result_files: list[Id] | None = None
    error: Trouble | None = None

    @property
    def billed_tokens(self) -> int | None:
        """The tokens it trained on, where it says so in a way to be believed."""
        told = self.trained_tokens
        is_count = isinstance(told, int) and not isinstance(told, bool)
        return told if is_count and 0 < told < 2**53 else None


class Events(msgspec.Struct):
    """A page of a list of events, any of which may be odd."""

    data: list[Any]

    @property
    def messages(self) -> list[str]:
        """What those say that say something."""
        told = (event.get("message") for event in self.data if isinstance(event, dict))
        return [text for text in told if isinstance(text, str)]


class _JobPage(msgspec.Struct):
    """A page of a list of jobs, any of which may be odd."""

    data: list[dict[str, Any]]


def job_of(content: bytes, file_id: str, scrub: Scrub) -> Job | None:
    """The job that a file is the training set of, if a list of jobs has it.

    Raises:
        NotUnderstood: where that job, or the list, is not understood.
    """
    for told in jobs.read(content, _JobPage, scrub).data:
        if told.get("training_file") == file_id:
            return jobs.converted(told, Job)
    return None


def read_metrics(content: bytes) -> list[TrainingStep]:
    """The steps of a result file (CSV, which some servers send in base64)."""
    if b"step" not in content[:200]:
        try:
            content = base64.b64decode(content, validate=True)
        except binascii.Error:
            return []
    steps = []
    try:
        for row in csv.DictReader(io.StringIO(content.decode("utf-8", "replace"))):
            with contextlib.suppress(KeyError, TypeError, ValueError):
                steps.append(_step(row))
    except csv.Error:  # a field without end
        pass
    return steps


def _step(row: dict[str, Any]) -> TrainingStep:
    number = int(row["step"][:15])
    metrics = {
        name: float(row[column]) if row.get(column) else None for name, column in METRICS.items()
    }
    told: dict[str, Any] = {
        name: value if value is not None and math.isfinite(value) else None
        for name, value in metrics.items()
    }
    return TrainingStep(step=number, **told)
