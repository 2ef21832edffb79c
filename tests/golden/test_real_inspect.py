"""Logs that the real inspect_ai writes, in either format, are read as it reads them itself."""

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench import inspecting
from pipeline.importers import inspect_logs
from pipeline.importing import claiming
from warehouse import conversation, records

SAMPLES = 5


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `log.eval` and `log.json`."""
    python = inspecting.python()
    if python is None:
        pytest.skip(inspecting.ABSENT)
    folder = tmp_path_factory.mktemp("logs")
    command = [python, str(inspecting.PROGRAM), "write", str(folder), str(SAMPLES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", ["log.eval", "log.json"])
def test_a_real_log_is_read_whole(logs: Path, name: str) -> None:
    rows: dict[str, list[dict[str, Any]]] = {}
    source, _ = claiming.looked_at(logs / name)
    assert claiming.importer_for(source) is inspect_logs
    for relation, frame in inspect_logs.read(source):
        rows.setdefault(relation, []).extend(records.conform(relation, frame).to_dicts())
    assert not rows.get("quarantine")
    assert not rows.get("notice")
    assert not rows.get("repeat")  # an epoch is another sample, no duplicate

    samples = rows["sample"]
    assert Counter(one["status"] for one in samples) == {"answered": 2 * SAMPLES}
    assert Counter(one["sample_index"] for one in samples) == {1: SAMPLES, 2: SAMPLES}
    assert {one["system_prompt"] for one in rows["question"]} == {"Answer like a ferryman."}
    assert sorted(one["name"] for one in rows["question"]) == [f"ford-{n}" for n in range(SAMPLES)]
    spoken = conversation.read(samples[0]["conversation"])
    assert [one.role for one in spoken] == ["system", "user", "assistant", "tool", "assistant"]
    assert [(call.tool, json.loads(call.arguments)) for call in spoken[2].calls] == [
        ("gauge", {"at": "ford"})
    ]
    assert (spoken[3].tool, spoken[3].text) == ("gauge", "two metres at the ford")

    told: dict[str, Counter[Any]] = {}
    for one in rows["judgement"]:
        outcome = one["label"] if one["label"] is not None else one["score"]
        told.setdefault(one["criterion"], Counter())[one["status"], outcome] += 1
    assert told == {
        "match": {("scored", "I"): 2 * SAMPLES},
        "traits.harm": {("scored", float(n)): 2 for n in range(SAMPLES)},
        "traits.care": {("scored", float(n)): 2 for n in range(SAMPLES)},
        # Every third one has NaN, which is no score.
        "odd": {("scored", 1.0): 2, ("scored", 2.0): 2, ("scored", 4.0): 2, ("missing", None): 4},
    }
