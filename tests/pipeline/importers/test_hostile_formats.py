"""Files that look like a format and are damaged anywhere: refused by name, never a traceback."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import Refused
from pipeline.importers import (
    Importer,
    adapter_configs,
    batch_outputs,
    job_lists,
    lm_eval_samples,
    persona_vectors,
    promptfoo_results,
    training_metrics,
)
from pipeline.importing import claiming
from tests.pipeline.importers import test_adapter_configs as adapters
from tests.pipeline.importers import test_batch_outputs as batches
from tests.pipeline.importers import test_job_lists as jobs
from tests.pipeline.importers import test_lm_eval_samples as harness
from tests.pipeline.importers import test_promptfoo_results as promptfoo
from warehouse import records

SAID: dict[Importer, list[Any]] = {
    adapter_configs: [adapters.TOLD],
    batch_outputs: [
        json.loads(batches.line("a", batches.chat("Waves."))),
        json.loads(batches.line("b", batches.ANSWERED)),
        json.loads(batches.line("c", {"error": {"message": "no"}}, 429)),
    ],
    job_lists: [jobs.JOB, *jobs.POINTS],
    lm_eval_samples: [harness.written(1, "It is 4.", "4", "strict", 1.0), harness.chosen(2)],
    promptfoo_results: promptfoo.RESULTS[:3],
    training_metrics: [{"step": n, "loss": 2.5, "optim/lr": 1e-4, "epoch": 0.5} for n in range(3)],
}
"""Records of every format."""

STRANGE: tuple[Any, ...] = (
    *(None, True, -1, 0, 1e308, 10**40, float("nan"), float("inf")),
    *("", " ", "\0", "\ud800", "REFUSAL", "x" * 5_000, "=1+1", "../../etc/passwd"),
    *([], {}, [None], [[]], [[[[]]]], {"a": {"b": []}}, [{}], {"type": {}}),
)
"""What may stand where something else is expected."""

TABLE = "question,answer,gloomy,coherence\nWhere?,Here.,10,90\nWhen?,Now.,20,80\n"


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to everything that stands in a value."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inside in items:
        yield (*way, key)
        yield from places(inside, (*way, key))


def changed(value: Any, way: tuple[Any, ...], other: Any) -> Any:
    """The same value with something else in one place."""
    copy = json.loads(json.dumps(value))
    at = copy
    for key in way[:-1]:
        at = at[key]
    at[way[-1]] = other
    return copy


def read(importer: Importer, path: Path, content: bytes) -> None:
    """Read a file: whatever it holds, its rows are those of the lake, or it is refused."""
    path.write_bytes(content)
    source, _ = claiming.looked_at(path)
    try:
        for relation, frame in importer.read(source):
            kept = records.conform(relation, frame)
            assert kept.columns == records.frame(relation).columns
            # What a score is, it is within its scale.
            if relation == "judgement":
                scores = kept["score"].drop_nulls()
                assert scores.is_between(0, 100).all()
    except Refused:
        pass


def trials(importer: Importer) -> list[bytes]:
    """One strange value in every place of every record, beside records that are in order."""
    said = SAID[importer]
    found = []
    for number, record in enumerate(said):
        for way in places(record):
            for strange in STRANGE:
                lines = [*said]
                lines[number] = changed(record, way, strange)
                if importer is adapter_configs:
                    found.append(json.dumps(lines[0]).encode())
                else:
                    found.append("\n".join(map(json.dumps, lines)).encode())
    return found


def damaged(content: bytes, dice: random.Random) -> bytes:
    """A file that was cut off, or in which some bytes are others."""
    if dice.random() < 0.3:
        return content[: dice.randrange(len(content))]
    found = bytearray(content)
    for _ in range(dice.randint(1, 6)):
        found[dice.randrange(len(found))] = dice.randrange(256)
    return bytes(found)


FEW = 40


@pytest.mark.parametrize("importer", SAID, ids=lambda importer: importer.NAME)
@pytest.mark.parametrize("most", [FEW, pytest.param(0, marks=pytest.mark.exhaustive)])
def test_nothing_strange_in_a_record_is_more_than_a_refusal(
    importer: Importer, most: int, tmp_path: Path
) -> None:
    every = trials(importer)
    dice = random.Random(20_261_128)
    for content in dice.sample(every, most) if most else every:
        read(importer, tmp_path / "a.jsonl", content)


@pytest.mark.parametrize("importer", [*SAID, persona_vectors], ids=lambda importer: importer.NAME)
@pytest.mark.parametrize("times", [FEW, pytest.param(2_000, marks=pytest.mark.exhaustive)])
def test_damage_is_no_more_than_a_refusal(importer: Importer, times: int, tmp_path: Path) -> None:
    said = SAID.get(importer)
    whole = "\n".join(map(json.dumps, said)) if said else TABLE
    dice = random.Random(1_128)
    for _ in range(times):
        read(importer, tmp_path / "a.jsonl", damaged(whole.encode(), dice))
