"""How fast the statistics of many cells and arms are, on counts of our own."""

from collections.abc import Callable

import numpy as np

from tests.warehouse.stats.frames import beta_counts, cell, frame
from warehouse.stats.rates import Method, rates

CELLS, QUESTIONS, ANSWERS = 500, 30, 100

GOALS: dict[Method, str] = {"t": "< 50 ms", "bootstrap": "< 300 ms"}


def report(
    row: Callable[[str, str, str, float | None, str], None],
    seconds: Callable[[Callable[[], object], int], float],
    repeat: int,
) -> None:
    """Print how long the intervals of 500 cells of 30 questions take, by either method."""
    _, trait = beta_counts(np.random.default_rng(0), 0.3, 0.3, QUESTIONS, ANSWERS, CELLS)
    counts = frame(*(cell(each.tolist(), ANSWERS, model=f"m{n}") for n, each in enumerate(trait)))
    for method, goal in GOALS.items():

        def ask(method: Method = method) -> object:
            return rates(counts, ["model"], method=method)

        took = seconds(ask, repeat)
        row(f"intervals of {CELLS} cells ({method}), ms", f"{took * 1e3:.0f}", "", None, goal)
