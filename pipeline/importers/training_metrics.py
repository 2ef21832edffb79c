"""Metrics that trainers write while they run: Tinker's streams, the events of OpenWeights jobs.

One JSON object a line, whose names differ from line to line. What is no loss, rate, accuracy or
norm has no place here, and is named.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.errors import RefusedRow
from pipeline.files import reading, sniffing
from pipeline.importers import Batch, Source, notice
from pipeline.importers.training_logs import Log, batches
from pipeline.records.tables import clean

NAME = "training-metrics"
TITLE = "Training metrics (Tinker, OpenWeights)"
FILES = "JSON Lines of training steps: `metrics.jsonl`, `metrics_stream.jsonl`"
VERSION = 1

STEPS = ("step", "progress/step", "progress/batch", "global_step", "train/global_step", "_step")
"""What the number of a step is called, the likeliest first."""

MEASURED = {
    "epoch": ("epoch", "progress/epoch", "train/epoch"),
    "loss": ("loss", "train/loss", "train/nll", "train_mean_nll", "train/mean_nll", "train_loss"),
    "valid_loss": ("eval_loss", "eval/loss", "test/nll", "eval/nll", "val_loss", "test_mean_nll"),
    "accuracy": ("mean_token_accuracy", "train/mean_token_accuracy", "train_accuracy"),
    "valid_accuracy": ("eval_accuracy", "eval/accuracy", "eval_mean_token_accuracy"),
    "learning_rate": ("learning_rate", "optim/lr", "train/learning_rate", "lr"),
    "grad_norm": ("grad_norm", "optim/grad_norm", "train/grad_norm"),
}
"""Our name of what is measured at a step, and what trainers call it."""

TELLING = frozenset(name for key in ("loss", "learning_rate") for name in MEASURED[key])

TRACKER = "_wandb"
"""What a tracker's summary of a run has, which is no stream."""

SHOWN = 6


def accepts(source: Source) -> bool:
    """JSON Lines most of whose first records have a step, and a loss or a learning rate."""
    line = source.head.lstrip().partition(b"\n")[0].rstrip()
    if not (line.startswith(b"{") and line.endswith(b"}")) or TRACKER in source.fields:
        return False
    first = [_inside(record) for record in sniffing.records(source.head)]
    told = sum(_step(record) is not None and bool(TELLING & record.keys()) for record in first)
    return told > 0 and 2 * told >= len(first)


def read(source: Source) -> Iterator[Batch]:
    """One training log with its steps, and what else it measured."""
    log = Log()
    others: Counter[str] = Counter()
    for item in reading.json_lines(source):
        if isinstance(item, RefusedRow):
            log.refused.append(item)
            continue
        row, record = item[0], _inside(item[1])
        step = _step(record)
        if step is None:
            others.update(record.keys())
            continue
        values = {ours: found for ours in MEASURED if (found := _value(record, ours)) is not None}
        log.add(row, reading.excerpt(record), {"step": step} | values)
        others.update(record.keys() - _KNOWN)
    yield from batches(log, "1", source)
    if others:
        some = ", ".join(clean(name)[:60] for name, _ in others.most_common(SHOWN))
        more = f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
        yield notice("other-metrics", f"what else it measured is not kept: {some}{more}")


_KNOWN = frozenset((*STEPS, *(name for names in MEASURED.values() for name in names)))


def _inside(record: Mapping[str, Any]) -> dict[str, Any]:
    """What was measured: the record, or what an event carries as its data."""
    data = record.get("data")
    return dict(data) if isinstance(data, dict) else dict(record)


def _step(record: Mapping[str, Any]) -> Any:
    return next((record[name] for name in STEPS if _is_number(record.get(name))), None)


def _value(record: Mapping[str, Any], ours: str) -> Any:
    return next((record[name] for name in MEASURED[ours] if record.get(name) is not None), None)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
