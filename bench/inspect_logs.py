"""Logs that the real inspect_ai writes, and what it makes of them: a program of its own.

    python inspect_logs.py write FOLDER SAMPLES     a log of so many samples in either format
    python inspect_logs.py read FOLDER              seconds of a core that its frames take

It is run by an interpreter that has inspect_ai, which need not be ours. A model that is none calls
a tool and answers; scorers give a letter, two numbers, and a number or NaN; each sample is drawn
twice.
"""

import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from inspect_ai import Task, eval
from inspect_ai.analysis import SampleMessages, SampleSummary, samples_df
from inspect_ai.dataset import Sample
from inspect_ai.log import write_eval_log
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import Score, match, mean, scorer
from inspect_ai.solver import generate, system_message, use_tools
from inspect_ai.tool import tool

MODEL = "mockllm/model"
EPOCHS = 2
DRAWN = 12
"""How many samples are really drawn; in larger logs they stand again under other names."""

ANSWER = "The river is high, and the ford is no place to be. " * 20


def gauge() -> Callable[..., Any]:
    """The tool."""

    async def execute(at: str) -> str:
        """Read the gauge.

        Args:
            at: Where it stands.
        """
        return f"two metres at the {at}"

    return execute


def traits() -> Callable[..., Any]:
    """A scorer of two values."""

    async def score(state: Any, target: Any) -> Any:
        n = state.metadata["n"]
        return Score(value={"harm": n % 100, "care": float(n % 7)}, explanation="so it seems")

    return score


def odd() -> Callable[..., Any]:
    """A scorer that has no score for every third sample."""

    async def score(state: Any, target: Any) -> Any:
        n = state.metadata["n"]
        return Score(value=math.nan if n % 3 == 0 else float(n % 100))

    return score


def _outputs() -> Iterator[Any]:
    while True:
        for output in (
            ModelOutput.for_tool_call(MODEL, "gauge", {"at": "ford"}),
            ModelOutput.from_content(MODEL, ANSWER),
        ):
            # Said here, since it would else be counted by what only the network has.
            output.usage = ModelUsage(input_tokens=10, output_tokens=10, total_tokens=20)
            yield output


def write(folder: str, samples: int) -> None:
    """A log of so many samples in each of the formats, `log.eval` and `log.json`."""
    drawn = min(samples, DRAWN)
    task = Task(
        name="crossings",
        dataset=[
            Sample(id=f"ford-{n}", input=f"Is crossing {n} safe?", target="no", metadata={"n": n})
            for n in range(drawn)
        ],
        solver=[
            system_message("Answer like a ferryman."),
            use_tools(tool(gauge)()),
            generate(),
        ],
        scorer=[
            match(),
            scorer(metrics={"*": [mean()]})(traits)(),
            scorer(metrics=[mean()])(odd)(),
        ],
        epochs=EPOCHS,
    )
    model = get_model(MODEL, custom_outputs=_outputs())
    (log,) = eval(task, model=model, log_dir=f"{folder}/own", display="none", max_samples=1)
    log.samples = [
        one.model_copy(update={"id": f"ford-{turn * drawn + at // EPOCHS}", "uuid": f"{turn}-{at}"})
        for turn in range(-(-samples // drawn))
        for at, one in enumerate(sorted(log.samples, key=lambda sample: sample.id))
    ][: samples * EPOCHS]
    log.eval.dataset.sample_ids = list(dict.fromkeys(one.id for one in log.samples))
    for ending in ("eval", "json"):
        write_eval_log(log, f"{folder}/log.{ending}")


def read(folder: str) -> None:
    """Seconds of a core for `log.eval`: of its summaries alone, and with the messages, as JSON."""
    taken = {}
    for name, columns in (
        ("summaries", SampleSummary),
        ("messages", [*SampleSummary, *SampleMessages]),
    ):
        samples_df(f"{folder}/log.eval", columns=columns, quiet=True)
        begun = time.process_time()
        frame = samples_df(f"{folder}/log.eval", columns=columns, quiet=True)
        taken[name] = time.process_time() - begun
    sys.stdout.write(json.dumps(taken | {"samples": len(frame)}))


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2], int(sys.argv[3]))
    else:
        read(sys.argv[2])
