"""How long a log of Inspect takes us and `inspect_ai.analysis.samples_df`, on the same log."""

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.importers import inspect_logs
from pipeline.importing import claiming

PROGRAM = Path(__file__).with_name("inspect_logs.py")

PYTHON = "BRITTLESCOPE_INSPECT"
"""The variable that names another interpreter that has inspect_ai."""

SAMPLES = 500
"""How many samples the log has, each drawn twice."""

ABSENT = (
    f"inspect_ai is not installed: pip install --group inspect, or name in {PYTHON} a Python "
    "that has it"
)

Row = Callable[[str, str, str, float | None, str], None]


def python() -> str | None:
    """An interpreter that has inspect_ai, or None."""
    if named := os.environ.get(PYTHON):
        return named
    return sys.executable if importlib.util.find_spec("inspect_ai") else None


def report(row: Row, folder: Path) -> None:
    """The seconds of a core that reading a log takes, beside those of samples_df in one run."""
    other = python()
    if other is None:
        row("Inspect logs: skipped", "", "", None, ABSENT)
        return
    subprocess.run([other, PROGRAM, "write", folder, str(SAMPLES)], check=True, capture_output=True)
    told = subprocess.run(
        [other, PROGRAM, "read", folder], check=True, capture_output=True, text=True
    )
    theirs = json.loads(told.stdout.splitlines()[-1])
    ours, samples = _taken(folder / "log.eval")
    if samples != theirs["samples"]:
        raise ValueError(f"{samples} samples were read, and {theirs['samples']} by samples_df")
    for name, what, goal in (
        (
            "messages",
            f"{samples:,} samples of an Inspect log, s",
            "≥ 10 × samples_df with messages",
        ),
        ("summaries", "  beside samples_df of summaries alone, s", "(we read every message)"),
    ):
        row(what, f"{ours:.2f}", f"{theirs[name]:.2f}", theirs[name] / ours, goal)


def _taken(log: Path) -> tuple[float, int]:
    """Seconds of a core for all rows of a log, once it was read before, and how many samples."""
    for _ in range(2):
        begun = time.process_time()
        source, _problems = claiming.looked_at(log)
        samples = sum(
            frame.height for relation, frame in inspect_logs.read(source) if relation == "sample"
        )
        taken = time.process_time() - begun
    return taken, samples
