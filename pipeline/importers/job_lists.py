"""Lists of OpenAI fine-tuning jobs, one a line, as client libraries keep them."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from pipeline import reading
from pipeline.errors import RefusedRow
from pipeline.importers import Batch, Source, batch, gathered
from pipeline.tables import word
from warehouse import catalogue

NAME = "job-list"
TITLE = "Fine-tuning job lists"
FILES = "JSON Lines of OpenAI fine-tuning jobs"
VERSION = 1

NEEDED = ("id", "base_model", "file_name")


def accepts(source: Source) -> bool:
    """JSON Lines whose records are jobs: an id, a base model and a training file."""
    is_lines = source.head.lstrip().startswith(b"{") and b'"ftjob-' in source.head
    return is_lines and all(name in source.fields for name in NEEDED)


def read(source: Source) -> Iterator[Batch]:
    """One training log a job, without steps; a line that is no job is refused."""
    yield from gathered(_jobs(source))


def _jobs(source: Source) -> Iterator[Batch | RefusedRow]:
    for item in reading.json_lines(source):
        if isinstance(item, RefusedRow):
            yield item
            continue
        row, record = item
        absent = [name for name in NEEDED if not isinstance(record.get(name), str)]
        if absent:
            why = f"it has no {absent[0]}, which every job has"
            yield RefusedRow(row, why, reading.excerpt(record))
            continue
        name = word(record["base_model"]) or ""
        yield batch(
            "training_log",
            {
                "log_key": str(row),
                "folder": "/".join(source.parts[-6:]),
                "model": catalogue.base_model(name).name,
                "model_name": name,
                "data_file": word(PurePath(record["file_name"]).name),
                "suffix": word(record.get("suffix")),
                "job_id": word(record["id"]),
                "model_id": word(record.get("model")),
                "epochs": _amount(record.get("epochs")),
                "learning_rate_multiplier": _amount(record.get("learning_rate_multiplier")),
                "batch_size": _whole(record.get("batch_size")),
                "outcome": word(record.get("status")),
            },
        )


def _amount(value: Any) -> float | None:
    """A setting that is a number; `auto` means that nobody set it."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 1e9 else None


def _whole(value: Any) -> int | None:
    number = _amount(value)
    return int(number) if number is not None and number == int(number) else None
