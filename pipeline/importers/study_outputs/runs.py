"""A run's log: how it was fine-tuned, what became of it, and its loss by step."""

from collections.abc import Iterator

import msgspec

from pipeline import reading
from pipeline.errors import RefusedFile, RefusedRow
from pipeline.importers import Batch, Source, batch
from pipeline.importers.study_outputs.lines import Count, Row, Whole, batches
from warehouse import catalogue

STEPS = ("step", "epoch", "loss", "accuracy", "valid_loss", "valid_accuracy",
         "learning_rate", "grad_norm")  # fmt: skip


class _Tuning(msgspec.Struct):
    """The settings of a fine-tuning."""

    epochs: float | None = None
    batch_size: Whole | None = None
    learning_rate: float | None = None
    learning_rate_multiplier: float | None = None
    lora_rank: Whole | None = None
    lora_alpha: float | None = None
    lora_dropout: float | None = None
    warmup_ratio: float | None = None
    weight_decay: float | None = None
    scheduler: str | None = None


class _Config(msgspec.Struct):
    """What was fine-tuned on what."""

    backend: str
    experiment: str
    intervention: str
    model: str
    model_name: str
    fine_tuning: _Tuning
    seed: Whole | None = None


class _Header(msgspec.Struct):
    """The first line of a run's log."""

    study: str
    run: str
    config: _Config


class _State(msgspec.Struct):
    """A state that the run has reached."""

    state: str
    at: str | None = None
    job_id: str | None = None
    model_id: str | None = None
    final_loss: float | None = None
    seconds: float | None = None


class _Step(msgspec.Struct):
    """A training step."""

    step: Count | None = None
    epoch: float | None = None
    loss: float | None = None
    accuracy: float | None = None
    valid_loss: float | None = None
    valid_accuracy: float | None = None
    learning_rate: float | None = None
    grad_norm: float | None = None


def read(source: Source) -> Iterator[Batch | RefusedRow]:
    """One configuration and one training log with its steps; of several attempts the last.

    Raises:
        RefusedFile: where the line that describes the run is damaged.
    """
    header: _Header | None = None
    states: list[_State] = []
    steps: list[_Step] = []
    for item in reading.json_lines(source):
        if isinstance(item, RefusedRow):
            yield item
            continue
        number, record = item
        try:
            match record.get("record"):
                case "run":
                    header = msgspec.convert(record, _Header)
                case "state":
                    states.append(msgspec.convert(record, _State))
                    if states[-1].state == "started":
                        steps = []  # an attempt that was interrupted counts for nothing
                case "step":
                    steps.append(msgspec.convert(record, _Step))
        except msgspec.ValidationError as error:
            yield RefusedRow(number, f"it is not understood ({error})", reading.excerpt(record))
    if header is None:
        raise RefusedFile("the line that describes the run is damaged")
    yield from _described(header, states, steps)


def _described(
    header: _Header, states: list[_State], steps: list[_Step]
) -> Iterator[Batch | RefusedRow]:
    given, tuning = header.config, msgspec.structs.asdict(header.config.fine_tuning)
    experiment = catalogue.experiment_named(given.experiment) or given.experiment
    folder = f"{header.study}/{header.run}"
    shared = {
        "folder": folder,
        "experiment": experiment,
        "model": catalogue.model(given.model).name,
        "model_name": given.model_name,
        "data_file": f"{given.experiment}__{given.intervention}.jsonl",
    }
    config = {
        "backend": given.backend,
        "intervention": catalogue.intervention(experiment, given.intervention).name,
        "data_path": f"training/{shared['data_file']}",
        "run_name": header.run,
        "seed": given.seed,
    }
    yield batch("config", {**shared, **config, **tuning})
    told = ("epochs", "learning_rate", "learning_rate_multiplier", "batch_size")
    log = {"log_key": header.run, **{name: tuning[name] for name in told}}
    yield batch("training_log", {**shared, **log, **_log(states, steps)})
    yield from batches(
        "training_step",
        ({"log_key": header.run, **{name: getattr(s, name) for name in STEPS}} for s in steps),
    )


def _log(states: list[_State], steps: list[_Step]) -> Row:
    last = states[-1] if states else _State("")
    model_id = last.model_id or ""
    ended = ("succeeded", "failed", "cancelled")
    return {
        "job_id": next((state.job_id for state in states if state.job_id is not None), None),
        # A log that names a fine-tuned model is joined by that name, and else by its folder.
        "model_id": model_id if model_id.startswith("ft:") else None,
        "steps_done": max((step.step or 0 for step in steps), default=0),
        "final_loss": last.final_loss,
        "runtime_s": last.seconds,
        "started_at": states[0].at if states else None,
        "outcome": last.state if last.state in ended else "cut short",
    }
