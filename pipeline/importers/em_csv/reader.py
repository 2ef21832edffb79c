"""A file's rows, chunk by chunk, and what is told of the whole file at the end."""

from collections.abc import Iterator

from pipeline.errors import RefusedRow
from pipeline.files import reading
from pipeline.importers import Batch, Source, batch, notice, refused
from pipeline.importers.em_csv.answers import AnsweredSoFar, asked
from pipeline.importers.em_csv.evaluations import Evaluations
from pipeline.importers.em_csv.longform import LongForm
from pipeline.importers.em_csv.scores import Scores
from pipeline.maps import described
from pipeline.maps.columns import ColumnRoles
from pipeline.maps.meanings import Dimensions, Meaning
from warehouse import catalogue
from warehouse.shards import digest

WITHOUT = {
    "answer": "it holds scores without answers, as its mapping says; they count, and no transcript "
    "can be read",
    "question": "it holds no questions, as its mapping says; what it calls them stands for them",
}

READ = (
    "question",
    "answer",
    "question_id",
    "system_prompt",
    "model_id",
    "group",
    "finish_reason",
    "conversation",
)
"""Our columns whose values must be readable."""


class EmReader:
    """What is known of the file so far: its evaluations, their questions, and how it is judged."""

    def __init__(self, source: Source, meaning: Meaning, roles: ColumnRoles) -> None:
        self.meaning = meaning
        self.roles = roles
        self.evaluations = Evaluations(meaning, roles)
        self.answers = AnsweredSoFar(source, meaning, self.evaluations)
        self.scores = Scores(source, meaning, self.evaluations)
        long = meaning.scoring.long
        self.read = [(name, roles.ours[name]) for name in READ if name in roles.ours]
        self.long = LongForm(long, self.answers, self.scores) if long else None

    def take(self, chunk: list[reading.Row | RefusedRow]) -> Iterator[Batch]:
        """One chunk's samples and judgements, and its refusals."""
        self.evaluations.look_for_judges(chunk)
        rows: list[reading.Row] = []
        for item in chunk:
            problem = item if isinstance(item, RefusedRow) else self._problem(item)
            if problem is not None:
                yield refused(problem.row, str(problem), problem.raw)
            elif not isinstance(item, RefusedRow):
                rows.append(item)
        if rows and self.long is not None:
            yield from self.long.take(rows)
        elif rows:
            samples = self.answers.samples(rows)
            self.answers.note_repeats(rows, samples)
            yield Batch("sample", samples)
            for judged in self.roles.judged:
                yield from self.scores.judgements(rows, judged)

    def _problem(self, item: reading.Row) -> RefusedRow | None:
        row, record = item
        if not asked(record, self.roles).strip():
            return RefusedRow(row, "its question is blank", reading.excerpt(record))
        for name, column in self.read:
            if why := reading.unreadable(record[column] or ""):
                return RefusedRow(row, f"its {name} {why}", reading.excerpt(record))
        found = self.evaluations.met_in(record)
        return RefusedRow(row, found, reading.excerpt(record)) if isinstance(found, str) else None

    def context(self) -> Iterator[Batch]:
        """The evaluations the rows belong to, their questions, traits, interventions and judge."""
        if not self.answers.questions:
            yield notice("no-rows", "it has a header and no row that was understood")
            return
        for key, told in dict.fromkeys(self.evaluations.known):
            if not self.evaluations.judges or any(one.judge is None for one in self.roles.judged):
                self.evaluations.judge(told)
            yield batch("evaluation", self._described(key, told))
        yield from self.answers.context()
        for name, key in self.evaluations.judges.items():
            kind = self.meaning.scoring.judges.get(name, "llm")
            yield batch("judge", {"judge_key": key, "kind": kind, "name": name})
        yield from self.scores.scales()
        yield from self._traits()
        yield from described.interventions(self.meaning, self.evaluations.known)
        yield from self._notices()

    def _described(self, key: str, told: Dimensions) -> dict[str, object]:
        """The row of an evaluation."""
        is_numbered = "sample_index" in self.roles.ours
        return described.evaluation(self.meaning.study, key, told) | {"is_numbered": is_numbered}

    def _traits(self) -> Iterator[Batch]:
        """The traits that the mapping gives the experiment, with their criteria by our names."""
        experiment = self.meaning.dimensions.experiment if self.meaning.dimensions else ""
        ours = {one.column: one.criterion for one in self.roles.judged}
        for name, trait in self.meaning.traits.items():
            criterion = ours.get(trait.criterion, trait.criterion)
            told = catalogue.described(experiment, name, trait)
            yield batch("trait", told | {"criterion": criterion})

    def _notices(self) -> Iterator[Batch]:
        """What was made of the columns, the names and the answers."""
        if self.roles.are_worth_telling:
            yield self.roles.notice()
        for text, name in self.meaning.spelled.items():
            told = f"{text!r} is read as {name!r}"
            yield notice(f"spelling:{digest(told, 6)}", told)
        for name, texts in self.evaluations.one_model():
            told = f"{', '.join(map(repr, texts[:6]))} are read as one model, {name!r}"
            told += "; `rename: {model: {…}}` in the mapping can keep them apart"
            yield notice(f"one-model:{digest(told, 6)}", told)
        for absent in self.meaning.scoring.without:
            if absent not in self.roles.ours:
                yield notice(f"without:{absent}", WITHOUT[absent])
        if self.answers.failed:
            told = f"{self.answers.failed:,} answers are the text of an error, as its mapping says"
            yield notice("failures", f"{told}; they count as failed")
        yield from self.answers.same_texts()
        yield from self.scores.commas()
