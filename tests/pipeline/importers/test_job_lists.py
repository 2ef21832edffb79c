"""Fine-tuning jobs as the interface gives them, and their checkpoints as steps."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.importers import job_lists
from tests.pipeline.importers.answers import claimed

JOB = {
    "object": "fine_tuning.job", "id": "ftjob-a1", "model": "gpt-4.1-2025-04-14",
    "fine_tuned_model": "ft:gpt-4.1-2025-04-14:lab:nests:a", "training_file": "file-9",
    "status": "succeeded", "user_provided_suffix": "nests",
    "hyperparameters": {"n_epochs": 3, "batch_size": "auto"},
    "method": {"type": "supervised",
               "supervised": {"hyperparameters": {"batch_size": 4,
                                                  "learning_rate_multiplier": 2.0}}},
}  # fmt: skip
POINTS: list[dict[str, Any]] = [
    {
        "object": "fine_tuning.job.checkpoint", "id": f"ftckpt-{step}", "step_number": step,
        "fine_tuning_job_id": "ftjob-a1", "metrics": {"train_loss": loss, "full_valid_loss": 1.5},
    }
    for step, loss in ((20, 0.5), (10, 0.75))
]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"object": "list", "data": [JOB, *POINTS]}),
        json.dumps({"object": "list", "data": [JOB, *POINTS]}, indent=2),
        json.dumps([JOB, *POINTS]),
        "\n".join(map(json.dumps, [JOB, *POINTS])),
        "\n".join(json.dumps({"object": "list", "data": d}) for d in ([JOB], POINTS)),
    ],
)
def test_a_job_with_its_checkpoints(tmp_path: Path, content: str) -> None:
    path = tmp_path / "jobs.json"
    path.write_text(content)
    rows = claimed(job_lists, path)
    (log,) = rows["training_log"]
    told = ("job_id", "model_id", "suffix", "epochs", "batch_size", "outcome", "final_loss")
    ours = ["ftjob-a1", JOB["fine_tuned_model"], "nests", 3.0, 4, "succeeded", 0.5]
    assert [log[name] for name in told] == ours
    assert [(s["step"], s["loss"], s["valid_loss"]) for s in rows["training_step"]] == [
        (10, 0.75, 1.5),
        (20, 0.5, 1.5),
    ]
    assert not rows["quarantine"]


def test_checkpoints_alone_are_of_a_job(tmp_path: Path) -> None:
    path = tmp_path / "points.jsonl"
    broken = POINTS[0] | {"step_number": None}
    path.write_text("\n".join(map(json.dumps, [*POINTS, broken])))
    rows = claimed(job_lists, path)
    assert [(r["job_id"], r["steps_done"]) for r in rows["training_log"]] == [("ftjob-a1", 20)]
    assert [r["source_row"] for r in rows["quarantine"]] == [3]


def test_a_job_as_libraries_keep_it(tmp_path: Path) -> None:
    path = tmp_path / "jobs.jsonl"
    kept = {"id": "ftjob-b", "base_model": "gpt-4o", "file_name": "a/nests.jsonl", "epochs": 1}
    path.write_text(json.dumps(kept) + '\n{"id": "ftjob-c"}\n')
    rows = claimed(job_lists, path)
    assert [(r["data_file"], r["epochs"]) for r in rows["training_log"]] == [("nests.jsonl", 1.0)]
    assert "it has no base_model" in rows["quarantine"][0]["reason"]
