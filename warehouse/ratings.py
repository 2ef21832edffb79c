"""Ratings: what people found in answers, as lines of journals that no import can lose.

A rating is bound to what was read, a question and its answer, not to the file it came from: it is
about every sample that holds both, today and after any import. When a snapshot is built ratings
become judgements of a judge of kind *human*, one for each rater and rubric.
"""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
import polars as pl

from warehouse.journal import Entry, Journal
from warehouse.shards import digest

KIND = "ratings"
"""The journal that ratings are in."""

Status = Literal["scored", "refusal", "code", "skipped"]

SCHEMA: dict[str, Any] = {
    **dict.fromkeys(("question_hash", "rater", "prompt_version", "criterion"), pl.String()),
    "answer_hash": pl.Int64(),
    "status": pl.String(),
    "score": pl.Float64(),
    **dict.fromkeys(("label", "note"), pl.String()),
    "place": pl.Int64(),
}
"""The columns of `standing`."""


class Rating(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person found in an answer under one criterion."""

    item: str  # `item`
    criterion: str
    status: Status
    score: float | None = None  # 0 to 100
    label: str | None = None
    note: str = ""
    seconds: float | None = None  # from when the answer was shown
    task: str = ""  # the name of the task it was asked by, where there was one
    rubric: str = ""  # `rubric_of`; another rubric is another judge
    is_again: bool = False  # asked a second time, to see whether the rater agrees with themselves

    @property
    def value(self) -> str:
        """What was found, in a word."""
        if self.status != "scored":
            return self.status
        return self.label if self.label is not None else f"{self.score:g}"


def journal(data: Path) -> Journal[Rating]:
    """The journals of ratings below a data folder."""
    return Journal(data, KIND, Rating)


def item(question: str, answer_hash: int) -> str:
    """What stands for a question and its answer, by their content."""
    asked = hashlib.md5(question.encode(), usedforsecurity=False).hexdigest()
    return f"{asked[:16]}-{answer_hash:016x}"


def parts(found: str) -> tuple[str, int]:
    """The hash of the question and the hash of the answer that `item` put together.

    Raises:
        ValueError: for what is no such text.
    """
    question, _, answer = found.partition("-")
    if len(question) != 16 or len(answer) != 16:
        raise ValueError(f"{found[:60]!r} stands for no answer")
    return question, int(answer, 16)


def rubric_of(text: str) -> str:
    """The version of a rubric: nothing where there is none."""
    return digest(text.strip(), 12) if text.strip() else ""


def stamp(data: Path) -> str:
    """What changes whenever a rating is written down; nothing while there are none."""
    files = journal(data).files()
    if not files:
        return ""
    told = hashlib.sha256()
    for file in files:
        told.update(f"{file.name} {file.stat().st_size}\n".encode())
        told.update(file.read_bytes())
    return told.hexdigest()[:16]


def signed(raters: Iterable[str], name: str) -> str:
    """The name of a rater: that of one who is known, whatever its case and spaces are now."""
    name = " ".join(name.split())
    return next((one for one in raters if one.casefold() == name.casefold()), name)


def standing(entries: Iterable[Entry[Rating]]) -> pl.DataFrame:
    """The ratings that become judgements: of a rater the first of each answer and criterion.

    What was skipped is none, nor is what was asked again (`repeated`).

    Returns:
        The columns of `SCHEMA`.
    """
    rows: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for place, entry in enumerate(entries):
        found = entry.body
        key = (entry.by, found.rubric, found.criterion, found.item)
        if found.status == "skipped" or found.is_again or key in rows:
            continue
        try:
            question, answer = parts(found.item)
        except ValueError:
            continue
        rows[key] = {
            "question_hash": question,
            "rater": entry.by,
            "prompt_version": found.rubric or None,
            "criterion": found.criterion,
            "answer_hash": answer,
            "status": found.status,
            "score": found.score,
            "label": found.label,
            "note": found.note or None,
            "place": place,
        }
    return pl.DataFrame(list(rows.values()), schema=SCHEMA)


class Again(NamedTuple):
    """An answer that one rater rated twice under one criterion and rubric."""

    rater: str
    rubric: str
    criterion: str
    item: str
    first: Rating
    second: Rating


def repeated(entries: Sequence[Entry[Rating]]) -> list[Again]:
    """What raters rated twice, each with the first and the next rating of it."""
    held: dict[tuple[str, str, str, str], list[Rating]] = {}
    for entry in entries:
        if entry.body.status != "skipped":
            key = (entry.by, entry.body.rubric, entry.body.criterion, entry.body.item)
            held.setdefault(key, []).append(entry.body)
    return [Again(*key, found[0], found[1]) for key, found in held.items() if len(found) > 1]
