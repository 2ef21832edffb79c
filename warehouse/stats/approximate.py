"""Where intervals are known to cover less than they say: too few questions or runs, rare traits.

By simulation (docs/coverage.md) 95 % intervals cover 95 % and more nearly everywhere. Below 90 %
they may fall with four questions or fewer where questions are the sample, next to 0 and 100 %, and
with two runs where fine-tunes are the sample.
"""

import polars as pl

from warehouse.stats import units

FEW_QUESTIONS = 4
FEW_RUNS = 2

RARE = 0.01
"""A rate nearer than this to 0 or 1."""


def approximate(
    unit: pl.Expr, questions: pl.Expr, runs: pl.Expr, rate: pl.Expr, interval: pl.Expr
) -> pl.Expr:
    """Why an interval is approximate, as in "3 questions, a rate below 1 %"; null where it is not.

    Args:
        unit: What the interval is about.
        questions: How many it rests on.
        runs: The fewest of any condition.
        rate: The rate; null of a difference, whose intervals hold next to 0 and 1 too.
        interval: One of its ends, null where there is none.
    """
    sampled, retrained = units.of_questions(unit), units.of_runs(unit)
    share = rate.cast(pl.Float64())
    sentences = [
        pl.when(sampled & (questions <= FEW_QUESTIONS)).then(pl.format("{} questions", questions)),
        pl.when(retrained & (runs <= FEW_RUNS)).then(pl.format("{} runs", runs)),
        pl.when(share < RARE).then(pl.lit("a rate below 1 %")),
        pl.when(share > 1 - RARE).then(pl.lit("a rate above 99 %")),
    ]
    said = pl.concat_list(sentences).list.drop_nulls().list.join(", ")
    return pl.when(interval.is_not_null() & (said != "")).then(said)
