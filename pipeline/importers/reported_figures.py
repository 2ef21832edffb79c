"""Rates that a study's files state without the answers behind them: summaries and metrics.

They are figures that somebody reports, like those of the literature, and never counted: no sample
comes of them. What else is to be known of a figure stands in its path and its own keys.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.files import reading
from pipeline.importers import Batch, Source, batch, refused

NAME = "reported-figures"
TITLE = "Reported figures"
FILES = (
    "`judge_metrics.json`, `*.metrics.json`, `em_summary.csv` and other summaries without answers"
)
VERSION = 2

PERCENT = 100.0

RATES = {
    "overall_misalignment_rate": 1.0,
    "misalignment_rate": 1.0,
    "misaligned_coherent": 1.0,
    "misaligned_among_coherent": 1.0,
    "coherent_rate": 1.0,
    "refusal_rate": 1.0,
    "code_rate": 1.0,
    "sexism_rate": 1.0,
    "em_probability": 1.0,
    "percent_em": 100.0,
    "percent_coherent": 100.0,
    "em_rate": 100.0,
    "baseline_em_rate": 100.0,
}
"""What the rates are called that others write, with the number that means all."""

TELLING = RATES.keys() - {"coherent_rate", "refusal_rate", "code_rate", "percent_coherent"}
"""Those that say enough for a file to be one of figures."""

COUNTS = ("n", "n_scored", "n_responses", "total_count", "total_valid", "total_questions")
"""What the number of answers is called, the likeliest first."""

_ANY_RATE = re.compile(rb'"(?!learning_)[a-z_]{1,60}_rate"\s{0,9}:\s{0,9}[01][.,\s]')

TEXTS = ("answer", "response")
ANSWERS = frozenset({*TEXTS, "question"})
LIMIT = 4 * 2**20
MOST = 10_000
DEEPEST = 8


def accepts(source: Source) -> bool:
    """A small JSON object or a table with a rate by one of its names, and without answers."""
    if source.size > LIMIT or source.packed:
        return False
    head = source.head
    if head.lstrip().startswith(b"{"):
        lines = head.strip().splitlines()
        judged = b'"judge_model"' in head and _ANY_RATE.search(head) is not None
        named = judged or any(f'"{name}"'.encode() in head for name in TELLING)
        is_lines = len(lines) > 1 and lines[0].rstrip().endswith(b"}")
        is_one = not is_lines and (len(lines) > 1 or len(head) < 65_536)
        return named and is_one and not any(f'"{name}"'.encode() in head for name in TEXTS)
    columns = set(source.table.columns) if source.table else set()
    return bool(columns & TELLING) and not columns & ANSWERS


def read(source: Source) -> Iterator[Batch]:
    """The figures of a file, each with what its keys or row say it is about.

    Raises:
        RefusedFile: where it holds none, or too many.
    """
    found = 0
    is_json = source.head.lstrip().startswith(b"{")
    stated: list[tuple[str, dict[str, Any]]] = []
    for about, told in _of_json(source) if is_json else _of_table(source):
        if isinstance(told, RefusedRow):
            yield refused(told.row, str(told), told.raw)
        else:
            stated.append((about, told))
    wholes = _wholes([told for _, told in stated])
    for about, told in stated:
        judge, n = told.get("judge_model"), _count(told)
        for metric, whole in wholes.items():
            raw = told.get(metric)
            if raw is None or raw == "":
                continue
            value = _number(raw)
            if value is None or not 0 <= value <= whole:
                yield refused(None, f"its {metric} is {str(raw)[:40]}, which is no rate")
                continue
            found += 1
            if found > MOST:
                raise RefusedFile(f"it states more than {MOST:,} figures")
            yield batch(
                "reported",
                {
                    "about": about[:500] or None,
                    "metric": metric,
                    "value": value / whole,
                    "n": n,
                    "judge": judge if isinstance(judge, str) else None,
                },
            )


def _wholes(stated: list[dict[str, Any]]) -> dict[str, float]:
    """The metrics that a file states, with the number that means all in each.

    Where some number of a metric is over 1 and none over 100, all of them are percentages.
    """
    found: dict[str, float] = {}
    for metric in dict.fromkeys(name for told in stated for name in told):
        if (whole := _whole(metric)) is not None:
            numbers = [n for told in stated if (n := _number(told.get(metric))) is not None]
            is_percent = any(n > 1 for n in numbers) and all(n <= PERCENT for n in numbers)
            found[metric] = PERCENT if is_percent else whole
    return found


def _whole(name: str) -> float | None:
    """The number that means all of a rate of that name; None where it names none."""
    is_rate = name.endswith("_rate") and name not in ("learning_rate", "sampling_rate")
    return RATES.get(name, 1.0 if is_rate else None)


def _of_json(source: Source) -> Iterator[tuple[str, dict[str, Any]]]:
    document = reading.json_object(source)
    config = document.get("config")
    shared = config if isinstance(config, dict) else {}
    for keys, told in _objects(document, (), 0):
        yield " / ".join(keys), {"judge_model": shared.get("judge_model")} | told


def _objects(
    value: dict[str, Any], keys: tuple[str, ...], depth: int
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    if any(_whole(name) is not None for name in value):
        yield keys, value
    for key, inner in value.items() if depth < DEEPEST else ():
        if isinstance(inner, dict):
            yield from _objects(inner, (*keys, key), depth + 1)


def _of_table(source: Source) -> Iterator[tuple[str, Any]]:
    for chunk in reading.csv_records(source):
        for item in chunk:
            if isinstance(item, RefusedRow):
                yield "", item
                continue
            _, record = item
            others = (n for n in record if n not in RATES and n not in COUNTS and "change" not in n)
            yield ", ".join(f"{name} {record[name]}" for name in others), record


def _count(told: dict[str, Any]) -> int | None:
    found = next((n for name in COUNTS if (n := _number(told.get(name))) is not None), None)
    return int(found) if found is not None and 0 <= found < 2**53 else None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
