"""The answers that were imported, as a judge is shown them: each distinct one once."""

from pathlib import Path

from pipeline.study.frozen import Frozen
from warehouse import tasks, turns
from warehouse.analysis import Analysis
from warehouse.store import Store


def answers(data: Path, asked: Analysis, n: int | None = None, seed: int = 0) -> list[Frozen]:
    """The distinct answers of a slice, or `n` of them drawn evenly over arms and what judges found.

    Args:
        data: The data folder.
        asked: Which answers.
        n: How many; all where it is None.
        seed: What the draw hangs on.
    """
    store = Store(data)
    every = tasks.population(store, asked)
    if n is not None and n < every.height:
        every = tasks.balanced(every, tasks.BY, n, seed)
    told = turns.contents(store, every["item"].to_list())
    rows = every.select("item", "experiment", "samples").sort("experiment", "item")
    return [
        Frozen(experiment, told[item].question, told[item].answer, tuple(samples))
        for item, experiment, samples in rows.iter_rows()
        if item in told and told[item].answer.strip()
    ]
