"""The `info.txt` beside a result: what its evaluator says it did."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from pipeline.errors import RefusedFile
from pipeline.files import reading
from pipeline.importers import Batch, Source, batch, refused
from pipeline.maps import foldernames
from warehouse import catalogue

NAME = "run-info"
TITLE = "Evaluation notes (info.txt)"
FILES = "`info.txt`"
VERSION = 2

FIELDS = {
    "experiment": ("experiment", str),
    "model": ("model_id", str),
    "judge_model": ("judge", str),
    "samples_per_question": ("samples_per_question", Annotated[int, Meta(ge=1, le=10_000_000)]),
    "alignment_threshold": ("alignment_threshold", Annotated[float, Meta(ge=0, le=100)]),
    "date": ("declared_at", str),
}
"""The evaluator's keys, our names of them, and what they may hold."""

LIMIT = 2**20

_LINE = re.compile(rb"\w[\w ]{0,60}:")
_KEYS = re.compile(rf"^({'|'.join(FIELDS)})[ \t]*:".encode(), re.M)


def accepts(source: Source) -> bool:
    """A short text of `key: value` lines with at least three of the evaluator's keys."""
    lines = [line for line in source.head.splitlines() if line.strip()]
    told = sum(_LINE.match(line) is not None for line in lines)
    found = len(set(_KEYS.findall(source.head)))
    return source.size <= LIMIT and found >= 3 and told >= 0.8 * len(lines)


def read(source: Source) -> Iterator[Batch]:
    """The note as one row; keys that are not the evaluator's are passed over.

    Raises:
        RefusedFile: where no line of it is understood.
    """
    values: dict[str, Any] = {}
    problems = []
    for number, line in enumerate(re.split(r"\r?\n", reading.text(source, LIMIT)), 1):
        if not line.strip():
            continue
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not colon:
            problems.append(refused(number, "it is not a line of the form `key: value`", line))
        elif key in FIELDS and value:
            column, kind = FIELDS[key]
            try:
                values[column] = msgspec.convert(value, kind, strict=False)
            except msgspec.ValidationError as error:
                problems.append(refused(number, f"{key} cannot be right: {error}", line))
    if not values:
        raise RefusedFile("none of its lines says what was evaluated")
    yield from problems
    written = values.get("experiment")
    yield batch(
        "declaration",
        values
        | {
            "folder": foldernames.run_folder(source.parts).folder,
            "experiment": catalogue.experiment_named(written) or written,
        },
    )
