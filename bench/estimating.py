"""How fast the statistics of many cells and arms are, on counts of our own."""

from collections.abc import Callable

import numpy as np
from scipy.stats import permutation_test

from tests.warehouse.stats.frames import beta_counts, cell, frame
from warehouse.stats.contrasts import contrasts
from warehouse.stats.jointflips import DRAWS
from warehouse.stats.rates import Method, rates

CELLS, QUESTIONS, ANSWERS = 500, 30, 100

FAMILIES = ((500, 8), (60, 10))
"""Arms of a family, each compared with the control, and the questions of each."""

GOALS: dict[Method, str] = {"t": "< 50 ms", "bootstrap": "< 300 ms"}


def report(
    row: Callable[[str, str, str, float | None, str], None],
    seconds: Callable[[Callable[[], object], int], float],
    repeat: int,
) -> None:
    """Print how long intervals of many cells take, and p-values of many arms at once."""
    _, trait = beta_counts(np.random.default_rng(0), 0.3, 0.3, QUESTIONS, ANSWERS, CELLS)
    counts = frame(*(cell(each.tolist(), ANSWERS, model=f"m{n}") for n, each in enumerate(trait)))
    for method, goal in GOALS.items():

        def ask(method: Method = method) -> object:
            return rates(counts, ["model"], method=method)

        took = seconds(ask, repeat)
        row(f"intervals of {CELLS} cells ({method}), ms", f"{took * 1e3:.0f}", "", None, goal)
    for arms, questions in FAMILIES:
        _jointly(row, seconds, repeat, arms, questions)


def _jointly(
    row: Callable[[str, str, str, float | None, str], None],
    seconds: Callable[[Callable[[], object], int], float],
    repeat: int,
    arms: int,
    questions: int,
) -> None:
    """A family by joint sign flips, beside SciPy's sign flips of its arms one at a time."""
    _, trait = beta_counts(np.random.default_rng(1), 0.3, 0.3, questions, ANSWERS, arms + 1)
    counts = frame(
        *(
            cell(each.tolist(), ANSWERS, intervention=f"v{n}" if n else "none")
            for n, each in enumerate(trait)
        )
    )
    differences = (trait[1:] - trait[0]) / ANSWERS

    def ask() -> object:
        return contrasts(counts, "control", "new-prompts", adjustment="joint")

    def plain() -> object:
        return [
            permutation_test(
                (each,), np.mean, permutation_type="samples", n_resamples=DRAWS, vectorized=True
            ).pvalue
            for each in differences
        ]

    ours, theirs = seconds(ask, repeat), seconds(plain, 1)
    row(
        f"{arms} arms × {questions} questions jointly, ms", f"{ours * 1e3:.0f}",
        f"{theirs * 1e3:.0f}", theirs / ours, "< 400 ms; theirs is SciPy, arm by arm",
    )  # fmt: skip
