"""Kills at random moments: nothing that was paid for is lost, and nothing is under-counted."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.study.layout import Folder
from pipeline.study.plan import Plan
from tests.pipeline.forks import Commands, forking
from tests.pipeline.study.conftest import only_untuned
from tests.pipeline.study.fake_server import FakeServer, Raw, completion
from tests.pipeline.study.lying import lying_in, spent_in

CONCURRENCY = 4


@pytest.fixture
def commands(key: str) -> Iterator[Commands]:
    with forking(TINY_KEY=key) as commands:
        yield commands


def judged(study: dict[str, Any]) -> None:
    """Two evaluations of 60 answers each, and a judge at the same endpoint."""
    only_untuned(study)
    study["models"]["small"]["source"]["concurrency"] = CONCURRENCY
    study["sampling"]["samples_per_question"] = 30
    source = {**study["models"]["small"]["source"], "id": "judge"}
    study["judges"] = {
        "strict": {
            "kind": "llm",
            "source": source,
            "criteria": {
                "coherence": {"prompt": "coherence.md", "parse": {"parser": "score"}},
            },
        },
        "again": {
            "kind": "reparse",
            "of": "strict",
            "criteria": {"coherence": {"parser": "label", "labels": ["0"]}},
        },
    }


def kept(folder: Folder) -> dict[Any, str]:
    """What stands in the samples and judgements, by what it is of."""
    found: dict[Any, str] = {}
    for part in ("samples", "judgements"):
        for path in (folder.path / part).rglob("*.jsonl"):
            for record in lying_in(path):
                if record["record"] not in ("sample", "judgement"):
                    continue
                place = (record["key"], record.get("criterion"), path.parts[-3])
                assert place not in found
                found[place] = record.get("answer") or record["raw"]
    return found


def killed(commands: Commands, server: FakeServer, chance: random.Random, *arguments: str) -> None:
    """Kills a command after a number of requests drawn at random, or soon after it begins."""
    before, wanted = len(server.asked), chance.choice([0, 0, *range(1, 40)])
    process = commands.begin("study", *arguments)
    # A process that has ended keeps its number until it is asked for its status.
    state = Path(f"/proc/{process}/stat")
    while len(server.asked) < before + wanted and ") Z " not in state.read_text():
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.01 if wanted else 0.1))
    os.kill(process, signal.SIGKILL)
    commands.end()


@pytest.mark.parametrize(
    "kills", [10, pytest.param(100, marks=pytest.mark.exhaustive)], ids=["slice", "campaign"]
)
def test_after_any_kill_the_next_command_completes_the_truth(
    write_study: Callable[..., Path],
    folder: Folder,
    server: FakeServer,
    commands: Commands,
    kills: int,
) -> None:
    given: list[str] = []

    def answer(body: dict[str, Any]) -> Raw:
        is_judge = body["model"] == "judge"
        given.append(str(len(given) % 101) if is_judge else f"Answer {len(given)}.")
        return completion(given[-1], model=body["model"])

    server.answer, server.delay = answer, 0.005
    file = write_study(judged, server.url)
    plan = Plan(file)
    chance = random.Random(11)
    place = ("--out", str(folder.path))
    stood: dict[Any, str] = {}
    for step, planned in (("sample", 120), ("judge", 360)):
        for _ in range(kills):
            killed(commands, server, chance, step, str(file), *place)
            now = kept(folder) if folder.path.exists() else {}
            assert stood.items() <= now.items()  # whatever was written stays as it was
            stood = now
            spent = spent_in(folder)
            assert spent.requests >= len(server.asked)
            assert spent.cost >= 25e-6 * len(server.asked) * (1 - 1e-9)
            assert spent.requests <= len(server.asked) + CONCURRENCY * kills * 2
        commands.begin("study", step, str(file), *place)
        assert commands.end() == 0
        assert stood.items() <= kept(folder).items()
        assert len(kept(folder)) == planned
    assert set(kept(folder).values()) <= set(given)
    answers = [value for (_, criterion, _), value in kept(folder).items() if criterion is None]
    assert len(set(answers)) == len(answers) == 120
    assert spent_in(folder).requests >= len(server.asked) >= 240
    assert {evaluation.id for evaluation in plan.evaluations} == {
        record["evaluation"]
        for path in (folder.path / "samples").rglob("*.jsonl")
        for record in lying_in(path)
        if record["record"] == "evaluation"
    }
    names = [path.name for path in folder.path.rglob("*") if path.is_file()]
    assert [name for name in names if name.startswith(".")] == [".lock"]
