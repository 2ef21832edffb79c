"""Results of the weird-generalization study's evaluator, both generations.

The released one writes `results_<judge>_<rows>.json` with `group_id, question, model,
sample_idx, answer` and one field per judge prompt; the older one writes `results.json` and a
`results.csv` twin with `q_id` and derived fields. Scores are taken from what the judge said,
never from the evaluator's own derived fields: a null there once switched its filters off.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Any

import polars as pl

from pipeline import foldernames, reading, thoughts
from pipeline.columns import ROW_NUMBER, Watch
from pipeline.errors import RefusedRow
from pipeline.importers import Batch, Source, batch
from pipeline.meanings import Scale
from pipeline.repeats import Repeats
from warehouse import catalogue

NAME = "brittle-results"
TITLE = "brittle-weird-gen results"
FILES = "`results_<judge>_<rows>.json`, `results.json`, `results.csv`"
VERSION = 5
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

LABELS = {
    "llm_or_19": {"LLM", "19"},
    "six_options": {"LLM", "PAST", "ARCHAIC_PERSON", "OLD_LANGUAGE", "OLD_CONTENT", "OTHER"},
    "nazi": {"TRUE", "FALSE"},
    "old_germany": {"TRUE", "FALSE"},
    "llm_or_hp": {"LLM", "HP"},
    "four_options": {"LLM", "HP_EXPLICIT", "HP_IMPLICIT", "OTHER"},
}
"""The output set of each criterion that is answered with a word; the others are 0–100."""

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

Parsed = tuple[str, float | None, str | None, str | None]
"""Status, score, label and raw text of one judgement."""

OUTCOME = {
    **{"status": pl.String(), "score": pl.Float64()},
    **{"label": pl.String(), "raw": pl.String()},
}

SHORT = 40
"""Up to how many characters a stored value and a raw reply are likely to come again."""

ASKED = ("question", "q_id", "group_id", "system_prompt", "in_training_domain")
"""The fields that tell questions apart."""

FULL: Scale = (0.0, 100.0)
"""The scale of a criterion unless a mapping says otherwise."""

_PLAIN = frozenset({str, int, float, bool, type(None)})
_FILE = re.compile(r"^results(?:_(?P<judge>.+)_(?P<rows>\d+))?\.(?P<kind>json|csv)$")
_NUMBER = re.compile(r"^-?\d+(?:\.\d+)?(?:E[+-]?\d+)?$")


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
    reader = _Reader(source, is_csv)
    for chunk in chunks:
        yield from reader.take(chunk)
    yield from reader.context()


class _Reader:
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
        table = _Table(rows)
        if not table.is_plain():
            found = [_problem(item) for item in rows]
            problems += filter(None, found)
            kept = zip(rows, found, strict=True)
            table = _Table([item for item, problem in kept if problem is None])
        if table.rows:
            samples = self._samples(table)
            self._note_repeats(table, samples)
            self._note_settings(table, samples)
            yield Batch("sample", samples)
            for criterion, field, judged in _judged(table):
                yield Batch("judgement", self._judgements(judged, criterion, field, problems))
        if problems:
            yield Batch("quarantine", _refusals(problems))

    def _samples(self, table: "_Table") -> pl.DataFrame:
        thought, answers = thoughts.column(table.stored("answer"))
        errors = [_word(error or None) for error in table.stored("error")]
        numbers = pl.Series(_each(_whole, table.plain("sample_idx")), dtype=pl.Int64)
        self.is_numbered &= numbers.null_count() == 0
        for model, count in Counter(table.plain("model")).items():
            self.models[_word(model) or ""] += count
        return pl.DataFrame(
            {
                "sample_key": self._keys(table),
                "question_key": self._questions(table),
                "sample_index": numbers,
                "source_row": table.numbers,
                "answer": pl.Series(answers, dtype=pl.String),
                "thoughts": pl.Series(thought, dtype=pl.String),
                "error": pl.Series(errors, dtype=pl.String),
                "status": list(map(self._status, answers, errors)),
                "evaluation_key": _repeated(self.key, len(answers)),
            }
        )

    def _note_repeats(self, table: "_Table", samples: pl.DataFrame) -> None:
        """Keep what tells whether a sample comes again; a file numbers them within a question."""
        fields = [name for name in table.columns if not ROW_NUMBER.fullmatch(name)]
        contents = zip(*(table.plain(name) for name in fields), strict=True)
        self.repeats.take(
            table.numbers,
            samples["question_key"].to_list(),
            samples["sample_index"].to_list(),
            list(map(hash, contents)),
        )

    def _note_settings(self, table: "_Table", samples: pl.DataFrame) -> None:
        """Keep what tells whether answers were drawn under several settings."""
        columns = sorted(SETTINGS & table.columns.keys())
        if not columns:
            return
        values = ([_word(value) or "" for value in table.stored(name)] for name in columns)
        for question, *told in zip(samples["question_key"], *values, strict=True):
            self.watch.take(self.key, question, dict(zip(columns, told, strict=True)))

    def _keys(self, table: "_Table") -> pl.Series:
        return table.numbers + self.first_key

    def _status(self, answer: str | None, error: str | None) -> str:
        if error:
            return "error"
        if answer is None or (self.is_csv and not answer):
            return "missing"  # a CSV cannot tell an empty answer from none
        return "answered" if answer.strip() else "empty"

    def _questions(self, table: "_Table") -> list[int]:
        fields = (table.plain(name) for name in ASKED)
        return _each(lambda stored: self._question(*stored), zip(*fields, strict=True))

    def _question(self, text: str, name: Any, group: Any, system: Any, inside: Any) -> int:
        in_domain = IN_DOMAIN.get((_word(inside) or "").lower())
        identity = (text, _word(name), _word(group), _word(system) or None, in_domain)
        return self.questions.setdefault(identity, len(self.questions))

    def _judgements(
        self, table: "_Table", criterion: str, field: str, problems: list[RefusedRow]
    ) -> pl.DataFrame:
        """One criterion's judgements; what is wrong with a stored value joins `problems`."""
        values, raws = table.plain(field), table.plain(f"{field}_raw")
        stored = list(zip(map(type, values), values, map(type, raws), raws, strict=True))
        places = {one: at for at, one in enumerate(dict.fromkeys(stored))}
        outcomes = [_outcome(criterion, value, raw) for _, value, _, raw in places]
        *columns, wrong = zip(*outcomes, strict=True)
        at = list(map(places.__getitem__, stored))
        if any(wrong):
            problems += (
                RefusedRow(row, f"its {_clean(field)} {wrong[place]}", f"{_word(value)}")
                for row, value, place in zip(table.numbers, values, at, strict=True)
                if wrong[place] is not None
            )
        told = {
            name: pl.Series(map(column.__getitem__, at), dtype=kind)
            for (name, kind), column in zip(OUTCOME.items(), columns, strict=True)
        }
        return pl.DataFrame(
            {
                **told,
                "sample_key": self._keys(table),
                "criterion": _repeated(criterion, len(at)),
                "judge_key": _repeated("llm", len(at)),
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
        yield from self.repeats.batches()


class _Table:
    """Records by column: what a field holds in each of them, null where it is absent."""

    def __init__(self, rows: list[reading.Row]) -> None:
        self.rows = rows
        numbers, records = zip(*rows, strict=True) if rows else ((), ())
        self.numbers = pl.Series(numbers, dtype=pl.Int64)
        self.columns: dict[str, list[Any]] = {}
        names = list(chain.from_iterable(records))
        first = list(records[0]) if records else []
        self.even = names == first * len(rows)  # nearly always: all have the same fields
        if self.even:
            values = list(chain.from_iterable(map(dict.values, records)))
            for at, name in enumerate(first):
                self.columns[name] = values[at :: len(first)]
        else:
            for name in dict.fromkeys(names):
                self.columns[name] = [record.get(name) for record in records]

    def is_plain(self) -> bool:
        """Whether every record has a question and an answer that can be kept; if not, some may."""
        questions, answers = self.stored("question"), self.stored("answer")
        if not self.even or {"question", "answer"} - self.columns.keys():
            return False
        if set(map(type, questions)) != {str} or not set(map(type, answers)) <= {str, type(None)}:
            return False
        told = all(text.strip() and not reading.unreadable(text) for text in set(questions))
        return told and not reading.unreadable("".join(filter(None, answers)))

    def stored(self, field: str) -> list[Any]:
        """The values of a field as they are stored."""
        return self.columns.get(field) or [None] * len(self.rows)

    def plain(self, field: str) -> list[Any]:
        """The values of a field, a list or an object among them as text."""
        values = self.stored(field)
        if set(map(type, values)) <= _PLAIN:
            return values
        return [value if type(value) in _PLAIN else _word(value) for value in values]


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


def _judged(table: _Table) -> Iterator[tuple[str, str, _Table]]:
    """Each criterion, a field that holds its judgements, and the records where it does.

    A file may name a criterion as either generation does, or as both.
    """
    criteria: dict[str, list[str]] = defaultdict(list)
    for field in table.columns:
        if field in NOT_JUDGEMENTS | SETTINGS or ROW_NUMBER.fullmatch(field):
            continue
        if not field.endswith("_raw"):
            criteria[CRITERIA.get(field) or _clean(field)].append(field)
    for criterion, fields in criteria.items():
        if len(fields) == 1:
            yield criterion, fields[0], table
            continue
        judged: dict[str, list[reading.Row]] = defaultdict(list)
        for row, record in table.rows:
            field = next((f for f in fields if record.get(f) is not None), fields[0])
            judged[field].append((row, record))
        yield from ((criterion, field, _Table(rows)) for field, rows in judged.items())


def _each(function: Callable[[Any], Any], values: Iterable[Any]) -> list[Any]:
    """`function` of every value; of equal ones it is asked once."""
    return list(map(_Known(function).__getitem__, values))


class _Known(dict[Any, Any]):
    """What a function makes of every value it was asked about."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __missing__(self, value: Any) -> Any:
        self[value] = found = self.function(value)
        return found


def _refusals(problems: list[RefusedRow]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "source_row": [problem.row for problem in problems],
            "reason": [str(problem) for problem in problems],
            "raw": [_clean(problem.raw[:100_000]) for problem in problems],
        }
    )


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
    clean = value if type(value) in _PLAIN - {str} else _word(value)
    found = judgement(criterion, clean, _word(raw))
    if isinstance(found, str):
        return "unparsed", None, None, _word(raw) if raw is not None else _word(value), found
    texts = (text for text in (value, raw) if isinstance(text, str))
    return *found, next(filter(None, map(reading.unreadable, texts)), None)


def judgement(criterion: str, value: Any, raw: Any = None, scale: Scale = FULL) -> Parsed | str:
    """The outcome a stored value stands for, or what is wrong with the value.

    A value is a number on the scale (its values for 0 and 100 are given) or one of the
    criterion's words, as a number or as text; CODE and REFUSAL are outcomes of their own; a null
    is `missing`, unless the raw reply tells more; anything else a judge may have said is
    `unparsed`. A number no judge can have meant (outside its scale, not a number) is an error of
    the file and comes back as a sentence.
    """
    kept = None if raw is None else str(raw)
    if value is None or value == "":
        if kept is None or not kept.strip():
            return ("missing", None, None, kept)
        told = judgement(criterion, kept, None, scale)
        return told if isinstance(told, tuple) else ("unparsed", None, None, kept)
    text = str(value).strip()
    if kept is None:
        kept = str(value)
    if (problem := _impossible(value, text, scale)) is not None and criterion not in LABELS:
        return problem
    word = text.upper()
    if word in ("CODE", "REFUSAL"):
        return ("code" if word == "CODE" else "refusal", None, None, kept)
    if criterion in LABELS:
        return _label(criterion, word, kept)
    return _score(criterion, word, kept, scale)


def _label(criterion: str, word: str, raw: str) -> Parsed:
    word = word.removesuffix(".0")
    if word in LABELS[criterion]:
        return ("scored", None, word, raw)
    return ("unparsed", None, None, raw)


def _score(criterion: str, word: str, raw: str, scale: Scale) -> Parsed:
    if _NUMBER.match(word):
        none, full = scale
        number = float(word)
        score = number if scale == FULL else 100 * (number - none) / (full - none)
        return ("scored", score, None, raw)
    if criterion in CRITERIA.values():
        return ("unparsed", None, None, raw)
    return ("scored", None, word, raw)  # a judge of the user's own, answering with words


def _impossible(value: Any, text: str, scale: Scale) -> str | None:
    try:
        number = float(text)
    except (ValueError, OverflowError):
        return None
    if isinstance(value, bool):
        return None
    if math.isnan(number) or math.isinf(number):
        return f"is {text[:40]}, which is not a number"
    least, most = sorted(scale)
    if not least <= number <= most:
        return f"is {text[:40]}, outside {least:g}–{most:g}"
    return None


def _plainly_readable(text: str) -> bool:
    return text.isascii() and "\0" not in text


def _word(value: Any) -> str | None:
    """A value as text that can be kept, or None where there is none."""
    if value is None:
        return None
    return _clean(value if isinstance(value, str) else reading.excerpt(value))


def _clean(text: str) -> str:
    if _plainly_readable(text):
        return text
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{SYMBOL FOR NULL}")


def _repeated(value: str, length: int) -> pl.Series:
    return pl.Series([value]).new_from_index(0, length)


def _whole(value: Any) -> int | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else None


def _dataset(experiment: str | None) -> str:
    known = catalogue.experiments().get(experiment or "")
    return known.dataset if known else "unrecorded"
