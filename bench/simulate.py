"""How often intervals cover: simulated studies of known truth, over a grid, as docs/coverage.md.

python -m bench.simulate [STUDIES] simulates so many studies a cell (100 by default) and writes the
table. Questions differ by a normal effect on the logit scale, seeds by another, and arms interact
with questions; the mean rate is exact, by quadrature.
"""

import datetime
import itertools
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from bench import families, verdicts
from bench.truths import ARM_SD, SEED_SD, expected
from warehouse.stats.approximate import FEW_QUESTIONS, FEW_RUNS, RARE
from warehouse.stats.crossed import Runs, between_runs, widened, widened_difference
from warehouse.stats.differences import bounds, of_fixed_questions, of_sampled_questions
from warehouse.stats.estimates import Floats, Ints, clustered, concentrated, fixed
from warehouse.stats.intervals import Interval, interval
from warehouse.stats.jointflips import Counts, joint_flips

TABLE = Path(__file__).parents[1] / "docs" / "coverage.md"

QUESTIONS, ANSWERS, RATES = (4, 8, 10, 20, 50), (5, 10, 100), (0.005, 0.02, 0.1, 0.5, 0.95)
SPREADS, SEEDS, UNEVEN = (0.0, 1.0, 2.5), (1, 2, 3, 6), (False, True)

LOWEST, AGAIN, JUDGED_AGAIN = 4, 20, 8
"""How many of an estimator's lowest cells are simulated again, in how many times the studies."""

FAMILIES = 3
"""In how many times the studies of a cell families are simulated."""


class Cell(NamedTuple):
    """One cell of the grid."""

    questions: int
    answers: int
    rate: float
    spread: float  # of questions, on the logit scale
    seeds: int
    uneven: bool  # whether every fourth question has ten times the answers


class Performance(NamedTuple):
    """What an estimator did in one cell: how often it was right, and how wide it was."""

    estimator: str
    cell: Cell
    right: float
    width: float

    @property
    def rough(self) -> bool:
        """Whether the interval is flagged as approximate (`warehouse.stats.approximate`)."""
        few_runs = "fine-tunes" in self.estimator and self.cell.seeds <= FEW_RUNS
        few = self.cell.questions <= FEW_QUESTIONS and "new prompts" in self.estimator
        rare = self.cell.rate < RARE and self.estimator.startswith("rate")
        return few or few_runs or rare


def grid() -> Iterator[Cell]:
    """Every cell."""
    for values in itertools.product(QUESTIONS, ANSWERS, RATES, SPREADS, SEEDS, UNEVEN):
        yield Cell(*values)


def of_seeds(cell: Cell) -> float:
    """The standard deviation between the seeds of a cell, on the logit scale."""
    return SEED_SD if cell.seeds > 1 else 0.0


def outcomes(cell: Cell, studies: int, seed: int = 0) -> list[Performance]:
    """Every estimator on the same simulated studies of one cell."""
    random = np.random.default_rng([seed, *(int(1000 * value) for value in cell)])
    between = of_seeds(cell)
    whole = float(np.sqrt(cell.spread**2 + between**2 + ARM_SD**2))
    start = brentq(lambda at: expected(np.array(at), whole) - cell.rate, -60, 60)
    shape = (studies, cell.questions, cell.seeds)
    sizes = np.full(cell.questions, cell.answers)
    if cell.uneven:
        sizes[::4] *= 10
    asked = random.normal(0, cell.spread, (studies, cell.questions, 1))
    place = _Belonging.of(shape, sizes)

    def arm() -> tuple[Floats, Floats, Ints]:
        own = start + asked + random.normal(0, ARM_SD, (studies, cell.questions, 1))
        logit = own + random.normal(0, between, (studies, 1, cell.seeds))
        return own[..., 0], logit, random.binomial(sizes[None, :, None], expit(logit))

    (own, logit, one), (_, other, two) = arm(), arm()
    found = [
        Performance(f"rate, {name}", cell, *_covered(bound, truth))
        for name, bound, truth in _of_rates(place, cell, one, logit, own)
    ]
    return found + [
        Performance(name, cell, *numbers)
        for name, numbers in _of_differences(place, cell, one, two, logit, other)
    ]


class _Belonging(NamedTuple):
    """Where the entries of a simulated array belong."""

    sizes: Ints  # answers to every question of every study, over all runs
    cell: Ints  # the study of every question
    entry: Ints  # of every question and run
    question: Ints
    run: Ints
    each: Floats  # answers to every question and run
    studies: int

    @classmethod
    def of(cls, shape: tuple[int, int, int], sizes: Ints) -> "_Belonging":
        studies, questions, seeds = shape
        entry, question, run = np.indices(shape).reshape(3, -1)
        return cls(
            np.tile(sizes * seeds, studies), np.repeat(np.arange(studies), questions),
            entry, question, run, sizes[question].astype(float), studies,
        )  # fmt: skip

    def runs(self, shown: Ints) -> Runs:
        one = np.zeros_like(self.run)
        rates = shown.ravel() / self.each
        return between_runs(rates, self.question, self.run, one, self.entry, self.studies)


def _of_rates(
    place: _Belonging, cell: Cell, shown: Ints, logit: Floats, own: Floats
) -> Iterator[tuple[str, Interval, Floats]]:
    k, equal = shown.sum(2).ravel(), np.ones(place.cell.shape)
    entries = k, place.sizes, place.cell, place.studies, equal
    yield "these prompts", interval(fixed(*entries), 0.95), expit(logit).mean((1, 2))
    estimate = concentrated(clustered(*entries), *entries[:3])
    everywhere = np.full(place.studies, cell.rate)
    if cell.seeds == 1:
        yield "new prompts", interval(estimate, 0.95), everywhere
        return
    rates = shown / place.each.reshape(shown.shape)
    worth = cell.questions**2 / (1 / place.each.reshape(shown.shape)[0, :, 0]).sum()
    of_run = np.full(place.studies * cell.seeds, worth)
    run = np.repeat(np.arange(place.studies), cell.seeds)
    trained = clustered(
        rates.mean(1).ravel() * worth, of_run, run, place.studies, np.ones(run.shape)
    )
    yield "new fine-tunes", interval(trained, 0.95), expected(own, of_seeds(cell)).mean(1)
    yield (
        "new prompts and new fine-tunes",
        interval(widened(estimate, place.runs(shown)), 0.95),
        everywhere,
    )


def _of_differences(
    place: _Belonging, cell: Cell, one: Ints, two: Ints, logit: Floats, other: Floats
) -> Iterator[tuple[str, tuple[float, float]]]:
    first, second = one.sum(2).ravel(), two.sum(2).ravel()
    arms = first, place.sizes, second, place.sizes
    true = expit(logit).mean((1, 2)) - expit(other).mean((1, 2))
    still = of_fixed_questions(*arms, place.cell, place.studies)
    yield "difference, these prompts", _covered(bounds(still, 0.95), true)
    sampled = of_sampled_questions(*arms, place.cell, place.studies)
    zero = np.zeros(place.studies)
    if cell.seeds > 1:
        both = widened_difference(sampled, place.runs(one), place.runs(two))
        yield "difference, new prompts and new fine-tunes", _covered(bounds(both, 0.95), zero)
        return
    yield "difference, new prompts", _covered(bounds(sampled, 0.95), zero)
    question = np.tile(np.arange(cell.questions), place.studies)
    family = np.arange(place.studies)
    p = joint_flips(Counts(*arms), place.cell, question, family, jointly=False).p
    yield "p-value, new prompts (not below 5 %)", (float(np.mean(p > 0.05)), np.nan)


def _covered(bound: Interval, truth: Floats) -> tuple[float, float]:
    right = (bound.low <= truth + 1e-12) & (bound.high >= truth - 1e-12)
    return float(np.mean(right)), float(np.mean(bound.high - bound.low))


def lowest(found: list[Performance], studies: int) -> list[Performance]:
    """The cells in which each estimator did worst, simulated again.

    The least of hundreds of cells is low by chance too; other studies say what it is.
    """
    groups: dict[tuple[str, bool], list[Performance]] = {}
    for outcome in found:
        groups.setdefault((outcome.estimator, outcome.rough), []).append(outcome)
    worst = {
        (o.estimator, o.cell)
        for group in groups.values()
        for o in sorted(group, key=lambda outcome: outcome.right)[:LOWEST]
    }
    cells = dict.fromkeys(o.cell for o in found if (o.estimator, o.cell) in worst)
    again = [o for cell in cells for o in outcomes(cell, studies, seed=1)]
    return [o for o in again if (o.estimator, o.cell) in worst]


def table(found: list[Performance], again: list[Performance]) -> str:
    """The outcomes in Markdown: by estimator, and by estimator and rate."""
    lines = [
        "| estimator | cells | mean | worst | where | mean width |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    names = list(dict.fromkeys(outcome.estimator for outcome in found))
    for rough in (False, True):
        for name in names:
            mine, least = (
                [o for o in some if o.estimator == name and o.rough == rough]
                for some in (found, again)
            )
            if mine:
                label = f"{name}{', approximate' if rough else ''}"
                lines.append(_line(label, mine, min(least, key=lambda o: o.right)))
    lines += [
        "",
        "By rate, all cells:",
        "",
        "| estimator | " + " | ".join(f"{100 * rate:g} %" for rate in RATES) + " |",
        "| --- |" + " --- |" * len(RATES),
    ]
    for name in names:
        rights = [
            [o.right for o in found if o.estimator == name and o.cell.rate == rate]
            for rate in RATES
        ]
        means = [f"{100 * np.mean(right):.1f}" if right else "" for right in rights]
        lines.append(f"| {name} | " + " | ".join(means) + " |")
    return "\n".join(lines)


def _line(name: str, found: list[Performance], worst: Performance) -> str:
    """Mean and worst of what an estimator did."""
    mean, width = (np.mean([getattr(o, part) for o in found]) for part in ("right", "width"))
    wide = "" if np.isnan(width) else f"{width:.3f}"
    cell = worst.cell
    where = (
        f"{cell.questions} questions (± {cell.spread:g}), {cell.answers} answers"
        f"{', some ten times as many' if cell.uneven else ''}, {100 * cell.rate:g} %, "
        f"seeds: {cell.seeds}"
    )
    return (
        f"| {name} | {len(found)} | {100 * mean:.1f} | {100 * worst.right:.1f} | {where} | {wide} |"
    )


class Simulated(NamedTuple):
    """Everything that was simulated."""

    found: list[Performance]
    again: list[Performance]
    judged: list[verdicts.Result]
    judged_again: list[verdicts.Result]
    of_families: list[families.Found]


def page(done: Simulated, studies: int) -> str:
    """The whole of docs/coverage.md."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    day = datetime.datetime.now(datetime.UTC).date()
    spreads, seeds = (", ".join(f"{value:g}" for value in values) for values in (SPREADS, SEEDS))
    asked, answers = (", ".join(map(str, values)) for values in (QUESTIONS, ANSWERS))
    rates = ", ".join(f"{100 * rate:g} %" for rate in RATES)
    return (
        "# Coverage\n\n"
        f"How often 95 % intervals hold the truth, in percent: written by `make simulate` on "
        f"{day}, commit {commit}, {studies} studies in each of {sum(1 for _ in grid())} cells.\n\n"
        f"The grid is every combination of {asked} questions; {answers} answers to each, the same "
        f"for all, or ten times as many for every fourth; mean rates of {rates}; questions that "
        f"vary by {spreads} on the logit scale (standard deviation); {seeds} seeds, which vary by "
        f"{SEED_SD} where there are several. Arms interact with questions by {ARM_SD}. "
        "*Approximate* is what is flagged so wherever it is shown: four questions where new ones "
        "are meant, two runs where new fine-tunes are, and rates below 1 %. *Worst* is of single "
        f"cells: the {LOWEST} lowest of each estimator, in {AGAIN * studies} other studies.\n\n"
        f"{table(done.found, done.again)}\n\n"
        "## Verdicts\n\n"
        f"{studies // 2} studies a cell, each an untuned model, a control and an arm, judged "
        f"as yours are, with a margin of {100 * verdicts.MARGIN:g} points: 8, 10, 20 and 50 "
        "questions, 10 and 100 answers, one seed and three, and a control with as many answers or "
        "ten times as many. The truth stands where the word is just not so (no change; a change, "
        "or what is left or had emerged, as large as the margin), so what is wrongly said should "
        "be at most 5 %, and what intervals hold at least 95 %. *Worst* is of single cells "
        f"again, in {JUDGED_AGAIN * studies // 2} other studies.\n\n"
        f"{verdicts.table(done.judged, done.judged_again)}\n\n"
        "## Families whose seeds vary in some arms\n\n"
        f"{FAMILIES * studies} studies a line, each a control and {families.ARMS} arms whose mean "
        f"rates are all {100 * families.RATE:g} %. *p* is how often that of the first arm is at "
        "most 5 %, in percent, *any q* how often an adjusted one of any arm is; the first is the "
        "*one arm*, and of the *half*. Two runs are flagged as approximate.\n\n"
        f"{families.table(done.of_families)}\n"
    )


def simulated(cells: Iterable[Cell], designs: Iterable[verdicts.Design], studies: int) -> Simulated:
    """Every estimator in every cell, every verdict in every design, and every family."""
    found = [outcome for cell in cells for outcome in outcomes(cell, studies)]
    judged = verdicts.every(list(designs), studies // 2)
    return Simulated(
        found,
        lowest(found, AGAIN * studies),
        judged,
        verdicts.furthest(judged, LOWEST, JUDGED_AGAIN * studies // 2),
        [families.outcomes(pattern, FAMILIES * studies) for pattern in families.patterns()],
    )


def main() -> None:
    """Simulate every cell and write the table."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    text = page(simulated(grid(), verdicts.designs(), studies), studies)
    TABLE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
