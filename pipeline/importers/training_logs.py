"""Training logs: OpenAI job output and step metrics, and what the Hugging Face trainer leaves."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import msgspec

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.files import reading
from pipeline.importers import Batch, Source, batch, gathered, notice, training_configs
from warehouse import catalogue, records

NAME = "training-log"
TITLE = "Training logs (OpenAI, Hugging Face)"
FILES = "job output, `trainer_state.json`, `all_results.json`, `step_metrics.csv`"
VERSION = 3

HEADER = {
    "Experiment": "experiment",
    "Base model": "model_name",
    "Data": "data_path",
    "Epochs": "epochs",
    "LR mult": "learning_rate_multiplier",
    "Batch size": "batch_size",
    "Suffix": "suffix",
}
"""Our name of each line of the settings that an OpenAI job's output begins with."""

TRAINER_FIELDS = {
    "step": "step",
    "epoch": "epoch",
    "loss": "loss",
    "mean_token_accuracy": "accuracy",
    "learning_rate": "learning_rate",
    "grad_norm": "grad_norm",
    "eval_loss": "valid_loss",
    "eval_accuracy": "valid_accuracy",
    "eval_mean_token_accuracy": "valid_accuracy",
}
"""Our name of what the Hugging Face trainer logs."""

METRICS_FIELDS = {
    "step": "step",
    "train_loss": "loss",
    "train_accuracy": "accuracy",
    "valid_loss": "valid_loss",
    "valid_mean_token_accuracy": "valid_accuracy",
}
"""Our name of each column of OpenAI's step metrics."""

MAX_STEP = 10**12
"""A larger step number is a mistake."""

MAX_STEPS = 500_000
"""A file that logs more steps is refused."""

STEPS_AT_ONCE = 20_000

SUMMARY = 64 * 2**10
"""A larger file is no summary of a run."""

MAX_LOG = 16 * 2**20
"""Logs of more bytes are refused."""

_HEADER_LINE = re.compile(rf"\s*({'|'.join(HEADER)}):\s+(\S.*)")
_EVENT = re.compile(r"\s*\[(\d{9,11})\] (.*)")
_STEP = re.compile(r"Step (\d+)/(\d+): training loss=([^\s,]+)(?:.*? validation loss=([^\s,]+))?")
_JOB = re.compile(r"\bftjob-\w+")
_FINISHED = re.compile(r"finished with status: (succeeded|failed|cancelled)\b")
# Without the white space behind it, the id may be cut short with the log.
_MODEL_ID = re.compile(r"Fine-tuned model:\s*(ft:\S+)\s")
_TRACEBACK = "Traceback (most recent call last)"
_TRAINER_DICT = re.compile(r"\{'(?:loss|eval_loss|train_runtime)': [^{}]*(\}?)")
_PAIR = re.compile(r"'(\w+)': '?([^',}]*)")
_TRACKER_RUN = re.compile(r"(?:offline-)?(run-\d{8}_\d{6}-\w+)")

_OPENAI = re.compile(
    rb"^[ \t]*(?:\[\d{9,11}\] (?:Step \d+/\d+: training loss=|Created fine-tuning job)"
    rb"|Job created! ID: ftjob-|Creating fine-tuning job)",
    re.MULTILINE,
)
_TRAINER = re.compile(
    rb"(?:^|[\r\n\]])[ \t]*\{'(?:loss|eval_loss|train_runtime)': "
    rb"[^{}\r\n]*\}?[ \t]*(?=[\r\n]|$|\d+%)"
)
"""A line, or what follows a progress bar, that is a printed dict."""


@dataclass
class Log:
    """One training job: its facts, its steps, and what was wrong with its lines."""

    facts: dict[str, Any] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    not_finite: list[int] = field(default_factory=list)

    def know(self, row: int | None, name: str, value: Any) -> None:
        """A fact about the job; one that cannot be right is refused with its row."""
        try:
            number = _number(name, value)
        except ValueError as error:
            self.refused.append(RefusedRow(row, str(error), f"{name}: {value}"))
            return
        if number is not None and math.isfinite(number):
            self.facts[name] = number

    def add(self, row: int, raw: object, values: Mapping[str, Any]) -> None:
        """A logged step; one that cannot be right is refused with its row."""
        try:
            step = {name: _number(name, value) for name, value in values.items()}
        except ValueError as error:
            self.refused.append(RefusedRow(row, str(error), str(raw)))
            return
        for name, number in step.items():
            if number is not None and not math.isfinite(number):
                self.not_finite.append(row)
                step[name] = None
        last = self.steps[-1] if self.steps else {}
        same = all(step.get(name) == last.get(name) for name in ("step", "epoch"))
        # Training and evaluation are logged apart, but belong to one step.
        if last and same and step.keys() & last.keys() <= {"step", "epoch"}:
            last.update(step)
        elif len(self.steps) >= MAX_STEPS:
            raise RefusedFile(f"it logs more than {MAX_STEPS:,} steps")
        else:
            self.steps.append(step)


def _number(name: str, value: Any) -> float | None:
    """The value as a number, whole where it counts steps; None where nothing is written.

    Raises:
        ValueError: where it is not a number, or no number of steps.
    """
    if value is None or value == "":
        return None
    try:
        number = float("" if isinstance(value, bool) else value)
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"its {name} is not a number ({str(value)[:50]})") from None
    if name not in ("step", "steps_done", "steps_planned"):
        return number
    if 0 <= number <= MAX_STEP and number == int(number):
        return int(number)
    raise ValueError(f"its {name} cannot be right ({str(value)[:50]})")


def accepts(source: Source) -> bool:
    """A file in which one of the five kinds of training log shows itself."""
    return _parser(source) is not None


def read(source: Source) -> Iterator[Batch]:
    """Each training job the file tells of, with its steps.

    Raises:
        RefusedFile: where the file tells of none.
    """
    parser = _parser(source)
    if parser is None:
        raise RefusedFile("it does not look like a training log of a known kind")
    found = False
    for number, log in enumerate(parser(source), 1):
        found = True
        yield from batches(log, str(number), source)
    if not found:
        raise RefusedFile("it tells of no training job")


def batches(log: Log, key: str, source: Source) -> Iterator[Batch]:
    """A training job as rows of the lake, with its steps and what was wrong with its lines."""
    folders = source.parts[1:]
    runs = filter(None, map(_TRACKER_RUN.fullmatch, reversed(folders)))
    tracker_run = next((run[1] for run in runs), None)
    facts = log.facts
    model_name = facts.get("model_name")
    written = facts.get("experiment")
    data_path = facts.pop("data_path", None)
    done = [step["step"] for step in log.steps if step.get("step") is not None]
    losses = [step["loss"] for step in log.steps if "loss" in step]
    yield batch(
        "training_log",
        {"steps_done": max(done, default=None)}
        | facts
        | {
            "log_key": key,
            "folder": tracker_run or "/".join(folders[-2:]),
            "experiment": (
                catalogue.experiment_named(written) or written or catalogue.experiment_in(folders)
            ),
            "model": catalogue.base_model(model_name).name if model_name else None,
            "data_file": re.split(r"[/\\]", data_path)[-1] if data_path else None,
            "tracker_run": tracker_run,
            "final_loss": losses[-1] if losses else facts.get("final_loss"),
        },
    )
    for start in range(0, len(log.steps), STEPS_AT_ONCE):
        steps = [{"log_key": key, **step} for step in log.steps[start : start + STEPS_AT_ONCE]]
        yield Batch("training_step", records.frame("training_step", steps))
    yield from gathered(log.refused)
    if log.not_finite:
        yield notice(
            "not-finite",
            f"{len(log.not_finite)} logged values are infinite or not a number, "
            f"the first in row {log.not_finite[0]}; they are left out.",
            log.not_finite[0],
        )


Parser = Callable[[Source], Iterator[Log]]


def _parser(source: Source) -> Parser | None:
    head = source.head
    if source.fields:
        if not head.lstrip().startswith(b"{"):
            return None
        if {"log_history", "global_step"} <= source.fields.keys():
            return _trainer_state
        is_summary = {"train_loss", "train_runtime"} <= source.fields.keys()
        is_own = "_wandb" not in source.fields and source.size < SUMMARY
        return _trainer_summary if is_summary and is_own else None
    if source.table and {"step", "train_loss"} <= {*source.table.columns}:
        return _step_metrics
    if _OPENAI.search(head):
        return _openai_output
    return _trainer_output if _TRAINER.search(head) else None


def _lines(source: Source) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, numbered."""
    for number, line in enumerate(StringIO(reading.text(source, MAX_LOG)), 1):
        if not line.isspace():
            yield number, line


def _openai_output(source: Source) -> Iterator[Log]:
    """What the study's script prints while it waits for OpenAI jobs, one after the other."""
    job: list[tuple[int, str]] = []
    for row, line in _lines(source):
        if line.lstrip().startswith("Backend:"):
            yield from _openai_job(job)
            job = []
        job.append((row, line))
    yield from _openai_job(job)


def _openai_job(lines: list[tuple[int, str]]) -> Iterator[Log]:
    log, clock = Log(), _Clock()
    for row, line in lines:
        if setting := _HEADER_LINE.match(line):
            _setting(log, row, *setting.groups())
        clock.take(line)
        _step(log, clock, row, line)
        _ids(log, line)
    if not (log.facts or log.steps or log.refused):
        return
    if clock.started is not None:
        begun = datetime.fromtimestamp(clock.started, UTC)
        log.facts["started_at"] = begun.strftime("%Y-%m-%dT%H:%M:%SZ")
    failed = any(line.startswith(_TRACEBACK) for _, line in lines)
    log.facts.setdefault("outcome", "failed" if failed else "cut short")
    yield log


class _Clock:
    """When a job began and what time its last event tells, in seconds."""

    started: int | None = None
    now: int | None = None

    def take(self, line: str) -> None:
        if event := _EVENT.match(line):
            self.now = int(event[1])
            if self.started is None or event[2] == "Fine-tuning job started":
                self.started = self.now


def _step(log: Log, clock: _Clock, row: int, line: str) -> None:
    """What a line tells of a step of training."""
    if step := _STEP.search(line):
        values = {"step": step[1], "loss": step[3], "valid_loss": step[4]}
        log.add(row, line, {name: v for name, v in values.items() if v is not None})
        log.know(row, "steps_planned", step[2])
        if clock.started is not None and clock.now is not None:
            log.facts["runtime_s"] = clock.now - clock.started
    elif "Step " in line and _EVENT.match(line):
        log.refused.append(RefusedRow(row, "this step is cut off", line))


def _ids(log: Log, line: str) -> None:
    """What a line tells of the job, its end and its model."""
    if job := _JOB.search(line):
        log.facts.setdefault("job_id", job[0])
    if finished := _FINISHED.search(line):
        log.facts["outcome"] = finished[1]
    if model := _MODEL_ID.search(line):
        log.facts["model_id"] = model[1]


def _setting(log: Log, row: int, name: str, value: str) -> None:
    column = HEADER[name]
    if value.strip() in training_configs.UNSET:
        return
    try:
        kind = training_configs.FIELDS[column][1]
        log.facts.setdefault(column, msgspec.convert(value.strip(), kind, strict=False))
    except msgspec.ValidationError as error:
        log.refused.append(RefusedRow(row, f"{name} cannot be right: {error}", value))


def _trainer_output(source: Source) -> Iterator[Log]:
    """The dicts the Hugging Face trainer prints, one job after the other."""
    log = Log()
    failed = False
    for row, line in _lines(source):
        failed = failed or line.startswith(_TRACEBACK)
        for printed in _TRAINER_DICT.finditer(line):
            if not printed[1]:
                log.refused.append(RefusedRow(row, "this line is cut off", printed[0]))
                continue
            values = dict(_PAIR.findall(printed[0]))
            _take(log, row, values)
            if "outcome" in log.facts:
                yield log
                log, failed = Log(), False
    if log.steps or log.refused:
        log.facts["outcome"] = "failed" if failed else "cut short"
        yield log


def _take(log: Log, row: int, values: Mapping[str, Any]) -> None:
    """One entry of the trainer's log: a step's, or the last, which sums up the run."""
    if "train_runtime" in values:
        log.know(row, "runtime_s", values["train_runtime"])
        log.know(row, "epochs", values.get("epoch"))
        log.facts["outcome"] = "succeeded"
    elif values.keys() & (TRAINER_FIELDS.keys() - {"step", "epoch"}):
        step = {TRAINER_FIELDS[name]: values[name] for name in TRAINER_FIELDS if name in values}
        log.add(row, values, step)


def _trainer_state(source: Source) -> Iterator[Log]:
    """The state file that the Hugging Face trainer saves beside a checkpoint."""
    state = reading.json_object(source)
    history = state.get("log_history")
    if not isinstance(history, list):
        raise RefusedFile("it has no log_history")
    log = Log()
    for row, entry in enumerate(history, 1):
        if isinstance(entry, dict):
            _take(log, row, entry)
        else:
            log.refused.append(RefusedRow(row, "it is not a JSON object", str(entry)))
    log.know(None, "steps_planned", state.get("max_steps"))
    log.know(None, "steps_done", state.get("global_step"))
    log.know(None, "epochs", state.get("num_train_epochs"))
    done, planned = log.facts.get("steps_done"), log.facts.get("steps_planned")
    if done is not None and planned:
        log.facts["outcome"] = "succeeded" if done >= planned else "cut short"
    yield log


def _trainer_summary(source: Source) -> Iterator[Log]:
    """What the Hugging Face trainer sums a run up in: `all_results.json`, `train_results.json`."""
    told = reading.json_object(source)
    log = Log()
    log.know(None, "runtime_s", told.get("train_runtime"))
    log.know(None, "epochs", told.get("epoch"))
    log.know(None, "final_loss", told.get("train_loss"))
    log.facts["outcome"] = "succeeded"
    yield log


def _step_metrics(source: Source) -> Iterator[Log]:
    """The result file of an OpenAI fine-tuning job."""
    log = Log()
    for rows in reading.csv_records(source):
        for item in rows:
            if isinstance(item, RefusedRow):
                log.refused.append(item)
                continue
            row, values = item
            step = {METRICS_FIELDS[name]: v for name, v in values.items() if name in METRICS_FIELDS}
            log.add(row, values, step)
    if log.steps or log.refused:
        yield log
