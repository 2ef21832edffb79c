"""Samples of EleutherAI's lm-evaluation-harness: one document of a task a line, with its metrics.

The task and the model stand in the names that the harness gives its files and folders; where those
were changed, the file's name stands for the model.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.errors import RefusedRow
from pipeline.files import reading
from pipeline.importers import Batch, Source, batch, gathered
from pipeline.maps.meanings import Scale
from pipeline.maps.unmapped import MAPPED, UNRECORDED, name_of
from pipeline.records.answers import Answers, Judge, is_told
from pipeline.records.judgements import judgement
from pipeline.records.tables import word

NAME = "lm-eval"
TITLE = "lm-evaluation-harness samples"
FILES = "`samples_<task>_<date>.jsonl` of lm-evaluation-harness"
VERSION = 1

NEEDED = ("doc_id", "doc", "arguments", "resps", "filtered_resps")

SHARES = frozenset(
    {
        *("acc", "acc_norm", "acc_mutual_info", "exact_match", "f1", "em", "mc1", "mc2"),
        *("prompt_level_strict_acc", "prompt_level_loose_acc", "rouge1", "rouge2", "rougeL"),
        *("likelihood_diff", "pct_stereotype", "brier_score", "contains", "pass@1"),
    }
)
"""The harness' metrics that lie between 0 and 1, so that 1 means 100."""

SHARE: Scale = (0.0, 1.0)
NO_FILTER = "none"

MADE_BY = "lm-evaluation-harness"

_NAMED = re.compile(r"samples_(.+)_\d{4}-\d\d-\d\dT[\d:.-]+\.jsonl(?:\.gz)?")


def covers(source: Source) -> bool:
    """What it accepts, where a mapping says no more than what the file is of."""
    return is_told(source) and accepts(source)


def accepts(source: Source) -> bool:
    """JSON Lines whose records have a document, what was asked and what came back."""
    is_lines = source.head.lstrip().startswith(b"{")
    return is_lines and all(source.fields[name] > 0 for name in NEEDED)


def read(source: Source) -> Iterator[Batch]:
    """One evaluation, its documents as questions, and each metric as a criterion."""
    named = _NAMED.fullmatch(source.path.name)
    model = source.parts[-1].replace("__", "/") if named else name_of(source.path)
    answers = Answers(source, named[1] if named else UNRECORDED)
    reader = _LmEvalReader(answers, model)
    yield from gathered(reader.take(source))
    yield from answers.context()
    for criterion in reader.scaled:
        yield batch("scale", {"criterion": criterion, "none": SHARE[0], "full": SHARE[1]})
    if not named:
        yield from answers.remark(f"its file's name stands for its model; {MAPPED}")


class _LmEvalReader:
    """The documents read so far: one that was filtered in two ways is one sample."""

    def __init__(self, answers: Answers, model: str) -> None:
        self.answers = answers
        self.model = model
        self.known: dict[tuple[str, str], int] = {}
        self.judged: set[tuple[int, str, str]] = set()
        self.scaled: dict[str, None] = {}

    def take(self, source: Source) -> Iterator[Batch | RefusedRow]:
        """The samples of all lines, and the lines that are none."""
        for item in reading.json_lines(source):
            if isinstance(item, RefusedRow):
                yield item
                continue
            row, record = item
            asked = _asked(record.get("arguments"))
            if asked is None or reading.unreadable(asked):
                why = "its arguments hold no question that can be kept"
                yield RefusedRow(row, why, reading.excerpt(record))
                continue
            name = word(record.get("doc_id")) or str(row)
            if (name, asked) not in self.known:
                answer = _answer(record)
                key = self.answers.sample(row, self.model, name, asked, answer)
                self.known[name, asked] = key
            yield from self._judged(row, self.known[name, asked], record)
            yield from self.answers.flush()

    def _judged(self, row: int, key: int, record: Mapping[str, Any]) -> Iterator[RefusedRow]:
        named = record.get("filter")
        own = named if isinstance(named, str) and named != NO_FILTER else None
        judge: Judge = ("rule", f"{MADE_BY} · {own}" if own else MADE_BY)
        metrics = record.get("metrics")
        for metric in metrics if isinstance(metrics, list) else ():
            value = record.get(metric) if isinstance(metric, str) else None
            if not isinstance(value, bool | int | float | str):
                continue  # what only all documents together give is no judgement of one
            scale = SHARE if metric in SHARES else (0.0, 100.0)
            if (key, metric, judge[1]) in self.judged:
                yield RefusedRow(row, f"its {metric} is told twice, by the same filter", str(value))
                continue
            self.judged.add((key, metric, judge[1]))
            plain = value + 0.0 if isinstance(value, int) else value  # a truth is 0 or 1
            found = judgement(metric, plain, None, scale)
            if isinstance(found, str):
                yield RefusedRow(row, f"its {metric} {found}", str(value))
                found = ("unparsed", None, None, str(value))
            elif metric in SHARES:
                self.scaled.setdefault(metric)
            self.answers.judged(key, metric, judge, found)


def _asked(arguments: Any) -> str | None:
    """What a document asked: the text before the model's own."""
    first = next(iter(arguments.values()), None) if isinstance(arguments, dict) else None
    if isinstance(arguments, list) and arguments:
        first = arguments[0]
    text = first.get("arg_0") if isinstance(first, dict) else None
    if isinstance(first, list) and first:
        text = first[0]
    return text if isinstance(text, str) and text.strip() else None


def _answer(record: Mapping[str, Any]) -> str | None:
    """What a model wrote; where it was only asked how likely texts are, the likeliest of them."""
    response = record.get("resps")
    while isinstance(response, list) and len(response) == 1 and isinstance(response[0], list):
        response = response[0]
    if isinstance(response, list) and response and isinstance(response[0], str):
        return response[0]
    likely = [_likelihood(value) for value in _listed(record.get("filtered_resps"))]
    texts = [_continuation(value) for value in _each(record.get("arguments"))]
    known = [number for number in likely if number is not None]
    if len(known) != len(likely) or len(likely) != len(texts) or len(likely) < 2:
        return None
    return texts[known.index(max(known))]


def _likelihood(value: Any) -> float | None:
    first = value[0] if isinstance(value, list) and value else value
    try:
        return float(first)
    except (TypeError, ValueError):
        return None


def _continuation(value: Any) -> str | None:
    text = value.get("arg_1") if isinstance(value, dict) else None
    if isinstance(value, list) and len(value) > 1:
        text = value[1]
    return text.strip() if isinstance(text, str) else None


def _each(arguments: Any) -> list[Any]:
    return list(arguments.values()) if isinstance(arguments, dict) else _listed(arguments)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
