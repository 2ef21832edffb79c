"""Samples and judgements put together row by row, and handed on by column, many at a time."""

from collections import defaultdict
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
        self.samples: dict[str, list[Any]] = defaultdict(list)
        self.judgements: dict[str, list[Any]] = defaultdict(list)
        self.characters = 0

    def sample(self, *row: Any) -> None:
        """One sample: the values of `SAMPLES`, in order."""
        for column, value in zip(SAMPLES, row, strict=True):
            self.samples[column].append(value)
        self.characters += sum(len(value) for value in row if isinstance(value, str))

    def judgement(self, *row: Any) -> None:
        """One judgement: the values of `JUDGEMENTS`, in order."""
        for column, value in zip(JUDGEMENTS, row, strict=True):
            self.judgements[column].append(value)

    def flush(self, last: bool = False) -> Iterator[Batch]:
        """The rows that are held, where they are many or the `last`."""
        if not last and len(self.samples["status"]) < HELD and self.characters < HELD_CHARACTERS:
            return
        if self.samples["status"]:
            yield Batch("sample", pl.DataFrame(dict(self.samples), schema=SAMPLES))
        if self.judgements["status"]:
            yield Batch("judgement", pl.DataFrame(dict(self.judgements), schema=JUDGEMENTS))
        self.samples.clear()
        self.judgements.clear()
        self.characters = 0


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
