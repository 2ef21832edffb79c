"""CSV files of emergent-misalignment evaluations: one answer a row, one column a judge prompt.

The columns stand in any order: question, answer (or response), aligned, coherent, and others.
What was evaluated stands only in the path; a mapping says what the path means. Without one it stays
unrecorded, and the answers and scores count as what they are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any

import msgspec
import polars as pl

from pipeline import reading, unmapped
from pipeline.columns import CRITERIA, OUR_NAME, SPELLINGS, Judged, Roles, Watch, roles
from pipeline.errors import RefusedFile, RefusedRow
from pipeline.foreign import archives, columnar
from pipeline.foreign.spec import Long
from pipeline.foreign.table import Table
from pipeline.importers import Batch, Source, batch, notice, refused
from pipeline.judgements import FULL, OUTCOME, Parsed, judgement
from pipeline.meanings import GIVEN, Dimensions, Meaning, Scale, Scoring, meant
from pipeline.repeats import Repeats
from pipeline.thoughts import apart
from warehouse import catalogue
from warehouse.shards import digest

NAME = "em-csv"
TITLE = "Emergent-misalignment CSV"
FILES = "CSV with `question`, `answer`, `aligned` and `coherent`, and whatever a map describes"
VERSION = 8
ARCHIVES = True
MAPPABLE = True

WITHOUT = {
    "answer": "it holds scores without answers, as its mapping says; they count, and no transcript "
    "can be read",
    "question": "it holds no questions, as its mapping says; what it calls them stands for them",
}

LONGEST_JUDGE = 200
"""A longer text in the column `judge` is no name."""

MOST_EVALUATIONS = 10_000

MOST_SAMPLES = 1_000_000
"""How many samples of a file in long form are told apart."""

LEFT_OUT = ("judge", "steer_vector", "steer_layer", "steer_scale")
"""The dimensions that an evaluation does not have, but its judgements, or what it was given."""

UNASKED = "(the file does not hold the question)"
"""What stands for a question where there is neither its text nor its name."""


def covers(source: Source) -> bool:
    """What a mapping's patterns match is what the mapping says, whatever else it looks like."""
    meaning = source.meaning
    if meaning is None or not meaning.covered or not (source.size and source.head.strip()):
        return False
    if archives.is_archive(source.head):
        return meaning.layout.shape.members is not None
    return True


def accepts(source: Source) -> bool:
    """A table with a question, an answer, `aligned` and `coherent`, or as a mapping calls them."""
    if columnar.is_columnar(source.head) or archives.is_archive(source.head):
        return False  # without a mapping nobody knows what it holds
    header, meaning = _header(source), source.meaning
    if meaning is not None and {meaning.columns.question, meaning.columns.answer} <= {*header}:
        return True
    return all(
        any(spelling in header for spelling in SPELLINGS[name])
        for name in ("question", "answer", *CRITERIA)
    )


def read(source: Source) -> Iterator[Batch]:
    """The evaluations, questions, samples and judgements, as a mapping or the file itself says.

    Raises:
        RefusedFile: where its meaning is unclear, or it lacks a column that is needed.
    """
    meaning = source.meaning
    if meaning is None:
        meaning = unmapped.meaning(source)
        yield unmapped.remark(source)
    if meaning.skipped is not None:
        yield notice("skipped", f"it is left out, as its mapping says: {meaning.skipped}")
        return
    if meaning.dimensions is None:
        raise RefusedFile(meaning.unclear or "its mapping does not say what its path means")
    yield from table_of(source, meaning)


def table_of(source: Source, meaning: Meaning) -> Iterator[Batch]:
    """What a table of answers holds, by what is said of it.

    Raises:
        RefusedFile: where it lacks a column that is needed.
    """
    table = None
    if not _is_plain(source, meaning):
        table = Table(source, meaning)
        reader = _Reader(source, meaning, roles(table.columns, meaning, table.numeric()))
        chunks = table.rows()
    else:
        reader, chunks = _plain_reader(source, meaning), reading.csv_records(source)
    for chunk in chunks:
        yield from reader.take(chunk)
    yield from reader.context()
    yield from table.notices() if table else ()


def _is_plain(source: Source, meaning: Meaning) -> bool:
    """Whether it is a table of separated values, and its columns are named as they stand."""
    begin = source.head.lstrip()[:1]
    if meaning.layout.is_told or begin in (b"{", b"[") or columnar.is_columnar(source.head):
        return False
    return not ("*" in meaning.scoring.patterns or any("|" in name for name in meaning.named))


def _plain_reader(source: Source, meaning: Meaning) -> "_Reader":
    header = _header(source)
    if not any(map(str.strip, header)):
        raise RefusedFile("it is empty")
    if len(source.head) < source.size and len(source.head.splitlines()) < 2:
        raise RefusedFile(f"its header is longer than {len(source.head):,} bytes")
    return _Reader(source, meaning, roles(header, meaning))


def _header(source: Source) -> tuple[str, ...]:
    """The names of the columns, as far as they can be read."""
    return source.table.columns if source.table else ()


NO_FLAG = frozenset({"", "none", "null", "false", "0", "ok", "no", "nan"})
"""What stands in the column of a flag where there is none."""

TEXTS = ("answer", "thoughts", "error", "finish_reason")
"""What there is of an answer, besides its status."""


class _Reader:
    """What is known of the file so far: its columns, its evaluations and their questions."""

    def __init__(self, source: Source, meaning: Meaning, roles: Roles) -> None:
        self.meaning = meaning
        self.roles = roles
        self.first_key = source.first_key
        self.evaluations: dict[tuple[str, ...], tuple[str, Dimensions] | str] = {}
        self.questions: dict[tuple[str, str, str | None, str | None, str | None], int] = {}
        self.asked: Counter[int] = Counter()
        self.watch = Watch()
        self.repeats = Repeats(self.first_key)
        self.judges: dict[str, str] = {}
        self.experiment = meaning.dimensions.experiment if meaning.dimensions else ""
        self.failed = 0
        self.long = meaning.scoring.long
        self.known_rows: dict[int, int] = {}  # the first row of each sample, in long form
        self.long_judged: set[tuple[int, str, str | None]] = set()
        self.criteria: dict[str, None] = {one.criterion: None for one in roles.judged}

    def take(self, chunk: list[reading.Row | RefusedRow]) -> Iterator[Batch]:
        """One chunk's samples and judgements, and its refusals."""
        rows: list[reading.Row] = []
        for item in chunk:
            problem = item if isinstance(item, RefusedRow) else self._problem(item)
            if problem is not None:
                yield refused(problem.row, str(problem), problem.raw)
            elif not isinstance(item, RefusedRow):
                rows.append(item)
        if rows and self.long is not None:
            yield from self._take_long(rows, self.long)
        elif rows:
            samples = self._samples(rows)
            self._note_repeats(rows, samples)
            yield Batch("sample", samples)
            for judged in self.roles.judged:
                yield from self._judgements(rows, judged)

    def _take_long(self, rows: list[reading.Row], long: Long) -> Iterator[Batch]:
        """Rows that are a judgement each: the first on a sample stands for it."""
        firsts: list[reading.Row] = []
        groups: dict[tuple[str, str | None], list[reading.Row]] = defaultdict(list)
        for row, record in rows:
            evaluation, _ = self._known(record)
            if long.sample:
                told: tuple[str | None, ...] = (record[long.sample],)
            else:
                names = ("question", "question_id", "sample_index", "answer")
                told = tuple(self._get(record, name) for name in names)
            identity = hash((evaluation, *told))
            if identity not in self.known_rows:
                if len(self.known_rows) >= MOST_SAMPLES:
                    raise RefusedFile(f"it holds more than {MOST_SAMPLES:,} samples in long form")
                self.known_rows[identity] = row
                firsts.append((row, record))
            judge = record[long.judge] if long.judge else None
            sample = self.known_rows[identity]
            groups[record[long.criterion], judge].append((sample, record))
        if firsts:
            yield Batch("sample", self._samples(firsts))
        for (criterion, judge), members in groups.items():
            name = OUR_NAME.get(criterion, criterion)
            self.criteria.setdefault(name)
            judged = Judged(name, long.score, judge, long.raw, long.flag)
            fresh = []
            for sample, record in members:
                key = (sample, name, judge)
                if key in self.long_judged:
                    yield refused(sample, f"it is judged on {name} by the same judge twice")
                    continue
                self.long_judged.add(key)
                fresh.append((sample, record))
            yield from self._judgements(fresh, judged) if fresh else ()

    def _problem(self, item: reading.Row) -> RefusedRow | None:
        row, record = item
        if not self._asked(record).strip():
            return RefusedRow(row, "its question is blank", reading.excerpt(record))
        for name in (
            "question",
            "answer",
            "question_id",
            "system_prompt",
            "model_id",
            "group",
            "finish_reason",
        ):
            if why := reading.unreadable(self._get(record, name) or ""):
                return RefusedRow(row, f"its {name} {why}", reading.excerpt(record))
        found = self._evaluation(record)
        return RefusedRow(row, found, reading.excerpt(record)) if isinstance(found, str) else None

    def _asked(self, record: dict[str, str]) -> str:
        """The text of a row's question, or its name where the mapping says that there is none."""
        if "question" in self.roles.ours:
            return record[self.roles.ours["question"]]
        return self._get(record, "question_id") or UNASKED

    def _get(self, record: dict[str, str], name: str) -> str | None:
        """A row's value of one of our columns; None where the file has it not, or blank."""
        column = self.roles.ours.get(name)
        return (record[column] or None) if column is not None else None

    def _samples(self, rows: list[reading.Row]) -> pl.DataFrame:
        found: dict[str, list[object]] = defaultdict(list)
        for row, record in rows:
            evaluation, _ = self._known(record)
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
            unknown = {column: record[column] for column in self.roles.unknown}
            self.watch.take(evaluation, question, unknown)
        return pl.DataFrame(
            found,
            schema_overrides=dict.fromkeys(TEXTS, pl.String()),
        )

    def _answer(self, record: dict[str, str]) -> dict[str, str | None]:
        """What there is of a row's answer: its text without thoughts, or why there is none."""
        if "answer" not in self.roles.ours:  # as the mapping says
            return dict.fromkeys(TEXTS) | {"status": "answered"}
        text = self._get(record, "answer")
        if text is not None and self.meaning.failures.names(text):
            self.failed += 1
            return dict.fromkeys(TEXTS) | {"status": "error", "error": text[:2_000]}
        thoughts, answer = apart(text) if text else (None, text)
        # A CSV cannot tell an empty answer from none.
        blank = "missing" if answer is None else "answered" if answer.strip() else "empty"
        return {
            "status": blank,
            "answer": answer,
            "thoughts": thoughts,
            "error": None,
            "finish_reason": self._get(record, "finish_reason"),
        }

    def _evaluation(self, record: dict[str, str]) -> tuple[str, Dimensions] | str:
        """The key and dimensions of a row's evaluation, or what is wrong with the row."""
        words = {word: record[column] for word, column in self.roles.words.items()}
        texts = (self._get(record, "model_id") or "", *words.values())
        if texts not in self.evaluations:
            self.evaluations[texts] = self._described(texts[0], words)
        return self.evaluations[texts]

    def _described(self, model_id: str, words: dict[str, str]) -> tuple[str, Dimensions] | str:
        if len(self.evaluations) >= MOST_EVALUATIONS:
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

    def _question(self, evaluation: str, record: dict[str, str]) -> int:
        name = self._get(record, "question_id")
        prompts = self.meaning.system_prompts.items()
        meant = (text for pattern, text in prompts if fnmatchcase(name or "", pattern))
        system = self._get(record, "system_prompt") or next(meant, None)
        group = self._get(record, "group")
        identity = (evaluation, self._asked(record), name, system, group)
        return self.questions.setdefault(identity, len(self.questions))

    def _index(self, record: dict[str, str], question: int) -> int:
        """The number of a sample among those of its question, as the file says or as they come."""
        own = self._get(record, "sample_index") or ""
        self.asked[question] += 1
        return int(own) if own.isdecimal() and len(own) < 18 else self.asked[question] - 1

    def _note_repeats(self, rows: list[reading.Row], samples: pl.DataFrame) -> None:
        """Keep what tells whether a sample that the file numbers itself comes again."""
        if "sample_index" not in self.roles.ours:
            return
        left = set(self.roles.unused)
        contents = [
            hash(tuple(value for name, value in record.items() if name not in left))
            for _, record in rows
        ]
        self.repeats.take(
            samples["source_row"],
            samples["question_key"].to_list(),
            samples["sample_index"].to_list(),
            contents,
        )

    def _judgements(self, rows: list[reading.Row], judged: Judged) -> Iterator[Batch]:
        """One judge's judgements on one criterion, and what is wrong with a stored value."""
        outcomes = []
        criterion, column = judged.criterion, judged.column
        scale = self._scale(criterion, column) or FULL
        words = self.meaning.scoring
        for row, record in rows:
            value, raw = record[column], record[judged.raw] if judged.raw else None
            flag = record[judged.flag].strip() if judged.flag else ""
            if flag.lower() not in NO_FLAG:
                value, raw = "", raw or flag
                found: Parsed | str = (_flagged(flag, words), None, None, raw)
            elif words.outcomes and (status := words.outcome(value.strip())):
                found = (status, None, None, raw or value)
            else:
                found = _outcome(criterion, value, raw, scale)
            if isinstance(found, str):
                yield refused(row, f"its {column} {found}", value)
                found = ("unparsed", None, None, None)
            outcomes.append(found)
        table = pl.DataFrame(outcomes, schema=OUTCOME, orient="row").with_columns(
            sample_key=pl.Series([self.first_key + row for row, _ in rows]),
            criterion=pl.lit(criterion),
            judge_key=self._judge_keys(rows, judged.judge),
        )
        if judged.judge is not None:  # who judged nothing of an answer was not asked
            table = table.filter((pl.col("status") != "missing") | pl.col("raw").is_not_null())
        yield Batch("judgement", table)

    def _known(self, record: dict[str, str]) -> tuple[str, Dimensions]:
        """The evaluation of a row that was understood."""
        found = self._evaluation(record)
        assert not isinstance(found, str)
        return found

    def _judge_keys(self, rows: list[reading.Row], named: str | None) -> pl.Expr | pl.Series:
        """The keys of the judges of some rows; of one evaluation there is but one."""
        if len(self.evaluations) == 1:
            return pl.lit(self._judge(self._known(rows[0][1])[1], named))
        return pl.Series([self._judge(self._known(record)[1], named) for _, record in rows])

    def _judge(self, told: Dimensions, named: str | None = None) -> str:
        """The key of a judge: the one that a column names, else the evaluation's."""
        name = told.judge
        if named is not None:
            lists = self.meaning.values, self.meaning.rename
            name = str(meant("judge", named, *lists)) or name
        count = len(self.judges)
        return self.judges.setdefault(name, f"llm-{count + 1}" if count else "llm")

    def _scale(self, criterion: str, column: str) -> Scale | None:
        """What the mapping says of the scale of a criterion, by our name of it or the file's."""
        return self.meaning.scale.get(criterion, self.meaning.scale.get(column))

    def context(self) -> Iterator[Batch]:
        """The evaluations the rows belong to, their questions, traits, interventions and judge."""
        if not self.questions:
            yield notice("no-rows", "it has a header and no row that was understood")
            return
        known = [found for found in self.evaluations.values() if not isinstance(found, str)]
        for key, told in dict.fromkeys(known):
            row = msgspec.structs.asdict(told)
            if not self.judges or any(one.judge is None for one in self.roles.judged):
                self._judge(told)
            row = {name: value for name, value in row.items() if name not in LEFT_OUT}
            folder = _run(self.meaning.study, row)
            names = {"evaluation_key": key, "folder": folder, "study": self.meaning.study or None}
            is_numbered = "sample_index" in self.roles.ours
            yield batch("evaluation", row | names | {"is_numbered": is_numbered})
        rows: list[dict[str, object]] = [
            {
                "evaluation_key": evaluation,
                "question_key": key,
                "name": name,
                "question_group": group,
                "text": text,
                "system_prompt": system,
            }
            for (evaluation, text, name, system, group), key in self.questions.items()
        ]
        yield batch("question", *rows)
        for name, key in self.judges.items():
            kind = self.meaning.scoring.judges.get(name, "llm")
            yield batch("judge", {"judge_key": key, "kind": kind, "name": name})
        columns = {one.criterion: one.column for one in self.roles.judged}
        for criterion in self.criteria:
            if scale := self._scale(criterion, columns.get(criterion, criterion)):
                none, full = scale
                yield batch("scale", {"criterion": criterion, "none": none, "full": full})
        yield from self._traits()
        yield from self._interventions(known)
        yield from self.watch.mixed()
        yield from self.repeats.batches()
        yield from self._notices()

    def _traits(self) -> Iterator[Batch]:
        """The traits that the mapping gives the experiment, with their criteria by our names."""
        ours = {one.column: one.criterion for one in self.roles.judged}
        for name, trait in self.meaning.traits.items():
            criterion = ours.get(trait.criterion, trait.criterion)
            told = catalogue.described(self.experiment, name, trait)
            yield batch("trait", told | {"criterion": criterion})

    def _interventions(self, known: Iterable[tuple[str, Dimensions]]) -> Iterator[Batch]:
        """The interventions met in the file, as far as the mapping describes them."""
        known = list(known)
        steered = {(told.experiment, told.steered): told.steering for _, told in known}
        for (experiment, name), steering in steered.items():
            if name and steering and name not in self.meaning.interventions:
                yield batch("intervention", steering.row(experiment, name))
        met = {(told.experiment, getattr(told, name)) for _, told in known for name in GIVEN}
        for experiment, name in sorted(met):
            described = self.meaning.interventions.get(name)
            if described is not None and name != "none":
                yield batch("intervention", described.row(experiment, name))

    def _notices(self) -> Iterator[Batch]:
        """What was made of the columns, the names and the answers."""
        if self.roles.are_worth_telling:
            yield self.roles.notice()
        for text, name in self.meaning.spelled.items():
            told = f"{text!r} is read as {name!r}"
            yield notice(f"spelling:{digest(told, 6)}", told)
        for absent in self.meaning.scoring.without:
            yield notice(f"without:{absent}", WITHOUT[absent])
        if self.failed:
            told = f"{self.failed:,} answers are the text of an error, as its mapping says"
            yield notice("failures", f"{told}; they count as failed")
        yield from self._same_texts()

    def _same_texts(self) -> Iterator[Batch]:
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


def _flagged(flag: str, words: Scoring) -> str:
    """The status that a flag beside a score says."""
    usual = {"refusal": "refusal", "true": "refusal", "code": "code", "error": "error"}
    return words.outcome(flag) or usual.get(flag.lower(), "unparsed")


def _outcome(criterion: str, value: str, raw: str | None, scale: Scale) -> Parsed | str:
    """What a stored value stands for, or what is wrong with it."""
    why = reading.unreadable(value) or reading.unreadable(raw or "")
    return why or judgement(criterion, value, raw, scale)


def _run(study: str, told: dict[str, Any]) -> str:
    """A name for the model that was evaluated: equal for all files that hold answers of it."""
    names = [study, told["experiment"], told["model"], told["dataset"], told["intervention"]]
    for name, form in (
        ("lora_rank", "r{:d}"),
        ("epochs", "{:g}ep"),
        ("step", "step {:d}"),
        ("rerun_of", "rerun {}"),
        ("model_id", "{}"),
    ):
        if told[name] is not None:
            names.append(form.format(told[name]))
    return "/".join(names)
