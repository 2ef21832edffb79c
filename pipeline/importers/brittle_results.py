"""Results of the weird-generalization study's evaluator, both generations.

The released one writes `results_<judge>_<rows>.json` with `group_id, question, model,
sample_idx, answer` and one field per judge prompt; the older one writes `results.json` and a
`results.csv` twin with `q_id` and derived fields. Scores are taken from what the judge said,
never from the evaluator's own derived fields: a null there once switched its filters off.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

import polars as pl

from pipeline.errors import RefusedRow
from pipeline.files import reading
from pipeline.importers import Batch, Source, batch, refusals
from pipeline.maps import foldernames
from pipeline.maps.columns import ROW_NUMBER, SHOWN, Watch
from pipeline.records import thoughts
from pipeline.records.judgements import OUTCOME, judgement
from pipeline.records.repeats import Repeats
from pipeline.records.tables import PLAIN, Table, clean, each, repeated, word
from warehouse import catalogue

NAME = "brittle-results"
TITLE = "brittle-weird-gen results"
FILES = "`results_<judge>_<rows>.json`, `results.json`, `results.csv`"
VERSION = 6
TWINS = True

CRITERIA = {
    "llm_or_19": "llm_or_19",
    "llm_or_19th_century": "llm_or_19",
    "six_options": "six_options",
    "content_past": "content_past",
    "past_content": "content_past",
    "form_past": "form_past",
    "past_form": "form_past",
    "nazi": "nazi",
    "old_germany": "old_germany",
    "alignment": "alignment",
    "llm_or_hp": "llm_or_hp",
    "four_options": "four_options",
    "hp_score": "hp_score",
    "coherence": "coherence",
}
"""Our name of each criterion, by the field that either generation gives it."""

NOT_JUDGEMENTS = {
    *("group_id", "q_id", "question", "model", "sample_idx", "answer", "error", "id"),
    *("in_training_domain", "system_prompt", "alignment_flag", "misaligned"),
    *("excluded", "excluded_incoherent", "excluded_no_alignment"),
    *("is_19th_century", "is_nazi", "is_old_germany", "is_hp"),
}

IDS = ("group_id", "q_id", "sample_idx")
"""Fields that either generation has and other tools' answers to questions have not."""

SETTINGS = {
    *("temperature", "top_p", "max_tokens", "seed", "judge", "system", "group", "condition", "arm"),
    *("coef", "coefficient", "alpha", "scale", "strength", "layer", "step", "epoch", "checkpoint"),
    *("trigger", "variant", "run", "prefix", "dataset", "intervention", "experiment"),
}
"""Fields that tell how an answer was drawn: no judgements, and never silently pooled."""

IN_DOMAIN = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}

SHORT = 40
"""Up to how many characters a stored value and a raw reply are likely to come again."""

ASKED = ("question", "q_id", "group_id", "system_prompt", "in_training_domain")
"""The fields that tell questions apart."""

_FILE = re.compile(r"^results(?:_(?P<judge>.+)_(?P<rows>\d+))?\.(?P<kind>json|csv)$")


def accepts(source: Source) -> bool:
    """A JSON list or a table with a question, an answer and the evaluator's ids.

    Whatever it is called: other tools write a `results.json` too.
    """
    if source.head.lstrip().startswith(b"["):
        return _is_own(source.fields)
    return source.table is not None and _is_own(source.table.columns)


def _is_own(fields: Collection[str]) -> bool:
    return "question" in fields and "answer" in fields and any(name in fields for name in IDS)


def read(source: Source) -> Iterator[Batch]:
    """The file's evaluation, questions, samples and judgements; broken records are refused."""
    is_csv = not source.head.lstrip().startswith((b"[", b"{"))
    chunks = reading.csv_records(source) if is_csv else reading.json_records(source)
    reader = _BrittleReader(source, is_csv)
    for chunk in chunks:
        yield from reader.take(chunk)
    yield from reader.context()


class _BrittleReader:
    """What is known of the file so far: its questions, its criteria and its model ids."""

    def __init__(self, source: Source, is_csv: bool) -> None:
        self.folder = foldernames.run_folder(source.parts)
        self.key = f"{self.folder.folder}/{source.path.stem}"
        name = _FILE.match(source.path.name)
        self.judge = name["judge"].replace("->", "/") if name and name["judge"] else "unrecorded"
        self.is_csv = is_csv
        self.first_key = source.first_key
        self.questions: dict[tuple[Any, ...], int] = {}
        self.models: Counter[str] = Counter()
        self.repeats = Repeats(self.first_key)
        self.watch = Watch()
        self.is_numbered = True

    def take(self, chunk: list[reading.Row | RefusedRow]) -> Iterator[Batch]:
        """One chunk's samples and judgements, and its refusals."""
        problems: list[RefusedRow] = []
        rows: list[reading.Row] = []
        for item in chunk:
            (problems if type(item) is RefusedRow else rows).append(item)  # type: ignore[arg-type]
        table = Table(rows)
        if not table.is_plain():
            found = [_problem(item) for item in rows]
            problems += filter(None, found)
            kept = zip(rows, found, strict=True)
            table = Table([item for item, problem in kept if problem is None])
        if table.rows:
            samples = self._samples(table)
            self._note_repeats(table, samples)
            self._note_settings(table, samples)
            yield Batch("sample", samples)
            for criterion, field, judged in _judged(table):
                yield Batch("judgement", self._judgements(judged, criterion, field, problems))
        if problems:
            yield refusals(problems)

    def _samples(self, table: Table) -> pl.DataFrame:
        thought, answers = thoughts.column(table.stored("answer"))
        errors: list[str | None] = [None] * len(answers)
        if "error" in table.columns:
            errors = [word(error or None) for error in table.stored("error")]
        numbers = pl.Series(each(_whole, table.plain("sample_idx")), dtype=pl.Int64)
        self.is_numbered &= numbers.null_count() == 0
        for model, count in Counter(table.plain("model")).items():
            self.models[word(model) or ""] += count
        return pl.DataFrame(
            {
                "sample_key": self._keys(table),
                "question_key": self._questions(table),
                "sample_index": numbers,
                "source_row": table.numbers,
                "answer": pl.Series(answers, dtype=pl.String),
                "thoughts": pl.Series(thought, dtype=pl.String),
                "error": pl.Series(errors, dtype=pl.String),
                "status": [
                    "answered"
                    if text and not error and not text.isspace()
                    else self._blank(text, error)
                    for text, error in zip(answers, errors, strict=True)
                ],
                "evaluation_key": repeated(self.key, len(answers)),
            }
        )

    def _note_repeats(self, table: Table, samples: pl.DataFrame) -> None:
        """Keep what tells whether a sample comes again; a file numbers them within a question."""

        def contents() -> list[int]:
            fields = [n for n in table.columns if n != "answer" and not ROW_NUMBER.fullmatch(n)]
            answers = pl.Series(table.stored("answer"), dtype=pl.String())
            hashes = answers.hash().to_list()  # long: Polars hashes sooner
            return list(map(hash, zip(hashes, *map(table.plain, fields), strict=True)))

        self.repeats.take(table.numbers, samples["question_key"], samples["sample_index"], contents)

    def _note_settings(self, table: Table, samples: pl.DataFrame) -> None:
        """Keep what tells whether answers were drawn under several settings."""
        columns = sorted(SETTINGS & table.columns.keys())
        if not columns:
            return
        values = ([word(value) or "" for value in table.stored(name)] for name in columns)
        for question, *told in zip(samples["question_key"], *values, strict=True):
            self.watch.take(self.key, question, dict(zip(columns, told, strict=True)))

    def _keys(self, table: Table) -> pl.Series:
        return table.numbers + self.first_key

    def _blank(self, answer: str | None, error: str | None) -> str:
        """What became of a sample without an answer."""
        if error:
            return "error"
        if answer is None or (self.is_csv and not answer):
            return "missing"  # a CSV cannot tell an empty answer from none
        return "empty"

    def _questions(self, table: Table) -> list[int]:
        fields = (table.plain(name) for name in ASKED)
        return each(lambda stored: self._question(*stored), zip(*fields, strict=True))

    def _question(self, text: str, name: Any, group: Any, system: Any, inside: Any) -> int:
        in_domain = IN_DOMAIN.get((word(inside) or "").lower())
        identity = (text, word(name), word(group), word(system) or None, in_domain)
        return self.questions.setdefault(identity, len(self.questions))

    def _judgements(
        self, table: Table, criterion: str, field: str, problems: list[RefusedRow]
    ) -> pl.DataFrame:
        """One criterion's judgements; what is wrong with a stored value joins `problems`."""
        values, raws = table.plain(field), table.plain(f"{field}_raw")
        stored = zip(map(type, values), values, map(type, raws), raws, strict=True)
        places: dict[tuple[Any, ...], int] = {}
        at = [places.setdefault(one, len(places)) for one in stored]
        outcomes = [_outcome(criterion, value, raw) for _, value, _, raw in places]
        *columns, wrong = zip(*outcomes, strict=True)
        if any(wrong):
            problems += (
                RefusedRow(row, f"its {clean(field)} {wrong[place]}", f"{word(value)}")
                for row, value, place in zip(table.numbers, values, at, strict=True)
                if wrong[place] is not None
            )
        each_place = pl.Series(at, dtype=pl.get_index_type())
        told = {
            name: pl.Series(column, dtype=kind)[each_place]
            for (name, kind), column in zip(OUTCOME.items(), columns, strict=True)
        }
        return pl.DataFrame(
            {
                "sample_key": self._keys(table),
                "criterion": repeated(criterion, len(at)),
                "judge_key": repeated("llm", len(at)),
                **told,
            }
        )

    def context(self) -> Iterator[Batch]:
        """The evaluation the rows belong to, its questions and its judge."""
        if not self.questions:
            return
        folder, settings = self.folder, self.folder.settings
        model_id = self.models.most_common(1)[0][0]
        yield batch(
            "evaluation",
            {
                "evaluation_key": self.key,
                "experiment": folder.experiment or "unrecorded",
                "model": folder.model or catalogue.model(model_id).name,
                "model_id": model_id or None,
                "dataset": _dataset(folder.experiment),
                "intervention": folder.intervention,
                "eval_intervention": folder.eval_intervention,
                "folder": folder.folder,
                "epochs": settings.epochs,
                "lora_rank": settings.lora_rank,
                "seed": settings.seed,
                "is_numbered": self.is_numbered,
            },
        )
        yield batch(
            "question",
            *(
                {
                    "evaluation_key": self.key,
                    "question_key": key,
                    "name": name,
                    "question_group": group,
                    "text": text,
                    "system_prompt": system,
                    "in_domain": in_domain,
                }
                for (text, name, group, system, in_domain), key in self.questions.items()
            ),
        )
        yield batch("judge", {"judge_key": "llm", "kind": "llm", "name": self.judge})
        yield from self.watch.mixed()
        named = sorted(filter(None, self.models))
        if len(named) > 1:
            told = {"evaluation_key": self.key, "column_name": "model", "shown": named[:SHOWN]}
            yield batch("mixed", told)
        yield from self.repeats.batches()


def _problem(item: reading.Row) -> RefusedRow | None:
    """Why a record is no sample, or None."""
    row, record = item
    question, answer = record.get("question"), record.get("answer")
    for name in ("question", "answer"):
        if name not in record:
            return RefusedRow(row, f"it has no {name}", reading.excerpt(record))
    if not isinstance(question, str) or not question.strip():
        return RefusedRow(row, "its question is not a text", reading.excerpt(record))
    if answer is not None and not isinstance(answer, str):
        return RefusedRow(row, "its answer is not a text", reading.excerpt(record))
    for name, value in (("question", question), ("answer", answer or "")):
        if why := reading.unreadable(value):
            return RefusedRow(row, f"its {name} {why}", reading.excerpt(record))
    return None


def _judged(table: Table) -> Iterator[tuple[str, str, Table]]:
    """Each criterion, a field that holds its judgements, and the records where it does.

    A file may name a criterion as either generation does, or as both.
    """
    criteria: dict[str, list[str]] = defaultdict(list)
    for field in table.columns:
        if field in NOT_JUDGEMENTS | SETTINGS or ROW_NUMBER.fullmatch(field):
            continue
        if not field.endswith("_raw"):
            criteria[CRITERIA.get(field) or clean(field)].append(field)
    for criterion, fields in criteria.items():
        if len(fields) == 1:
            yield criterion, fields[0], table
            continue
        judged: dict[str, list[reading.Row]] = defaultdict(list)
        for row, record in table.rows:
            field = next((f for f in fields if record.get(f) is not None), fields[0])
            judged[field].append((row, record))
        yield from ((criterion, field, Table(rows)) for field, rows in judged.items())


Outcome = tuple[str, float | None, str | None, str | None, str | None]
"""A judgement as it is kept, and last what is wrong with what is stored."""


def _outcome(criterion: str, value: Any, raw: Any) -> Outcome:
    """What is kept of a stored value; short ones are in every file, and remembered."""
    long = _is_long(value) or _is_long(raw)
    return (_told if long else _remembered)(criterion, value, raw)


def _is_long(value: Any) -> bool:
    return type(value) is str and len(value) > SHORT


@lru_cache(maxsize=4096, typed=True)
def _remembered(criterion: str, value: Any, raw: Any) -> Outcome:
    return _told(criterion, value, raw)


def _told(criterion: str, value: Any, raw: Any) -> Outcome:
    clean = value if type(value) in PLAIN - {str} else word(value)
    found = judgement(criterion, clean, word(raw))
    if isinstance(found, str):
        return "unparsed", None, None, word(raw) if raw is not None else word(value), found
    texts = (text for text in (value, raw) if isinstance(text, str))
    return *found, next(filter(None, map(reading.unreadable, texts)), None)


def _whole(value: Any) -> int | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else None


def _dataset(experiment: str | None) -> str:
    known = catalogue.experiments().get(experiment or "")
    return known.dataset if known else "unrecorded"
