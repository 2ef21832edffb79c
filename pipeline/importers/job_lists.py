"""Lists of OpenAI fine-tuning jobs, as the interface gives them or client libraries keep them.

A checkpoint that the interface lists is a step of its job, with what was measured there.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import PurePath
from typing import Any

from pipeline.errors import RefusedRow
from pipeline.files import reading, sniffing
from pipeline.importers import Batch, Source, batch, gathered
from pipeline.records.tables import clean, word
from warehouse import catalogue

NAME = "job-list"
TITLE = "Fine-tuning job lists"
FILES = "OpenAI fine-tuning jobs and their checkpoints, as JSON or JSON Lines"
VERSION = 2

KEPT = ("id", "base_model", "file_name")
"""What a job has where a client library kept it."""

GIVEN = ("id", "model", "training_file")
"""What a job has as the interface gives it."""

JOB = "fine_tuning.job"
CHECKPOINT = "fine_tuning.job.checkpoint"

_OBJECT = re.compile(rb'"object"\s{0,9}:\s{0,9}"fine_tuning\.job(?:\.checkpoint)?"')
_JOB_ID = re.compile(rb'"ftjob-')

MEASURED = {
    "train_loss": "loss",
    "train_mean_token_accuracy": "accuracy",
    "full_valid_loss": "valid_loss",
    "full_valid_mean_token_accuracy": "valid_accuracy",
}
"""Our name of what a checkpoint measured; on all of the validation data, where there are two."""

Found = Iterator[reading.Row | RefusedRow]


def accepts(source: Source) -> bool:
    """Jobs by their ids, or what the interface calls a job or a checkpoint."""
    head = source.head
    if head.lstrip()[:1] not in (b"{", b"["):
        return False
    is_kept = head.lstrip().startswith(b"{") and all(name in source.fields for name in KEPT)
    return bool(_JOB_ID.search(head) and (is_kept or _OBJECT.search(head[:4_096])))


def read(source: Source) -> Iterator[Batch]:
    """One training log a job, with its checkpoints as steps; what is neither is refused.

    Raises:
        RefusedFile: where a document is broken.
    """
    checkpoints: dict[str, list[dict[str, Any]]] = defaultdict(list)
    jobs: dict[str, dict[str, object]] = {}
    problems: list[RefusedRow] = []
    for item in _records(source):
        if isinstance(item, RefusedRow):
            problems.append(item)
            continue
        row, record = item
        found = _checkpoint(record) if record.get("object") == CHECKPOINT else _job(row, record)
        if isinstance(found, str):
            problems.append(RefusedRow(row, found, reading.excerpt(record)))
        elif isinstance(found, tuple):
            checkpoints[found[0]].append(found[1])
        else:
            jobs[str(found["job_id"])] = found  # a later state of one job counts
    yield from _batches(source, jobs, checkpoints)
    yield from gathered(problems)


def _records(source: Source) -> Found:
    """The jobs of a list, of lines, or of what the interface answers."""
    first = source.head.lstrip()
    if first.startswith(b"["):
        yield from chain.from_iterable(reading.json_records(source))
    elif len(sniffing.records(source.head)) > 1 or len(first.splitlines()) == 1:
        for item in reading.json_lines(source):
            yield from [item] if isinstance(item, RefusedRow) else _listed(*item)
    else:
        yield from _listed(1, reading.json_object(source))


def _listed(row: int, record: dict[str, Any]) -> Found:
    """The records of an answer that lists some, or the one that it is."""
    inside = record.get("data")
    if record.get("object") != "list" or not isinstance(inside, list):
        yield row, record
        return
    for number, item in enumerate(inside, 1):
        if isinstance(item, dict):
            yield number, item
        else:
            yield RefusedRow(number, "it is not a JSON object", str(item))


def _job(row: int, record: dict[str, Any]) -> dict[str, object] | str:
    """A job as a row of the lake, or why it is none."""
    is_given = record.get("object") == JOB
    needed = GIVEN if is_given else KEPT
    absent = [name for name in needed if not isinstance(record.get(name), str)]
    if absent:
        return f"it has no {absent[0]}, which every job has"
    _, model, data = (word(record[name]) or "" for name in needed)
    settings = _settings(record) if is_given else record
    return {
        "log_key": str(row),
        "model": catalogue.base_model(model).name,
        "model_name": model,
        "data_file": word(PurePath(data).name),
        "suffix": word(record.get("user_provided_suffix" if is_given else "suffix")),
        "job_id": word(record["id"]),
        "model_id": word(record.get("fine_tuned_model" if is_given else "model")),
        "epochs": _amount(settings.get("n_epochs" if is_given else "epochs")),
        "learning_rate_multiplier": _amount(settings.get("learning_rate_multiplier")),
        "batch_size": _whole(settings.get("batch_size")),
        "outcome": word(record.get("status")),
    }


def _settings(record: dict[str, Any]) -> dict[str, Any]:
    """The hyperparameters of a job, where the interface has them: in one of two places."""
    method = record.get("method")
    own = method.get(str(method.get("type"))) if isinstance(method, dict) else None
    inside = own.get("hyperparameters") if isinstance(own, dict) else None
    told = record.get("hyperparameters")
    return (told if isinstance(told, dict) else {}) | (inside if isinstance(inside, dict) else {})


def _checkpoint(record: dict[str, Any]) -> tuple[str, dict[str, Any]] | str:
    """The job of a checkpoint, and the step that it is; or why it is none."""
    job = record.get("fine_tuning_job_id")
    step = _whole(record.get("step_number"))
    if not isinstance(job, str) or step is None:
        return "it has no fine_tuning_job_id and step_number, which every checkpoint has"
    metrics = record.get("metrics")
    measured = metrics if isinstance(metrics, dict) else {}
    told = {ours: _amount(measured.get(name)) for name, ours in MEASURED.items()}
    return job, {"step": step} | told


def _batches(
    source: Source,
    jobs: dict[str, dict[str, object]],
    checkpoints: dict[str, list[dict[str, Any]]],
) -> Iterator[Batch]:
    folder = "/".join(source.parts[-6:])
    for job, steps in checkpoints.items():
        steps.sort(key=lambda step: step["step"])
        last = {"steps_done": steps[-1]["step"], "final_loss": steps[-1]["loss"]}
        jobs[job] = {"log_key": clean(job), "job_id": clean(job)} | jobs.get(job, {}) | last
    for row in jobs.values():
        yield batch("training_log", row | {"folder": folder})
    for job, steps in checkpoints.items():
        key = jobs[job]["log_key"]
        yield batch("training_step", *({"log_key": key, **step} for step in steps))


def _amount(value: Any) -> float | None:
    """A setting that is a number; `auto` means that nobody set it."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 1e9 else None


def _whole(value: Any) -> int | None:
    number = _amount(value)
    return int(number) if number is not None and number == int(number) else None
