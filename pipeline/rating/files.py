"""Ratings as files: written for spreadsheets and other tools, and read back."""

import json
import re
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from pipeline.errors import UsageError
from pipeline.rating import foreign
from warehouse import durable, harmless, ratings, tasks, turns
from warehouse.journal import Entry
from warehouse.ratings import Rating, Status
from warehouse.shards import fingerprint
from warehouse.store import Store
from warehouse.tasks import Criterion, Task

COLUMNS = ("id", "rater", "criterion", "value", "note", "task", "seconds", "again", "at",
           "question", "answer")  # fmt: skip
"""The columns of an export."""

STATUSES: dict[str, Status] = {
    "refusal": "refusal",
    "refused": "refusal",
    "code": "code",
    "skip": "skipped",
    "skipped": "skipped",
}
"""The words that stand for what is no score and no label."""


DECIMAL_COMMA = re.compile(r"\d{1,3},\d{1,2}")
"""A score as spreadsheets write it in half of the world; no score has thousands."""


class Taken(NamedTuple):
    """What became of a file of ratings, and what was refused: a sentence for each row."""

    new: int
    changed: int
    same: int
    refused: list[str]


def exported(store: Store, entries: Sequence[Entry[Rating]]) -> pl.DataFrame:
    """One row per rating, with what was rated."""
    told = turns.contents(store, list(dict.fromkeys(entry.body.item for entry in entries)))
    rows = []
    for entry in entries:
        found, content = entry.body, told.get(entry.body.item)
        rows.append(
            {
                "id": found.item,
                "rater": entry.by,
                "criterion": found.criterion,
                "value": found.value,
                "note": found.note,
                "task": found.task,
                "seconds": found.seconds,
                "again": found.is_again,
                "at": entry.at,
                "question": content.question if content else None,
                "answer": content.answer if content else None,
            }
        )
    kinds = dict.fromkeys(COLUMNS, pl.String()) | {"seconds": pl.Float64(), "again": pl.Boolean()}
    return pl.DataFrame(rows, schema=kinds)


def blank(store: Store, task: Task) -> pl.DataFrame:
    """One row per answer of a task, with an empty column for each criterion."""
    told = turns.contents(store, [item.id for item in task.items])
    rows = [
        {"id": item.id, "question": told[item.id].question, "answer": told[item.id].answer}
        for item in task.items
        if item.id in told
    ]
    empty = [*(criterion.name for criterion in task.criteria), "note", "rater"]
    found = pl.DataFrame(rows, schema=dict.fromkeys(("id", "question", "answer"), pl.String()))
    return found.with_columns(pl.lit("").alias(name) for name in empty)


def write(found: pl.DataFrame, out: Path) -> None:
    """A frame as CSV or JSON Lines, by the file's name.

    Raises:
        UsageError: for another kind of file.
    """
    if out.suffix == ".csv":
        content = harmless.csv(found)
    elif out.suffix == ".jsonl":
        content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found.to_dicts())
    else:
        raise UsageError(f"--out takes a .csv or a .jsonl file, not {out.name}.")
    with durable.told(out.parent):
        durable.folder(out.absolute().parent)
        durable.replace(out, content.encode())


def take(
    store: Store, rows: Iterable[foreign.Row], criteria: Sequence[Criterion], by: str, task: str,
    rubric: str,
) -> Taken:  # fmt: skip
    """Write the ratings of rows down; what stands already stays as it is.

    Args:
        store: What was built: a rating is of an answer that it holds.
        rows: The rows of a file.
        criteria: The criteria that are looked for; any, where rows name theirs.
        by: The rater of rows that name none.
        task: The name of the task that they belong to, or nothing.
        rubric: The version of its rubric.
    """
    journal = ratings.journal(store.data)
    entries = journal.read().entries
    raters = dict.fromkeys(entry.by for entry in entries)
    standing = {
        (e.by, e.body.rubric, e.body.criterion, e.body.item): e
        for e in reversed(entries)
        if not e.body.is_again
    }
    known = {criterion.name: criterion for criterion in criteria}
    every = list(rows)
    items = [_item(row) for row in every]
    held = turns.contents(store, [item for item in dict.fromkeys(items) if item])
    new = changed = same = 0
    refused: list[str] = []
    for row, item in zip(every, items, strict=True):
        if item not in held:
            refused.append(f"row {row.number:,}: the data holds no such question and answer.")
            continue
        rater = ratings.signed(raters, row.get("rater") or by)
        raters.setdefault(rater)
        if not rater:
            refused.append(f"row {row.number:,}: it names no rater; give one with --rater.")
            continue
        if row.cells.get("again") in (True, "true", "True"):
            continue
        for name, value in _values(row, known):
            criterion = known.setdefault(name, tasks.criterion(store, name))
            found = _rating(item, criterion, value, row.get("note"), task, rubric)
            if isinstance(found, str):
                refused.append(f"row {row.number:,}: {found}")
                continue
            before = standing.get((rater, rubric, name, item))
            if before is not None and before.body.value == found.value:
                same += 1
                continue
            thing = before.id if before is not None else None
            standing[rater, rubric, name, item] = journal.add(found, by=rater, thing=thing)
            new, changed = new + (before is None), changed + (before is not None)
    return Taken(new, changed, same, refused)


def _item(row: foreign.Row) -> str:
    """What a row is about: by its id, or by its question and answer."""
    try:
        ratings.parts(row.get("id"))
        return row.get("id")
    except ValueError:
        pass
    question, answer = row.get("question"), row.get("answer")
    hashed = fingerprint(answer.encode()) if answer else None
    return ratings.item(question, hashed) if question and hashed is not None else ""


def _values(row: foreign.Row, known: dict[str, Criterion]) -> list[tuple[str, Any]]:
    if (name := row.cells.get("criterion")) not in (None, ""):
        cells = [(str(name), row.cells.get("value"))]
    else:
        cells = [(name, row.cells.get(name.lower())) for name in list(known)]
    return [(name, value) for name, value in cells if value not in (None, "")]


def _rating(
    item: str, criterion: Criterion, value: Any, note: str, task: str, rubric: str
) -> Rating | str:
    text = str(value).strip()
    made = partial(Rating, item, criterion.name, note=note, task=task, rubric=rubric)
    if (status := STATUSES.get(text.lower())) is not None and text not in criterion.labels:
        return made(status)
    if criterion.labels:
        spelled = {label.lower(): label for label in criterion.labels}
        label = spelled.get(text.lower()) or spelled.get(text.removesuffix(".0").lower())
        if label is None:
            labels = ", ".join(criterion.labels)
            return f"{criterion.name} is {text[:40]!r}, which is none of {labels}."
        return made("scored", label=label)
    try:
        score = float(text.replace(",", ".") if DECIMAL_COMMA.fullmatch(text) else text)
    except ValueError:
        return f"{criterion.name} is {text[:40]!r}, which is no number."
    if not 0 <= score <= 100:
        return f"{criterion.name} is {text[:40]}, outside 0–100."
    return made("scored", score=score)
