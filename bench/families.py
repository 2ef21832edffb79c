"""How often p-values are wrong where seeds vary in some arms of a family and not in others.

Every study has a control and twelve arms of the same mean rate, so that whatever is found is wrong.
"""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from bench.verdicts import SPREAD, arm
from warehouse.stats.contrasts import contrasts

ARMS, RATE = 12, 0.4
"""Arms beside the control, and the mean rate of all."""

DEVIATIONS = (0.5, 1.0)
"""How far seeds vary where they do, on the logit scale."""

VARYING = {
    "no arm": (),
    "one arm": (1,),
    "the control": (0,),
    "half of the arms": range(1, 1 + ARMS // 2),
    "the control and half of the arms": range(1 + ARMS // 2),
    "every arm": range(1 + ARMS),
}
"""The arms whose seeds vary, the control being number 0."""


class Pattern(NamedTuple):
    """How studies are made."""

    questions: int
    answers: int
    seeds: int
    varying: str
    deviation: float


class Found(NamedTuple):
    """What happened, as shares of studies."""

    pattern: Pattern
    p: float  # of the first arm, below 5 %
    q: float  # of any arm, below 5 %


def patterns() -> Iterator[Pattern]:
    """Every family that is simulated."""
    for (questions, answers), seeds in itertools.product(((8, 20), (20, 100)), (2, 3)):
        yield Pattern(questions, answers, seeds, "no arm", 0.0)
        for varying, deviation in itertools.product(VARYING, DEVIATIONS):
            if VARYING[varying]:
                yield Pattern(questions, answers, seeds, varying, deviation)


def outcomes(pattern: Pattern, studies: int, seed: int = 0) -> Found:
    """How often p of the first arm, and q of any, is below 5 %."""
    questions, answers, seeds, varying, deviation = pattern
    chosen = VARYING[varying]
    random = np.random.default_rng(
        [seed, questions, answers, seeds, list(VARYING).index(varying), int(100 * deviation)]
    )
    hard = random.normal(0, SPREAD, (studies, questions, 1))
    counts = pl.concat(
        arm(
            random, hard, RATE, answers, seeds, "x", f"arm {number:02}" if number else "none",
            deviation if number in chosen else 0.0,
        )
        for number in range(1 + ARMS)
    )  # fmt: skip
    found = contrasts(counts, "control")
    first = found.filter(intervention="arm 01")["p"].to_numpy()
    least = found.group_by("experiment").agg(pl.col("q").min())["q"].to_numpy()
    return Found(pattern, float(np.mean(first <= 0.05)), float(np.mean(least <= 0.05)))


def table(found: list[Found]) -> str:
    """A line for each pattern and number of seeds, in Markdown."""
    designs = list(dict.fromkeys(f.pattern[:2] for f in found))
    heads = [f"{q} questions, {n} answers: {what}" for q, n in designs for what in ("p", "any q")]
    lines = [
        f"| seeds vary in | by | seeds | {' | '.join(heads)} |",
        "| --- |" + " --- |" * (2 + len(heads)),
    ]
    rows: dict[tuple[str, float, int], list[str]] = {}
    for pattern, p, q in found:
        row = rows.setdefault((pattern.varying, pattern.deviation, pattern.seeds), [])
        row += [f"{100 * p:.1f}", f"{100 * q:.1f}"]
    order = list(VARYING)
    for varying, deviation, seeds in sorted(rows, key=lambda k: (order.index(k[0]), *k[1:])):
        numbers = " | ".join(rows[varying, deviation, seeds])
        lines.append(f"| {varying} | {deviation:g} | {seeds} | {numbers} |")
    return "\n".join(lines)
