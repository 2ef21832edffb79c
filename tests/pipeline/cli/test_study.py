import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli.study import study
from pipeline.study.layout import Folder
from pipeline.study.progress import Progress
from tests.pipeline.study.conftest import only_untuned
from tests.pipeline.study.fake_server import FakeServer, completion
from warehouse.studies import Spend


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(study, [str(word) for word in words])


def with_rules(changed: dict[str, Any]) -> None:
    only_untuned(changed)
    changed["judges"] = {"words": {"kind": "rule", "criteria": {"o": {"method": "overlap"}}}}


def test_a_dry_run_shows_the_plan_and_does_nothing(
    write_study: Callable[..., Path], server: FakeServer, tmp_path: Path
) -> None:
    file = write_study(with_rules, server.url)
    for verb in ("render", "tune", "sample", "judge", "run"):
        result = call(verb, file, "--dry-run", "--data", tmp_path / "data")
        assert result.exit_code == 0
        assert re.search(r"sample +16 ", result.output)
    assert not (tmp_path / "data").exists()
    assert not server.requests


@pytest.mark.usefixtures("key")
def test_a_run_does_every_step_and_is_idempotent(
    write_study: Callable[..., Path], server: FakeServer, tmp_path: Path
) -> None:
    file = write_study(with_rules, server.url)
    for _ in range(2):
        result = call("run", file, "--data", tmp_path / "data")
        assert result.exit_code == 0, result.output
    out = tmp_path / "data" / "studies" / "tiny"
    assert f"brittlescope import {out}" in result.output
    assert len(server.asked) == 16
    progress = json.loads((out / "progress.json").read_text())
    assert {name: (s["planned"], s["done"]) for name, s in progress["steps"].items()} == {
        "render": (0, 0),
        "tune": (0, 0),
        "sample": (16, 16),
        "judge": (16, 16),
    }
    plan = json.loads((out / "plan.json").read_text())
    assert [evaluation["samples"] for evaluation in plan["evaluations"]] == [8, 8]
    assert (out / "STUDY.yaml").read_bytes() == file.read_bytes()


def test_a_missing_key_is_told_before_any_work(
    write_study: Callable[..., Path], server: FakeServer, tmp_path: Path
) -> None:
    result = call("run", write_study(with_rules, server.url), "--data", tmp_path / "data")
    assert result.exit_code == 2
    assert "environment variable TINY_KEY is not set" in result.output
    assert not (tmp_path / "data").exists()
    assert call("render", write_study(with_rules), "--data", tmp_path / "data").exit_code == 0


@pytest.mark.usefixtures("key")
def test_what_was_left_is_named_and_told_by_the_status(
    write_study: Callable[..., Path], server: FakeServer, tmp_path: Path
) -> None:
    server.answer = lambda body: completion("")
    result = call("run", write_study(with_rules, server.url), "--data", tmp_path / "data")
    assert result.exit_code == 1
    assert "no answers to judge yet" in result.output


@pytest.mark.usefixtures("key")
def test_a_folder_belongs_to_one_study(
    write_study: Callable[..., Path], server: FakeServer, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert call("sample", write_study(with_rules, server.url), "--out", out).exit_code == 0

    def other(changed: dict[str, Any]) -> None:
        with_rules(changed)
        changed["name"] = "other"

    result = call("sample", write_study(other, server.url), "--out", out)
    assert result.exit_code == 2
    assert "holds the study 'tiny', not 'other'" in result.output


@pytest.mark.usefixtures("key")
def test_a_finished_study_is_packed(
    write_study: Callable[..., Path], server: FakeServer, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    file = write_study(with_rules, server.url)
    call("run", file, "--out", out)
    assert "4 files packed" in call("pack", out).output
    result = call("run", file, "--out", out)
    assert result.exit_code == 0
    assert len(server.asked) == 16


def test_wrong_usage_is_told(write_study: Callable[..., Path], tmp_path: Path) -> None:
    file = write_study(with_rules)
    assert call("judge", file, "--judge", "x").exit_code == 2
    file.write_text("name: [")
    result = call("sample", file)
    assert result.exit_code == 2
    assert "STUDY.yaml, line" in result.output


def test_progress_tells_rate_spend_and_time_left(folder: Folder) -> None:
    told = io.StringIO()
    progress = Progress(folder, "tiny", "sample", 100, to=told)
    progress.found(20)
    progress._began -= 1_000
    progress.finished(40, Spend(40, 1_000, 500, 0.5))
    progress.failed("status 500: no")
    line = progress.line()
    assert line.startswith("sample: 60 of 100 · 1 failed · 0.04 a second · 16 min 40 s left")
    assert line.endswith("1,500 tokens · cost 0.5")
    progress.show(last=True)
    step = json.loads(folder.progress.read_text())["steps"]["sample"]
    assert (step["done"], step["failed"], step["running"]) == (60, 1, False)
    assert (step["cost"], step["failures"]) == (0.5, {"status 500: no": 1})


def test_importing_the_commands_does_not_load_what_is_heavy() -> None:
    import subprocess
    import sys

    code = "import sys, pipeline.cli.study; print({'torch', 'polars'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
