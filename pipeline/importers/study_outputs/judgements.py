"""A judgements file: its judge, and one judgement a line."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from pipeline import reading
from pipeline.errors import RefusedFile, RefusedRow
from pipeline.importers import Batch, Source, batch
from pipeline.importers.study_outputs.lines import Key, Row, batches
from warehouse.records import JUDGEMENT_STATUSES


class _Judge(msgspec.Struct):
    """The first line of a judgements file."""

    judge: str
    kind: str
    prompt_version: str


class _Judgement(msgspec.Struct):
    """A line of a judgements file."""

    key: Key
    criterion: str
    status: str
    score: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    label: str | None = None
    raw: str = ""
    thoughts: str | None = None

    def __post_init__(self) -> None:
        if self.status not in JUDGEMENT_STATUSES:
            raise ValueError(f"there is no status {self.status!r}")
        if self.status == "scored" and self.score is None and self.label is None:
            raise ValueError("it is scored, but has neither score nor label")


def read(source: Source) -> Iterator[Batch | RefusedRow]:
    """The judge and its judgements.

    Raises:
        RefusedFile: where the line that describes the judge is damaged.
    """
    judges: list[_Judge] = []
    yield from batches("judgement", _rows(source, judges))
    if not judges:
        raise RefusedFile("the line that describes the judge is damaged")
    judge = judges[-1]
    yield batch(
        "judge",
        {
            "judge_key": judge.judge,
            "kind": judge.kind,
            "name": judge.judge,
            "prompt_version": judge.prompt_version,
        },
    )


def _rows(source: Source, judges: list[_Judge]) -> Iterator[Row | RefusedRow]:
    """The judgements' rows, and what is refused; the judge is put into `judges`."""
    seen: set[tuple[int, str]] = set()
    for item in reading.json_lines(source):
        if isinstance(item, RefusedRow):
            yield item
            continue
        number, record = item
        if record.get("record") == "failure":
            continue
        try:
            if record.get("record") == "judge":
                judges.append(msgspec.convert(record, _Judge))
                continue
            found = msgspec.convert(record, _Judgement)
        except msgspec.ValidationError as error:
            yield RefusedRow(number, f"it is not understood ({error})", reading.excerpt(record))
            continue
        if not judges:
            return
        if (found.key, found.criterion) in seen:
            problem = "the sample is judged on this criterion before"
            yield RefusedRow(number, problem, reading.excerpt(record))
            continue
        seen.add((found.key, found.criterion))
        yield {
            "sample_key": found.key,
            "criterion": found.criterion,
            "judge_key": judges[-1].judge,
            "status": found.status,
            "score": found.score,
            "label": found.label,
            "raw": found.raw,
            "thoughts": found.thoughts,
        }
