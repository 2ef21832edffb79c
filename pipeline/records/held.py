"""Samples and judgements put together row by row, and handed on by column, many at a time."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from pipeline.importers import Batch, batch
from pipeline.records.judgements import OUTCOME
from pipeline.records.tables import clean
from warehouse import records

HELD = 1_000
"""How many samples are handed on at once."""

HELD_CHARACTERS = 16 * 2**20
"""How many characters of them, at most about."""

Question = tuple[str, str, str, str | None]
"""What tells questions apart: the evaluation, the name, the text and the system prompt."""


def _schema(relation: str, *names: str) -> dict[str, pl.DataType]:
    return {name: records.RELATIONS[relation][name] for name in names}


SAMPLES = _schema(
    "sample",
    *("sample_key", "evaluation_key", "question_key", "sample_index", "source_row", "status"),
    *("answer", "thoughts", "error", "finish_reason", "conversation"),
)
JUDGEMENTS = _schema("judgement", "sample_key", "criterion", "judge_key", *OUTCOME)


class Held:
    """Rows that wait until enough of them came together."""

    def __init__(self) -> None:
        self.samples: list[tuple[Any, ...]] = []
        self.judgements: list[tuple[Any, ...]] = []
        self.characters = 0

    def sample(self, *row: Any) -> None:
        """One sample: the values of `SAMPLES`, in order."""
        self.samples.append(row)
        self.characters += sum(len(value) for value in row if isinstance(value, str))

    def judgement(self, *row: Any) -> None:
        """One judgement: the values of `JUDGEMENTS`, in order."""
        self.judgements.append(row)

    @property
    def is_full(self) -> bool:
        """Whether so much is held that it is to be handed on."""
        return len(self.samples) >= HELD or self.characters >= HELD_CHARACTERS

    def flush(self, last: bool = False) -> Iterator[Batch]:
        """The rows that are held, where they are many or the `last`."""
        if not last and not self.is_full:
            return
        if self.samples:
            yield Batch("sample", _by_column(self.samples, SAMPLES))
        if self.judgements:
            yield Batch("judgement", _by_column(self.judgements, JUDGEMENTS))
        self.samples.clear()
        self.judgements.clear()
        self.characters = 0


def _by_column(rows: list[tuple[Any, ...]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    columns = zip(*rows, strict=True)
    return pl.DataFrame(dict(zip(schema, map(list, columns), strict=True)), schema=schema)


def questions(known: Mapping[Question, int]) -> Batch:
    """The questions that were asked, by their keys."""
    return batch(
        "question",
        *(
            {
                "evaluation_key": evaluation,
                "question_key": key,
                "name": clean(name),
                "text": text,
                "system_prompt": system,
            }
            for (evaluation, name, text, system), key in known.items()
        ),
    )


def status(text: str | None, error: str | None) -> str:
    """What became of a sample, by its answer and its error."""
    if error is not None and not text:
        return "error"
    if text is None:
        return "missing"
    return "answered" if text.strip() else "empty"
