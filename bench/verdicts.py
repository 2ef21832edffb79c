"""How often verdicts and what they rest on are right: simulated studies through the whole of it.

Every cell is a number of studies, each with an untuned model, a control and an arm, counted and
judged by `warehouse.stats.effects` as a user's would be. The arm and the control stand exactly
where a word would be wrong: equal, as far apart as the margin, or as far from the untuned model.
"""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl
from scipy.optimize import brentq
from scipy.special import expit

from bench.truths import ARM_SD, SEED_SD, expected
from warehouse.stats.dose import dose_curves, half_dose
from warehouse.stats.effects import effects
from warehouse.stats.estimates import Floats
from warehouse.stats.rates import COUNTS, KEPT, OUT, UNSCORED

MARGIN = 0.1
SPREAD = 1.0

DOSES = np.arange(7.0)
"""Of simulated dose curves: what a rate of 60 % at the first falls to along them."""


HELD = ("excess", "emergence", "suppression", "half-effect")


class Design(NamedTuple):
    """How studies are made."""

    questions: int
    answers: int
    seeds: int
    uneven: bool  # whether the control has ten times the answers


class Truth(NamedTuple):
    """Mean rates, and the words that would be wrong."""

    name: str
    untuned: float
    control: float
    arm: float
    wrong: tuple[str, ...]


TRUTHS = (
    Truth("no change", 0.02, 0.4, 0.4, ("increased", "reduced", "eliminated")),
    Truth("no change, rare", 0.005, 0.02, 0.02, ("increased", "reduced", "eliminated")),
    Truth("changed by the margin", 0.02, 0.4, 0.4 - MARGIN, ("unchanged", "increased")),
    Truth("the margin left", 0.02, 0.6, 0.02 + MARGIN, ("eliminated", "unchanged", "increased")),
    Truth("emerged by the margin", 0.02, 0.02 + MARGIN, 0.02, ("nothing to suppress", "increased")),
)


class Result(NamedTuple):
    """What happened in one cell; `share` is of the studies in which it could."""

    what: str
    design: Design
    truth: str
    share: float


def designs() -> Iterator[Design]:
    """Every cell."""
    for values in itertools.product((8, 10, 20, 50), (10, 100), (1, 3), (False, True)):
        yield Design(*values)


def outcomes(design: Design, truth: Truth, studies: int, seed: int = 0) -> list[Result]:
    """Wrong words, the size of TOST, and the coverage of what is left over the untuned model."""
    random = np.random.default_rng([seed, *map(int, design), TRUTHS.index(truth)])
    hard = random.normal(0, SPREAD, (studies, design.questions, 1))
    more = 10 if design.uneven else 1
    rows = pl.concat(
        [
            arm(random, hard, truth.untuned, design.answers, 1, "none", "none"),
            arm(random, hard, truth.control, design.answers * more, design.seeds, "x", "none"),
            arm(random, hard, truth.arm, design.answers, design.seeds, "x", "arm"),
        ]
    )
    # A family of one each: what adjusts for others would only take time.
    found = effects(rows, margin=MARGIN, adjustment="none")
    left, emerged = truth.arm - truth.untuned, truth.control - truth.untuned
    results = [
        Result(f"wrongly “{word}”", design, truth.name, _mean(pl.col("verdict") == word, found))
        for word in truth.wrong
    ]
    if truth.name == "changed by the margin":
        equal = pl.col("p_unchanged") <= 0.05
        share = _mean(equal, found)
        results.append(Result("wrongly within the margin (TOST)", design, truth.name, share))
    for name, true in (("excess", left), ("emergence", emerged)):
        held = (pl.col(f"{name}_low") <= true) & (pl.col(f"{name}_high") >= true)
        results.append(Result(f"{name} held", design, truth.name, _mean(held, found)))
    true = (truth.control - truth.arm) / emerged
    held = (pl.col("suppression_low") <= true) & (pl.col("suppression_high") >= true)
    share = _mean(held, found.filter(pl.col("suppression").is_not_null()))
    if found["suppression"].count() >= studies / 2:
        results.append(Result("suppression held", design, truth.name, share))
    return results


def doses(design: Design, studies: int, seed: int = 0) -> list[Result]:
    """The coverage of the half-effect dose of a curve that falls from 60 to 10 %."""
    random = np.random.default_rng([seed, *map(int, design)])
    means = 0.1 + 0.5 * expit(2 * (2.5 - DOSES))
    hard = random.normal(0, SPREAD, (studies, design.questions, 1))
    rows = pl.concat(
        [
            arm(random, hard, mean, design.answers, 1, "x", f"dose {dose:g}").with_columns(
                dose=pl.lit(dose)
            )
            for dose, mean in zip(DOSES, means, strict=True)
        ]
    )
    true = float(half_dose(DOSES, means))
    found = dose_curves(rows, draws=400).summary
    held = (pl.col("half_low") <= true) & (pl.col("half_high") >= true)
    return [Result("half-effect dose held", design, "60 to 10 %", _mean(held, found))]


def _mean(what: pl.Expr, found: pl.DataFrame) -> float:
    share = found.select(what.mean()).item()
    return np.nan if share is None else float(share)


def arm(
    random: np.random.Generator,
    hard: Floats,
    rate: float,
    answers: int,
    seeds: int,
    dataset: str,
    intervention: str,
    between: float = SEED_SD,
) -> pl.DataFrame:
    """The counts of one arm in every study, each an experiment of its own.

    `between` is how far its seeds vary on the logit scale, where there are several.
    """
    studies = len(hard)
    between = between if seeds > 1 else 0.0
    whole = float(np.sqrt(SPREAD**2 + ARM_SD**2 + between**2))
    start = brentq(lambda at: expected(np.array(at), whole) - rate, -60, 60)
    own = start + hard + random.normal(0, ARM_SD, hard.shape)
    shown = random.binomial(answers, expit(own + random.normal(0, between, (studies, 1, seeds))))
    study, question, run = np.indices(shown.shape).reshape(3, -1)
    name = f"{dataset} {intervention}"
    counted = np.full(shown.size, answers)
    numbers = dict.fromkeys((*COUNTS, *OUT, *KEPT, UNSCORED), np.zeros(shown.size, np.int64))
    numbers |= dict.fromkeys(("n_planned", "n_answered", "n_judged", "n_counted"), counted)
    names = {
        "trait": "trait", "judge": "judge", "study": "study", "model": "model", "dataset": dataset,
        "intervention": intervention, "eval_intervention": "none", "settings": "", "sampling": "",
        "kind": "", "relevance": "", "placement": "",
    }  # fmt: skip
    return pl.DataFrame(
        {
            "experiment": study.astype(str),
            "question": question.astype(str),
            "run": np.char.add(f"{name} ", run.astype(str)),
            **numbers,
            "n_trait": shown.ravel(),
        }
    ).with_columns(
        *(pl.lit(value).alias(name) for name, value in names.items()),
        pl.lit(None, pl.Float64()).alias("dose"),
        pl.lit(None, pl.String()).alias("mixed"),
        pl.col("question").alias("question_name"),
        pl.lit(value=False).alias("in_domain"),
    )


def table(found: list[Result], again: list[Result]) -> str:
    """Two tables in Markdown: how often words are wrong, and how often intervals hold."""
    return "\n".join(
        [
            "| wrongly said, where it is just not so | cells | mean | worst | where |",
            "| --- | --- | --- | --- | --- |",
            *_lines(found, again, "wrongly"),
            "",
            "| held | cells | mean | worst | where |",
            "| --- | --- | --- | --- | --- |",
            *(line for what in HELD for line in _lines(found, again, what)),
        ]
    )


def _badness(result: Result) -> float:
    """How bad an outcome is: a wrong word that is said, a truth that is not held."""
    return result.share if result.what.startswith("wrongly") else -result.share


def _lines(found: list[Result], again: list[Result], kind: str) -> Iterator[str]:
    for what in dict.fromkeys(r.what for r in found if r.what.startswith(kind)):
        mine = [r for r in found if r.what == what and not np.isnan(r.share)]
        # In few studies what is held may have been defined in none.
        chosen = max([r for r in again if r.what == what] or mine, key=_badness)
        made = chosen.design
        uneven = ", ten times as many in the control" if made.uneven else ""
        where = (
            f"{chosen.truth}; {made.questions} questions, {made.answers} answers{uneven}, "
            f"seeds: {made.seeds}"
        )
        mean = 100 * np.mean([r.share for r in mine])
        name = what.removeprefix("wrongly ").removesuffix(" held")
        yield f"| {name} | {len(mine)} | {mean:.1f} | {100 * chosen.share:.1f} | {where} |"


def every(designs: list[Design], studies: int) -> list[Result]:
    """All designs with every truth, and dose curves of the plain ones."""
    found = [
        result
        for design in designs
        for truth in TRUTHS
        for result in outcomes(design, truth, studies)
    ]
    plain = [d for d in designs if d.seeds == 1 and not d.uneven]
    return found + [result for design in plain for result in doses(design, studies)]


def furthest(found: list[Result], number: int, studies: int) -> list[Result]:
    """The worst cells of each outcome, in other studies: the worst of many is so by chance too."""
    known = [r for r in found if not np.isnan(r.share)]
    worst = {
        (r.what, r.design, r.truth)
        for what in dict.fromkeys(r.what for r in known)
        for r in sorted((r for r in known if r.what == what), key=_badness)[-number:]
    }
    truths = {truth.name: truth for truth in TRUTHS}
    again = [
        result
        for design, name in dict.fromkeys((design, name) for _, design, name in sorted(worst))
        for result in (
            outcomes(design, truths[name], studies, seed=1)
            if name in truths
            else doses(design, studies, seed=1)
        )
    ]
    return [r for r in again if (r.what, r.design, r.truth) in worst]
