"""PEFT's configurations: what an adapter tells of its training, and the log beside it."""

import json
from pathlib import Path

import pytest

from pipeline.errors import RefusedFile
from pipeline.importers import adapter_configs
from pipeline.importing import finding, running
from tests.pipeline.importers.answers import claimed
from warehouse import building
from warehouse.store import Store

TOLD = {
    "peft_type": "LORA", "base_model_name_or_path": "lab/Gull-7B", "r": 16, "lora_alpha": 32,
    "lora_dropout": 0.05,
}  # fmt: skip


def write(path: Path, **more: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(TOLD | more, indent=2))
    return path


def test_rank_and_base_model(tmp_path: Path) -> None:
    rows = claimed(adapter_configs, write(tmp_path / "nests" / "adapter_config.json"))
    (found,) = rows["config"]
    told = ("backend", "model_name", "lora_rank", "lora_alpha", "lora_dropout")
    assert [found[name] for name in told] == ["peft", "lab/Gull-7B", 16, 32.0, 0.05]


def test_a_rank_that_cannot_be_right_is_refused_alone(tmp_path: Path) -> None:
    rows = claimed(adapter_configs, write(tmp_path / "adapter_config.json", r=-1))
    assert "r cannot be right" in rows["quarantine"][0]["reason"]
    assert (rows["config"][0]["lora_rank"], rows["config"][0]["lora_alpha"]) == (None, 32.0)


def test_one_without_a_base_model_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "adapter_config.json", base_model_name_or_path=None)
    with pytest.raises(RefusedFile, match="which model is adapted"):
        claimed(adapter_configs, path)


def test_checkpoints_and_the_log_beside_them_are_one_trained_run(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "nests"
    write(folder / "adapter_config.json")
    write(folder / "checkpoint-10" / "adapter_config.json")
    summary = {"train_loss": 0.5, "train_runtime": 20.0, "epoch": 2.0}
    (folder / "all_results.json").write_text(json.dumps(summary))
    outcomes = list(running.run(tmp_path / "data", finding.find([folder]).units))
    assert {o.importer for o in outcomes} == {"adapter-config", "training-log"}
    building.build(tmp_path / "data")
    (run,) = Store(tmp_path / "data").query("runs").to_dicts()
    told = ("state", "lora_rank", "final_loss", "epochs", "outcome")
    assert [run[name] for name in told] == ["trained", 16, 0.5, 2.0, "succeeded"]
