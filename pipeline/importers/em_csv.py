"""CSV files of emergent-misalignment evaluations: one answer a row, one column a judge prompt.

The columns stand in any order: question, answer (or response), aligned, coherent, and others.
What was evaluated stands only in the path; a mapping says what the path means.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

import msgspec
import polars as pl

from pipeline import reading
from pipeline.errors import RefusedFile, RefusedRow
from pipeline.importers import Batch, Source, batch, notice, place, refused
from pipeline.importers.brittle_results import OUTCOME, Parsed, judgement
from pipeline.mapping import Columns, Dimensions, Meaning
from warehouse import catalogue

NAME = "em-csv"
TITLE = "Emergent-misalignment CSV"
VERSION = 3

SPELLINGS = {
    "question": ("question",),
    "answer": ("answer", "response"),
    "question_id": ("question_id", "qid"),
    "sample_index": ("sample_idx",),
    "system_prompt": ("system_prompt",),
    "model_id": ("model",),
    "alignment": ("aligned", "alignment"),
    "coherence": ("coherent", "coherence"),
}
"""What such files call a column, by our name; of several in one file the first counts."""

CRITERIA = ("alignment", "coherence")

NOTHING = {"", "Unnamed: 0", "group", "coherent_binary"}
"""Columns that hold no judgement: row numbers, and what was derived from other columns."""

UNMAPPED = (
    "its model, dataset and intervention stand only in its path, and no pattern says what the path "
    "means; write a pattern for it into a mapping and import it with --map FILE.yaml"
)


def covers(source: Source) -> bool:
    """What a mapping's patterns match is what the mapping says, whatever else it looks like."""
    return source.meaning is not None and source.meaning.covered


def accepts(source: Source) -> bool:
    """A table with a question, an answer, `aligned` and `coherent`, or as a mapping calls them."""
    header, meaning = _header(source), source.meaning
    if meaning is not None and {meaning.columns.question, meaning.columns.answer} <= {*header}:
        return True
    return all(
        any(spelling in header for spelling in SPELLINGS[name])
        for name in ("question", "answer", *CRITERIA)
    )


def read(source: Source) -> Iterator[Batch]:
    """The evaluations, questions, samples and judgements of a file whose path has a meaning.

    Raises:
        RefusedFile: where it has none, or lacks a column that is needed.
    """
    meaning = source.meaning
    if meaning is None:
        raise RefusedFile(UNMAPPED)
    if meaning.skipped is not None:
        yield notice("skipped", f"it is left out, as its mapping says: {meaning.skipped}")
        return
    if meaning.dimensions is None:
        raise RefusedFile(meaning.unclear or UNMAPPED)
    if not any(map(str.strip, _header(source))):
        raise RefusedFile("it is empty")
    if len(source.head) < source.size and len(source.head.splitlines()) < 2:
        raise RefusedFile(f"its header is longer than {len(source.head):,} bytes")
    reader = _Reader(source, meaning, meaning.dimensions)
    for chunk in reading.csv_records(source):
        yield from reader.take(chunk)
    yield from reader.context()


def _header(source: Source) -> tuple[str, ...]:
    """The names of the columns, as far as they can be read."""
    return source.table.columns if source.table else ()


def _columns(header: Sequence[str], given: Columns) -> dict[str, str]:
    """The file's name of each column it has, by ours: as the mapping says, else as usual.

    Raises:
        RefusedFile: where a column is absent that is needed, or that the mapping names.
    """
    if any("\0" in name or "\N{REPLACEMENT CHARACTER}" in name for name in header):
        raise RefusedFile("its header is not UTF-8 text; save the file as UTF-8")
    found: dict[str, str] = {}
    for name, spellings in SPELLINGS.items():
        own = getattr(given, name)
        if own is not None and own not in header:
            raise RefusedFile(f"it has no column {own!r}, which its mapping takes for {name}")
        usual = (spelling for spelling in spellings if spelling in header)
        if column := own or next(usual, None):
            found[name] = column
    for name in ("question", "answer"):
        if name not in found:
            raise RefusedFile(
                f"it has no column {name!r} but {', '.join(header)[:500]}; `columns` in its "
                "mapping can say which of them it is"
            )
    return found


class _Reader:
    """What is known of the file so far: its columns, its evaluations and their questions."""

    def __init__(self, source: Source, meaning: Meaning, dimensions: Dimensions) -> None:
        self.meaning = meaning
        self.dimensions = dimensions
        ignored = meaning.columns.ignore
        header = [name for name in _header(source) if name not in ignored]
        self.columns = _columns(header, meaning.columns)
        raws = ((name, raw) for name in header for raw in (f"judge_{name}", f"{name}_raw"))
        self.raw = {name: raw for name, raw in raws if raw in header}
        told = NOTHING.union(self.columns.values(), self.raw.values(), *SPELLINGS.values())
        self.criteria = {name: self.columns[name] for name in CRITERIA if name in self.columns}
        self.criteria |= {name: name for name in header if name not in told}
        seed = f"{source.sha256}\n{place(source.path)}".encode("utf-8", "surrogateescape")
        self.first_key = int(hashlib.sha256(seed).hexdigest()[:15], 16)
        self.evaluations: dict[str | None, str] = {}
        self.questions: dict[tuple[str, str, str | None, str | None], int] = {}
        self.asked: Counter[int] = Counter()

    def take(self, chunk: list[reading.Row | RefusedRow]) -> Iterator[Batch]:
        """One chunk's samples and judgements, and its refusals."""
        rows: list[reading.Row] = []
        for item in chunk:
            problem = item if isinstance(item, RefusedRow) else self._problem(item)
            if problem is not None:
                yield refused(problem.row, str(problem), problem.raw)
            elif not isinstance(item, RefusedRow):
                rows.append(item)
        if rows:
            yield Batch("sample", self._samples(rows))
            for criterion, column in self.criteria.items():
                yield from self._judgements(rows, criterion, column)

    def _problem(self, item: reading.Row) -> RefusedRow | None:
        row, record = item
        if not record[self.columns["question"]].strip():
            return RefusedRow(row, "its question is blank", reading.excerpt(record))
        for name in ("question", "answer", "question_id", "system_prompt", "model_id"):
            if why := reading.unreadable(self._get(record, name) or ""):
                return RefusedRow(row, f"its {name} {why}", reading.excerpt(record))
        return None

    def _get(self, record: dict[str, str], name: str) -> str | None:
        """A row's value of one of our columns; None where the file has it not, or blank."""
        column = self.columns.get(name)
        return (record[column] or None) if column is not None else None

    def _samples(self, rows: list[reading.Row]) -> pl.DataFrame:
        found: dict[str, list[object]] = defaultdict(list)
        for row, record in rows:
            answer = self._get(record, "answer")
            evaluation = self._evaluation(record)
            question = self._question(evaluation, record)
            # A CSV cannot tell an empty answer from none.
            status = "missing" if answer is None else "answered" if answer.strip() else "empty"
            found["sample_key"].append(self.first_key + row)
            found["evaluation_key"].append(evaluation)
            found["question_key"].append(question)
            found["sample_index"].append(self._index(record, question))
            found["source_row"].append(row)
            found["status"].append(status)
            found["answer"].append(answer)
        return pl.DataFrame(found, schema_overrides={"answer": pl.String})

    def _evaluation(self, record: dict[str, str]) -> str:
        """The key of a row's evaluation: every model that a file names has its own."""
        ids = (self.dimensions.model_id, self._get(record, "model_id"))
        model_id = "/".join(name for name in ids if name) or None
        if model_id not in self.evaluations:
            told = msgspec.structs.replace(self.dimensions, model_id=model_id)
            key = msgspec.json.encode(msgspec.structs.astuple(told)).decode()
            self.evaluations[model_id] = key
        return self.evaluations[model_id]

    def _question(self, evaluation: str, record: dict[str, str]) -> int:
        name = self._get(record, "question_id")
        prompts = self.meaning.system_prompts.items()
        meant = (text for pattern, text in prompts if fnmatchcase(name or "", pattern))
        system = self._get(record, "system_prompt") or next(meant, None)
        identity = (evaluation, record[self.columns["question"]], name, system)
        return self.questions.setdefault(identity, len(self.questions))

    def _index(self, record: dict[str, str], question: int) -> int:
        """The number of a sample among those of its question, as the file says or as they come."""
        own = self._get(record, "sample_index") or ""
        self.asked[question] += 1
        return int(own) if own.isdecimal() and len(own) < 18 else self.asked[question] - 1

    def _judgements(self, rows: list[reading.Row], criterion: str, column: str) -> Iterator[Batch]:
        """One criterion's judgements, and what is wrong with a stored value."""
        outcomes = []
        raw_column = self.raw.get(column)
        for row, record in rows:
            value, raw = record[column], record[raw_column] if raw_column else None
            found = _outcome(criterion, value, raw)
            if isinstance(found, str):
                yield refused(row, f"its {column} {found}", value)
                found = ("unparsed", None, None, None)
            outcomes.append(found)
        judged = pl.DataFrame(outcomes, schema=OUTCOME, orient="row").with_columns(
            sample_key=pl.Series([self.first_key + row for row, _ in rows]),
            criterion=pl.lit(criterion),
            judge_key=pl.lit("llm"),
        )
        yield Batch("judgement", judged)

    def context(self) -> Iterator[Batch]:
        """The evaluations the rows belong to, their questions, traits and judge."""
        if not self.questions:
            yield notice("no-rows", "it has a header and no row that was understood")
            return
        told = msgspec.structs.asdict(self.dimensions)
        judge = told.pop("judge")
        for model_id, key in self.evaluations.items():
            told["model_id"] = model_id
            folder = _run(self.meaning.study, told)
            yield batch(
                "evaluation",
                {**told, "evaluation_key": key, "folder": folder, "study": self.meaning.study},
            )
        rows: list[dict[str, object]] = [
            {
                "evaluation_key": evaluation,
                "question_key": key,
                "name": name,
                "text": text,
                "system_prompt": system,
            }
            for (evaluation, text, name, system), key in self.questions.items()
        ]
        yield batch("question", *rows)
        yield batch("judge", {"judge_key": "llm", "kind": "llm", "name": judge})
        yield from self._traits()
        yield from self._same_texts()

    def _traits(self) -> Iterator[Batch]:
        """The traits that the mapping gives the experiment, with their criteria by our names."""
        ours = {column: name for name, column in self.columns.items()}
        for name, trait in self.meaning.traits.items():
            criterion = ours.get(trait.criterion, trait.criterion)
            told = catalogue.described(self.dimensions.experiment, name, trait)
            yield batch("trait", told | {"criterion": criterion})

    def _same_texts(self) -> Iterator[Batch]:
        """A remark where one text stands under several ids: they count as one question."""
        names: dict[tuple[str, str, str | None], set[str]] = defaultdict(set)
        for evaluation, text, name, system in self.questions:
            names[evaluation, text, system].add(name or "none")
        several = {text: sorted(ids) for (_, text, _), ids in names.items() if len(ids) > 1}
        for text in list(several)[:1]:
            yield notice(
                "one-text-several-ids",
                f"{len(several)} texts stand under several ids, such as "
                f"{' and '.join(several[text])}; each counts as one question, unless "
                "`system_prompts` in the mapping tells its ids apart",
            )


def _outcome(criterion: str, value: str, raw: str | None) -> Parsed | str:
    """What a stored value stands for, or what is wrong with it."""
    why = reading.unreadable(value) or reading.unreadable(raw or "")
    return why or judgement(criterion, value, raw)


def _run(study: str, told: dict[str, Any]) -> str:
    """A name for the model that was evaluated: equal for all files that hold answers of it."""
    names = [study, told["experiment"], told["model"], told["dataset"], told["intervention"]]
    for name, form in (("lora_rank", "r{:d}"), ("epochs", "{:g}ep"), ("model_id", "{}")):
        if told[name] is not None:
            names.append(form.format(told[name]))
    return "/".join(names)
