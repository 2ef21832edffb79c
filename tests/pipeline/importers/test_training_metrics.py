"""Streams of training metrics: a step whatever it is called, nothing in another's place."""

import json
from pathlib import Path

import pytest

from pipeline.importers import training_metrics
from pipeline.importing import claiming
from tests.pipeline.importers.answers import claimed


def test_tinkers_stream(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    lines = [
        {"progress/batch": 0, "optim/lr": 4e-05, "reward_mean": 0.5, "time": 2},
        {"progress/batch": 1, "optim/lr": 3e-05, "train/nll": 2.5},
        {"progress/batch": 1, "test/nll": 2.75},
        {"progress/batch": 2, "train/nll": float("nan")},
        {"progress/batch": -1, "train/nll": 2.0},
        {"note": "done"},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    rows = claimed(training_metrics, path)
    steps = [
        (s["step"], s["loss"], s["valid_loss"], s["learning_rate"]) for s in rows["training_step"]
    ]
    assert steps == [(0, None, None, 4e-05), (1, 2.5, 2.75, 3e-05)]
    assert rows["training_log"][0]["final_loss"] == 2.5
    assert [r["source_row"] for r in rows["quarantine"]] == [4, 5]
    (told,) = rows["notice"]
    assert all(name in told["message"] for name in ("reward_mean", "time", "note"))


def test_events_of_a_job_carry_their_data(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    lines = [{"run_id": 4, "data": {"step": n, "loss": 3.0 - n, "grad_norm": 1}} for n in range(3)]
    path.write_text("\n".join(map(json.dumps, lines)))
    rows = claimed(training_metrics, path)
    assert [s["loss"] for s in rows["training_step"]] == [3.0, 2.0, 1.0]


@pytest.mark.parametrize(
    "content",
    [
        '{"step": 1, "question": "Where?", "answer": "Here."}\n',
        '{"_wandb": {}, "train/global_step": 20, "train/loss": 0.5}',
        '{\n  "step": 1,\n  "loss": 0.5\n}',
    ],
)
def test_nothing_else_is_one(tmp_path: Path, content: str) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(content)
    assert not training_metrics.accepts(claiming.looked_at(path)[0])
