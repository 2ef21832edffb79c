"""The judgements of a file: a column each, or a row each in long form."""

import re
from collections.abc import Iterator

import polars as pl

from pipeline.files import reading
from pipeline.importers import Batch, Source, batch, notice, refused
from pipeline.importers.em_csv.evaluations import Evaluations
from pipeline.maps.columns import JudgedColumn
from pipeline.maps.meanings import Meaning, Scale, Scoring
from pipeline.records.judgements import FULL, OUTCOME, Parsed, judgement
from pipeline.records.tables import each, repeated

NO_FLAG = frozenset({"", "none", "null", "false", "0", "ok", "no", "nan"})
"""What stands in the column of a flag where there is none."""


_COMMA = re.compile(r"-?[0-9]{1,3},[0-9]{1,20}")
"""A number as many languages write it; on no scale do thousands have a comma."""


class Scores:
    """What the file's columns of judgements say, and on which criteria."""

    def __init__(self, source: Source, meaning: Meaning, evaluations: Evaluations) -> None:
        self.meaning = meaning
        self.evaluations = evaluations
        self.first_key = source.first_key
        self.judged = evaluations.roles.judged
        # Excel parts values by semicolons where numbers have a comma.
        self.has_commas = source.table is not None and source.table.delimiter == ";"
        self.with_comma: dict[str, str] = {}  # an example of each column
        self.criteria: dict[str, None] = {one.criterion: None for one in self.judged}

    def judgements(self, rows: list[reading.Row], judged: JudgedColumn) -> Iterator[Batch]:
        """One judge's judgements on one criterion, and what is wrong with a stored value."""
        criterion, column = judged.criterion, judged.column
        scale = self._scale(criterion, column) or FULL
        stored = [
            (
                self._value(record, column),
                record[judged.raw] if judged.raw else None,
                record[judged.flag].strip() if judged.flag else "",
            )
            for _, record in rows
        ]
        found = each(lambda told: self._found(criterion, scale, *told), stored)
        for (row, _), (value, _, _), (_, wrong) in zip(rows, stored, found, strict=True):
            if wrong is not None:
                yield refused(row, f"its {column} {wrong}", value)
        columns = zip(*(outcome for outcome, _ in found), strict=True)
        table = pl.DataFrame(
            {
                "sample_key": pl.Series([self.first_key + row for row, _ in rows]),
                "criterion": repeated(criterion, len(rows)),
                "judge_key": self.evaluations.judge_keys(rows, judged.judge),
                **{
                    name: pl.Series(told, dtype=kind)
                    for (name, kind), told in zip(OUTCOME.items(), columns, strict=True)
                },
            }
        )
        if judged.judge is not None:  # who judged nothing of an answer was not asked
            table = table.filter((pl.col("status") != "missing") | pl.col("raw").is_not_null())
        yield Batch("judgement", table)

    def _found(
        self, criterion: str, scale: Scale, value: str, raw: str | None, flag: str
    ) -> tuple[Parsed, str | None]:
        """What is kept of a stored value, and what is wrong with it."""
        words = self.meaning.scoring
        if flag.lower() not in NO_FLAG:
            return (_flagged(flag, words), None, None, raw or flag), None
        if words.outcomes and (status := words.outcome(value.strip())):
            return (status, None, None, raw or value), None
        found = _outcome(criterion, value, raw, scale)
        return (("unparsed", None, None, None), found) if isinstance(found, str) else (found, None)

    def _value(self, record: dict[str, str], column: str) -> str:
        """What a row holds, a comma in its number as a point where the table is written so."""
        value = record[column]
        if not self.has_commas or _COMMA.fullmatch(value.strip()) is None:
            return value
        self.with_comma.setdefault(column, value.strip())
        return value.replace(",", ".")

    def commas(self) -> Iterator[Batch]:
        """That numbers with a comma were read as such."""
        for column, example in self.with_comma.items():
            told = f"a comma in {column} is that of a number, as in {example}"
            yield notice(f"decimal-comma:{column[:60]}", told)

    def scales(self) -> Iterator[Batch]:
        """The scales of the criteria, as far as the mapping tells them."""
        columns = {one.criterion: one.column for one in self.judged}
        for criterion in self.criteria:
            if scale := self._scale(criterion, columns.get(criterion, criterion)):
                none, full = scale
                yield batch("scale", {"criterion": criterion, "none": none, "full": full})

    def _scale(self, criterion: str, column: str) -> Scale | None:
        """What the mapping says of the scale of a criterion, by our name of it or the file's."""
        return self.meaning.scale.get(criterion, self.meaning.scale.get(column))


def _flagged(flag: str, words: Scoring) -> str:
    """The status that a flag beside a score says."""
    usual = {"refusal": "refusal", "true": "refusal", "code": "code", "error": "error"}
    return words.outcome(flag) or usual.get(flag.lower(), "unparsed")


def _outcome(criterion: str, value: str, raw: str | None, scale: Scale) -> Parsed | str:
    """What a stored value stands for, or what is wrong with it."""
    why = reading.unreadable(value) or reading.unreadable(raw or "")
    return why or judgement(criterion, value, raw, scale)
