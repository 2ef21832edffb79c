"""The answers of a file: a sample each, with the questions they answer."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

import polars as pl

from pipeline.files import reading
from pipeline.importers import Batch, Source, batch, notice
from pipeline.importers.em_csv.evaluations import Evaluations
from pipeline.maps.columns import SHOWN, ColumnRoles, Watch, of_chat
from pipeline.maps.meanings import Meaning
from pipeline.records.repeats import Repeats
from pipeline.records.thoughts import apart, joined
from warehouse import harmless

UNASKED = "(the file does not hold the question)"
"""What stands for a question where there is neither its text nor its name."""

LONGEST = 40
"""So many letters of a system prompt are told where it may be a condition."""

TEXTS = ("answer", "thoughts", "error", "finish_reason", "conversation")
"""What there is of an answer, besides its status."""


def asked(record: dict[str, str], roles: ColumnRoles) -> str:
    """The text of a row's question, or its name where the mapping says that there is none."""
    if "question" in roles.ours:
        return record[roles.ours["question"]]
    return roles.value(record, "question_id") or UNASKED


class QuestionKey(NamedTuple):
    """What tells a question from another."""

    evaluation: str
    text: str
    name: str | None
    system: str | None
    group: str | None


class AnsweredSoFar:
    """What is known so far of the questions, and of what was answered."""

    def __init__(self, source: Source, meaning: Meaning, evaluations: Evaluations) -> None:
        self.meaning = meaning
        self.roles = evaluations.roles
        self.evaluations = evaluations
        self.first_key = source.first_key
        self.questions: dict[QuestionKey, int] = {}
        self.failed = 0
        self._asked: Counter[int] = Counter()
        judges = {one.judge for one in meaning.layout.companions if one.judge}
        # What a judge's own file says is about its judgement, and no condition of the answer.
        of_judges = {name for name in self.roles.unknown if name.rpartition("@")[2] in judges}
        self._watched = [name for name in self.roles.unknown if name not in of_judges]
        self._watch = Watch()
        self._repeats = Repeats(self.first_key)

    def samples(self, rows: list[reading.Row]) -> pl.DataFrame:
        """A sample each of some rows."""
        found: dict[str, list[object]] = defaultdict(list)
        for row, record in rows:
            evaluation, _ = self.evaluations.of(record)
            question = self._question(evaluation, record)
            index = self._index(record, question)
            answer = self._answer(record)
            for name, value in answer.items():
                found[name].append(value)
            found["sample_key"].append(self.first_key + row)
            found["evaluation_key"].append(evaluation)
            found["question_key"].append(question)
            found["sample_index"].append(index)
            found["source_row"].append(row)
            watched = {column: record[column] for column in self._watched}
            self._watch.take(evaluation, question, watched)
        return pl.DataFrame(
            found,
            schema_overrides=dict.fromkeys(TEXTS, pl.String()),
        )

    def note_repeats(self, rows: list[reading.Row], samples: pl.DataFrame) -> None:
        """Keep what tells whether a sample that the file numbers itself comes again."""
        if "sample_index" not in self.roles.ours:
            return
        left = set(self.roles.unused)

        def contents() -> list[int]:
            return [
                hash(tuple(value for name, value in record.items() if name not in left))
                for _, record in rows
            ]

        self._repeats.take(
            samples["source_row"], samples["question_key"], samples["sample_index"], contents
        )

    def _answer(self, record: dict[str, str]) -> dict[str, str | None]:
        """What there is of a row's answer: its text without thoughts, or why there is none."""
        if "answer" not in self.roles.ours:  # as the mapping says
            return dict.fromkeys(TEXTS) | {"status": "answered"}
        text = self.roles.value(record, "answer")
        if text is not None and self.meaning.failures.names(text):
            self.failed += 1
            return dict.fromkeys(TEXTS) | {"status": "error", "error": text[:2_000]}
        thoughts, answer = apart(text) if text else (None, text)
        if answer is None and self.roles.value(record, "spoken"):
            answer = ""  # a last message without a text, such as one that calls a tool
        own = self.roles.value(record, "thoughts")
        # A CSV cannot tell an empty answer from none.
        blank = "missing" if answer is None else "answered" if answer.strip() else "empty"
        return {
            "status": blank,
            "answer": answer,
            "thoughts": joined([part for part in (own, thoughts) if part]) if own else thoughts,
            "error": None,
            "conversation": self.roles.value(record, "conversation"),
            "finish_reason": self.roles.value(record, "finish_reason"),
        }

    def _question(self, evaluation: str, record: dict[str, str]) -> int:
        name = self.roles.value(record, "question_id")
        system = self.roles.value(record, "system_prompt")
        if system is None and (prompts := self.meaning.system_prompts):
            meant = (text for pattern, text in prompts.items() if fnmatchcase(name or "", pattern))
            system = next(meant, None)
        group = self.roles.value(record, "group")
        identity = QuestionKey(evaluation, asked(record, self.roles), name, system, group)
        return self.questions.setdefault(identity, len(self.questions))

    def _index(self, record: dict[str, str], question: int) -> int:
        """The number of a sample among those of its question, as the file says or as they come."""
        own = self.roles.value(record, "sample_index") or ""
        self._asked[question] += 1
        return int(own) if own.isdecimal() and len(own) < 18 else self._asked[question] - 1

    def context(self) -> Iterator[Batch]:
        """The questions, and what is odd about the answers taken together."""
        rows: list[dict[str, object]] = [
            {
                "evaluation_key": question.evaluation,
                "question_key": key,
                "name": question.name,
                "question_group": question.group,
                "text": question.text,
                "system_prompt": question.system,
            }
            for question, key in self.questions.items()
        ]
        yield batch("question", *rows)
        yield from self._watch.mixed()
        yield from self._asked_again()
        yield from self._repeats.batches()

    def _asked_again(self) -> Iterator[Batch]:
        """Groups and system prompts that are conditions: most questions stand in several."""
        for role in ("group", "system_prompt"):
            column = self.roles.ours.get(role)
            if column is None or column == of_chat(role):
                continue
            told: dict[str, dict[QuestionKey, set[str]]] = defaultdict(lambda: defaultdict(set))
            for question in self.questions:
                group, system = question.group, question.system
                if role == "group":
                    own, alone = group, question._replace(group=None)
                else:
                    own, alone = system, question._replace(system=None)
                told[question.evaluation][alone].add(own or "")
            for evaluation, by_question in told.items():
                several = [texts for texts in by_question.values() if len(texts) > 1]
                if 2 * len(several) > len(by_question):
                    every = sorted(set().union(*several))[:SHOWN]
                    shown = [harmless.short(text, LONGEST) if text else "blank" for text in every]
                    row = {"evaluation_key": evaluation, "column_name": column, "shown": shown}
                    yield batch("mixed", row)

    def same_texts(self) -> Iterator[Batch]:
        """A remark where one text stands under several ids: they count as one question."""
        names: dict[tuple[str, str, str | None], set[str]] = defaultdict(set)
        for evaluation, text, name, system, _ in self.questions:
            names[evaluation, text, system].add(name or "none")
        several = {text: sorted(ids) for (_, text, _), ids in names.items() if len(ids) > 1}
        for text in list(several)[:1]:
            yield notice(
                "one-text-several-ids",
                f"{len(several)} texts stand under several ids, such as "
                f"{' and '.join(several[text])}; each counts as one question, unless "
                "`system_prompts` in the mapping tells its ids apart",
            )
