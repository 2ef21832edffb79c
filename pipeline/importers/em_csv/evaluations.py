"""The evaluations that the rows of a file belong to, and who judged them."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec
import polars as pl

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.files import reading
from pipeline.maps.columns import ColumnRoles
from pipeline.maps.meanings import Dimensions, Meaning, meant
from pipeline.records.tables import repeated

MOST_EVALUATIONS = 10_000

LONGEST_JUDGE = 200
"""A longer text in the column `judge` is no name."""


class Evaluations:
    """The evaluations met so far, each with its key, and the judges with theirs."""

    def __init__(self, meaning: Meaning, roles: ColumnRoles) -> None:
        self.meaning = meaning
        self.roles = roles
        self.met: dict[tuple[str, ...], tuple[str, Dimensions] | str] = {}
        self.judges: dict[str, str] = {}
        self.only_judge: str | None = None  # "" where there are several

    def look_for_judges(self, chunk: list[reading.Row | RefusedRow]) -> None:
        """Remember who judged, where it is one and the same that rows name.

        A row that names none, such as a call that failed before there was anything to judge, is
        one of those that this one was asked about.
        """
        column = self.roles.words.get("judge")
        if column is not None and self.only_judge != "":
            rows = (item[1] for item in chunk if not isinstance(item, RefusedRow))
            named = {record[column].strip() for record in rows} - {""}
            named |= {self.only_judge} if self.only_judge else set()
            self.only_judge = (named.pop() if named else None) if len(named) < 2 else ""

    @property
    def known(self) -> list[tuple[str, Dimensions]]:
        """Those of rows that were understood, in the order in which they came."""
        return [found for found in self.met.values() if not isinstance(found, str)]

    def met_in(self, record: dict[str, str]) -> tuple[str, Dimensions] | str:
        """The key and dimensions of a row's evaluation, or what is wrong with the row."""
        words = {word: record[column] for word, column in self.roles.words.items()}
        if self.only_judge and not words["judge"].strip():
            words["judge"] = self.only_judge
        texts = (self.roles.value(record, "model_id") or "", *words.values())
        if texts not in self.met:
            self.met[texts] = self._described(texts[0], words)
        return self.met[texts]

    def of(self, record: dict[str, str]) -> tuple[str, Dimensions]:
        """The evaluation of a row that was understood."""
        found = self.met_in(record)
        assert not isinstance(found, str)
        return found

    def _described(self, model_id: str, words: dict[str, str]) -> tuple[str, Dimensions] | str:
        if len(self.met) >= MOST_EVALUATIONS:
            columns = [*self.roles.words.values(), self.roles.ours.get("model_id", "")]
            raise RefusedFile(
                f"its {', '.join(filter(None, columns))} would make more than "
                f"{MOST_EVALUATIONS:,} evaluations of it; say in its mapping what they are"
            )
        own_judge = words.pop("judge", None) if "judge" not in self.meaning.columns.words else None
        if why := next(filter(None, map(reading.unreadable, words.values())), None):
            return f"one of its {', '.join(words)} {why}"
        if own_judge is not None and ("\n" in own_judge or len(own_judge) > LONGEST_JUDGE):
            raise RefusedFile(
                "its column 'judge' holds no names; `columns: {ignore: [judge]}` in its mapping "
                "leaves it out"
            )
        try:
            told = self.meaning.of_row(words)
        except ValueError as error:
            return str(error)
        ids = "/".join(name for name in (told.model_id, model_id) if name) or None
        told = msgspec.structs.replace(told, model_id=ids, judge=own_judge or told.judge)
        return msgspec.json.encode(msgspec.structs.astuple(told)).decode(), told

    def one_model(self) -> Iterator[tuple[str, list[str]]]:
        """The models that rows name in several ways, such as `lark/gull-7b` and `wren/gull-7b`."""
        words = list(self.roles.words)
        if "model" not in words:
            return
        place = 1 + words.index("model")  # behind the model's own id
        named: dict[str, set[str]] = defaultdict(set)
        for texts, found in self.met.items():
            if not isinstance(found, str):
                named[found[1].model].add(texts[place])
        yield from ((name, sorted(texts)) for name, texts in named.items() if len(texts) > 1)

    def judge_keys(self, rows: list[reading.Row], named: str | None) -> pl.Series:
        """The keys of the judges of some rows; of one evaluation there is but one."""
        if len(self.met) == 1:
            return repeated(self.judge(self.of(rows[0][1])[1], named), len(rows))
        return pl.Series([self.judge(self.of(record)[1], named) for _, record in rows])

    def judge(self, told: Dimensions, named: str | None = None) -> str:
        """The key of a judge: the one that a column names, else the evaluation's."""
        name = told.judge
        if named is not None:
            lists = self.meaning.values, self.meaning.rename
            name = str(meant("judge", named, *lists)) or name
        count = len(self.judges)
        return self.judges.setdefault(name, f"llm-{count + 1}" if count else "llm")
