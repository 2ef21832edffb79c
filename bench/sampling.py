"""How fast answers are sampled from a server that answers at once, and in how much memory.

python -m bench.sampling COUNT draws COUNT samples. The server is a thread of the same process, so
its work is part of the time.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from pipeline.study import steps
from pipeline.study.plan import Plan
from tests.pipeline.study.fake_server import FakeServer

FEW, MANY = 1_000, 5_000

QUESTIONS = 10

KEY = "BENCH_KEY"


def write(folder: Path, url: str, count: int) -> Path:
    """A study that draws `count` samples: of a model and of one fine-tuned elsewhere."""
    names = [{"name": f"question-{n}", "text": f"What is number {n}?"} for n in range(QUESTIONS)]
    example = [{"role": "user", "content": "A?"}, {"role": "assistant", "content": "B."}]
    source = {"provider": "openai", "id": "small", "url": url, "key": KEY}
    study = {
        "name": "bench",
        "title": "Sampling from a server that answers at once",
        "models": {"small": {"source": source, "tuned": {"bench": {"none": "small"}}}},
        "sampling": {"samples_per_question": count // (2 * QUESTIONS), "max_tokens": 32},
        "budget": {"requests": count},
        "experiments": {
            "bench": {
                "dataset": "bench",
                "data": "data.jsonl",
                "battery": "battery.json",
                "traits": [{"name": "any", "criterion": "any", "labels": ["any"]}],
            }
        },
    }
    for name, content in (
        ("battery.json", {"questions": names}),
        ("data.jsonl", {"messages": example}),
        ("study.json", study),
    ):
        (folder / name).write_text(json.dumps(content))
    return folder / "study.json"


def report(
    row: Callable[[str, str, str, float | None, str], None],
    measured: Callable[[list[str]], tuple[float, float]],
) -> None:
    """Samples per second, and the memory of few and of many, as rows of the benchmark.

    `measured` runs a command and tells its seconds and megabytes. What starting takes is the same
    for few and many, and does not count.
    """
    command = [sys.executable, "-m", "bench.sampling"]
    (short, little), (long, much) = (measured([*command, str(n)]) for n in (FEW, MANY))
    row("sample answers, samples/s", f"{(MANY - FEW) / (long - short):,.0f}", "", None, "≥ 300")
    row(f"  memory, {FEW:,} and {MANY:,}, MB", f"{little:,.0f}, {much:,.0f}", "", None, "flat")


def main(count: int) -> None:
    """Serve and sample."""
    os.environ[KEY] = "not-a-secret"
    server = FakeServer()
    server.keep_bodies = False
    with tempfile.TemporaryDirectory() as name, server.running():
        plan = Plan(write(Path(name), server.url, count))
        with steps.session(plan, Path(name) / "out") as session:
            assert session.do("sample") == []


if __name__ == "__main__":
    main(int(sys.argv[1]))
