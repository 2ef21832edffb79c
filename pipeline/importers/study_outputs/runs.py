"""A run's log: how it was fine-tuned, what became of it, and its loss by step."""

from collections.abc import Iterator

from msgspec.structs import asdict

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.importers import Batch, Source, batch
from pipeline.importers.study_outputs.lines import Row, batches, typed
from pipeline.study import files
from warehouse import catalogue


def read(source: Source) -> Iterator[Batch | RefusedRow]:
    """One configuration and one training log with its steps; of several attempts the last.

    Raises:
        RefusedFile: where the line that describes the run is damaged.
    """
    header: files.RunOf | None = None
    states: list[files.Reached] = []
    steps: list[files.Measured] = []
    for item in typed(source, files.RunOf, files.Reached, files.Measured, files.BackendEvent):
        if isinstance(item, RefusedRow):
            yield item
            continue
        match item.record:
            case files.RunOf() as header:
                pass
            case files.Reached() as state:
                states.append(state)
                if state.state == "started":
                    steps = []  # an attempt that was interrupted counts for nothing
            case files.Measured() as step:
                steps.append(step)
    if header is None:
        raise RefusedFile("the line that describes the run is damaged")
    yield from _described(header, states, steps)


def _described(
    header: files.RunOf, states: list[files.Reached], steps: list[files.Measured]
) -> Iterator[Batch | RefusedRow]:
    given, tuning = header.config, asdict(header.config.fine_tuning)
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
        ({"log_key": header.run} | asdict(step) for step in steps),
    )


def _log(states: list[files.Reached], steps: list[files.Measured]) -> Row:
    last = states[-1] if states else files.Reached("")
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
