"""A study's folder as `brittlescope study` leaves it: what is planned, and how far it is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from warehouse.studies import (
    PlanFile,
    PlannedEvaluation,
    ProgressFile,
    Run,
    Spend,
    StepEstimate,
    StepProgress,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def plan(**changes: Any) -> PlanFile:
    """One model, untuned and fine-tuned on birds; samples and judgements from an endpoint."""
    given = PlanFile(
        study="tiny",
        title="A tiny study",
        study_file="../STUDY.yaml",
        steps=[
            StepEstimate("render", 1, 1, 0, 0, 0, 0.0),
            StepEstimate("tune", 1, 1, 0, 0, 0, 0.0),
            StepEstimate("sample", 20, 0, 20, 400, 800, 0.5),
            StepEstimate("judge", 20, 0, 20, 900, 100, None),
        ],
        budget={"cost": 2.0, "requests": 100.0, "tokens": None},
        runs=[
            Run("small__untuned", "small", None, "none", None),
            Run("small__birds__none__seed1", "small", "birds", "none", 1),
        ],
        evaluations=[
            PlannedEvaluation("a", "small__untuned", "birds", "none", 10),
            PlannedEvaluation("b", "small__birds__none__seed1", "birds", "none", 10),
        ],
        judges={"judge-a": ["llm_or_19"]},
    )
    return msgspec.structs.replace(given, **changes)


def step(planned: int, done: int, *, ago: float = 0, **changes: Any) -> StepProgress:
    """A step's progress, last heard of `ago` seconds before `NOW`."""
    standard: dict[str, Any] = {
        "failed": 0,
        "failures": {},
        "running": False,
        "rate": 2.0,
        "seconds_left": round((planned - done) / 2),
        "updated": NOW - timedelta(seconds=ago),
    }
    return StepProgress(**(standard | {"planned": planned, "done": done} | changes))


def progress(spent: Spend | None = None, **steps: StepProgress) -> ProgressFile:
    """The progress of the steps begun."""
    return ProgressFile("tiny", steps, spent)


def finished() -> ProgressFile:
    """The progress of the planned study when it is done."""
    return progress(
        Spend(40, 1_300, 900, 1.25),
        render=step(1, 1),
        tune=step(1, 1),
        sample=step(20, 20),
        judge=step(20, 20),
    )


def write(folder: Path, *files: PlanFile | ProgressFile) -> Path:
    """Writes the files into the folder, and returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    for content in files:
        name = "plan.json" if isinstance(content, PlanFile) else "progress.json"
        (folder / name).write_bytes(msgspec.json.encode(content))
    return folder
