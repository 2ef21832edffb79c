"""Files of ratings that other tools wrote, as plain rows: spreadsheets, Label Studio, Argilla.

A row has `id` or `question` and `answer`, `rater`, `note`, and either a value under the name of
each criterion or `criterion` and `value`.
"""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.errors import UsageError
from pipeline.files import texts

LARGEST = 256 * 2**20
"""The largest file of ratings that is read, in bytes."""

WORDS = {
    "id": ("id", "item"),
    "question": ("question", "prompt", "instruction"),
    "answer": ("answer", "completion", "response", "output"),
    "rater": ("rater", "by", "annotator", "completed_by", "user"),
    "note": ("note", "notes", "comment"),
}
"""What each part of a row may be called."""


LISTED = 12
"""How many columns a sentence lists."""

BETWEEN = ",;\t"
"""What may stand between the cells of a spreadsheet; which does, its first line tells."""


class Row(NamedTuple):
    """A row and where it stands: its number in the file, from 1; names are in lower case."""

    number: int
    cells: dict[str, Any]

    def get(self, part: str) -> str:
        """A part of the row (`WORDS`), empty where it has none."""
        for name in WORDS[part]:
            if (found := self.cells.get(name)) not in (None, ""):
                return str(found)
        return ""


def rows(file: Path, say: Callable[[str], None]) -> Iterator[Row]:
    """The rows of a file, whichever tool wrote it; what is doubtful of it is said.

    Raises:
        UsageError: where it cannot be read, or is none of these.
    """
    for number, record in enumerate(_records(file, texts.of_file(file, LARGEST, say)), 1):
        if not isinstance(record, dict):
            raise UsageError(f"{file}, record {number:,}: it is no object but {record!r:.60}.")
        for cells in _cells(record):
            named = {str(name).strip().lower(): value for name, value in cells.items()}
            if any(value not in (None, "") for value in named.values()):
                yield Row(number, named)


def _records(file: Path, text: str) -> Iterator[Any]:
    if file.suffix.lower() in (".csv", ".tsv", ".txt"):
        csv.field_size_limit(LARGEST)
        lines = text.splitlines(keepends=True)
        between = max(BETWEEN, key="".join(lines[:1]).count)
        read = csv.DictReader(lines, delimiter=between)
        named = [str(name).strip().lower() for name in read.fieldnames or ()]
        if not {*WORDS["id"], *WORDS["answer"]} & {*named}:
            listed = ", ".join(named[:LISTED]) or "none"
            raise UsageError(
                f"{file}: no column says which answer a row is about: `id`, or `question` and "
                f"`answer`. Its columns are {listed:.300}."
            )
        yield from read
        return
    if text.lstrip().startswith("["):
        try:
            found = json.loads(text)
        except ValueError as error:
            raise UsageError(f"{file} is no JSON ({error}).") from None
        yield from found if isinstance(found, list) else [found]
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise UsageError(f"{file}, line {number:,}: it is no JSON ({error}).") from None


def _cells(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows that a record holds: one for each rater."""
    if isinstance(record.get("annotations"), list) and isinstance(record.get("data"), dict):
        yield from _label_studio(record)
    elif isinstance(record.get("fields"), dict) and "responses" in record:
        yield from _argilla(record)
    else:
        yield record


def _label_studio(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A task of a Label Studio export (JSON): one row an annotation that was not cancelled."""
    shown = {key: value for key, value in record["data"].items() if not isinstance(value, dict)}
    for done in record["annotations"]:
        if not isinstance(done, dict) or done.get("was_cancelled"):
            continue
        by = done.get("completed_by")
        rater = by.get("email") or by.get("id") if isinstance(by, dict) else by
        given: dict[str, Any] = {}
        for result in done.get("result") or ():
            value = result.get("value") or {}
            found = next(
                (value[kind] for kind in ("choices", "rating", "number", "text") if kind in value),
                None,
            )
            found = found[0] if isinstance(found, list) and found else found
            if found is not None and result.get("from_name"):
                given[str(result["from_name"])] = found
        # Label Studio has ids of its own: ours is among what was shown, or there is none.
        yield {"id": "", **shown, "rater": rater, **given}


def _argilla(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A record of an Argilla export: one row a rater who submitted."""
    told = record.get("metadata") or {}
    shown = {**record["fields"], "id": told.get("id") or told.get("item") or ""}
    responses = record["responses"]
    by_rater: dict[str, dict[str, Any]] = {}
    if isinstance(responses, dict):  # Argilla 2: by question, each a list of answers
        for criterion, answers in responses.items():
            for one in answers or ():
                if one.get("status", "submitted") == "submitted":
                    by_rater.setdefault(str(one.get("user_id")), {})[criterion] = one.get("value")
    else:  # Argilla 1: a list of raters, each with values by question
        for one in responses or ():
            if one.get("status", "submitted") == "submitted":
                values = one.get("values") or {}
                by_rater[str(one.get("user_id"))] = {
                    name: value.get("value") if isinstance(value, dict) else value
                    for name, value in values.items()
                }
    for rater, given in by_rater.items():
        yield {**shown, "rater": rater, **given}
