"""A log as a study map describes it: dimensions from its header and its samples' metadata."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pipeline.errors import RefusedFile
from pipeline.files.texts import as_text
from pipeline.foreign.shaping import at
from pipeline.foreign.table import evaluated
from pipeline.importers import Batch, batch
from pipeline.importers.inspect_logs.log import Header, LogSample
from pipeline.maps import described
from pipeline.maps.meanings import Dimensions, Meaning, is_told
from warehouse import catalogue

MOST = 10_000
"""How many evaluations one log may make."""


class Mapped:
    """The evaluations of a log, by what the map's columns hold in each sample."""

    def __init__(self, meaning: Meaning, header: Header) -> None:
        self.meaning = meaning
        self.task = task = header.eval
        self.head: dict[str, Any] = {
            "eval": {
                "task": task.task,
                "model": task.model,
                "metadata": task.metadata or {},
                "task_args": task.task_args or {},
            }
        }
        self.met: dict[tuple[str, ...], tuple[str, Dimensions] | str] = {}

    def key(self, sample: LogSample) -> str:
        """The key of a sample's evaluation.

        Raises:
            ValueError: saying what of the sample does not fit.
        """
        record = self.head | {"metadata": sample.metadata or {}, "id": sample.id}
        columns = self.meaning.columns
        words = {
            word: text
            for word, column in columns.words.items()
            if (text := self._text(column, record)) or word not in columns.where_there
        }
        texts = tuple(words.get(word, "") for word in columns.words)
        if texts not in self.met:
            if len(self.met) >= MOST:
                raise RefusedFile(f"its metadata would make more than {MOST:,} evaluations of it")
            self.met[texts] = self._told(words)
        found = self.met[texts]
        if isinstance(found, str):
            raise ValueError(found)
        return found[0]

    def _told(self, words: dict[str, str]) -> tuple[str, Dimensions] | str:
        try:
            told = self.meaning.of_row(words)
        except ValueError as error:
            return str(error)
        if told.model == catalogue.model(self.task.model).name and not self._is_listed():
            told = msgspec.structs.replace(told, model=self.task.named_model)
        return msgspec.json.encode(msgspec.structs.astuple(told)).decode(), told

    def _is_listed(self) -> bool:
        """Whether the map itself says what the model is called."""
        meaning = self.meaning
        return is_told("model", self.task.model, meaning.values, meaning.rename)

    def _text(self, column: str, record: dict[str, Any]) -> str:
        made = self.meaning.layout.expressions.get(column)
        return evaluated(made, [record])[0] if made else as_text(at(record, column)) or ""

    def context(self, beside: dict[str, object]) -> Iterator[Batch]:
        """The evaluations, with what the header says of all, their traits and interventions."""
        known = list(dict.fromkeys(f for f in self.met.values() if not isinstance(f, str)))
        for key, told in known:
            row = described.evaluation(self.meaning.study, key, told)
            said = {name: value for name, value in row.items() if value is not None}
            yield batch("evaluation", beside | said)
        for experiment in dict.fromkeys(told.experiment for _, told in known):
            for name, trait in self.meaning.traits.items():
                yield batch("trait", catalogue.described(experiment, name, trait))
        yield from described.interventions(self.meaning, known)
