"""The multiverse: a conclusion under every defensible specification, and how often it stands."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

import polars as pl

from warehouse import defaults
from warehouse.errors import UnknownName
from warehouse.stats.comparisons import COMPARED, compare
from warehouse.stats.inference import infer
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY

ROBUST = 0.95
"""The share of specifications in which a specification-robust conclusion stands."""

ARMS = ("experiment", "trait", *ARM, "study")
"""What tells arms apart, whoever judges."""

Specification = Mapping[str, str | float | None]


def specifications(**choices: Sequence[str | float | None]) -> list[Specification]:
    """Every combination of the choices: ``specifications(rule=["published"], cut=[30, 50])``."""
    return [dict(zip(choices, values, strict=True)) for values in product(*choices.values())]


def stacked(universe: Iterable[Specification], frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The counts frames of a universe as one, with what each specification says in columns.

    Args:
        universe: The specifications, no two the same, all with the same names, such as rule
            and cuts. A column of the counts frames with such a name is replaced.
        frames: The counts frame under each of them.
    """
    named = (
        frame.with_columns(pl.lit(value).alias(name) for name, value in said.items())
        for said, frame in zip(universe, frames, strict=True)
    )
    return pl.concat(named, how="vertical_relaxed")


def multiverse(
    counts: pl.DataFrame,
    names: Sequence[str],
    baseline: str = defaults.BASELINE,
    unit: str = defaults.UNIT,
    *,
    margin: float = defaults.MARGIN,
    level: float = 0.95,
) -> pl.DataFrame:
    """Every arm against its baseline, under every specification and judge.

    A conclusion has a sign and a practical size: "lower" or "higher" if the interval of the
    difference excludes zero and the difference is at least the margin, "no difference" if
    the interval lies inside the margin, else "unclear". P-values are not adjusted: the
    specifications are not separate chances but the same data read in different ways.

    Args:
        counts: The counts under every specification (`stacked`).
        names: The columns that tell specifications apart.
        baseline: As in `comparisons.compare`.
        unit: What the intervals are about.
        margin: The smallest difference that matters.
        level: Coverage of the intervals.

    Returns:
        The specification's names, experiment, trait, judge, study, model, dataset, intervention,
        eval_intervention, settings, n_counted, n_trait, rate, is_result, the columns of
        `comparisons.COMPARED`, difference, low, high, conclusion (null without a baseline).
    """
    comparison = compare(counts, baseline, unit, by=names, level=level)
    interval = infer(comparison, level=level).interval
    numbers = {
        "difference": comparison.difference.value,
        "low": interval.low,
        "high": interval.high,
    }
    return (
        comparison.cells.with_columns(
            pl.Series(name, values, nan_to_null=True) for name, values in numbers.items()
        )
        .select(
            *(*names, *IDENTITY, *ARM, "n_counted", "n_trait", "rate", "is_result"),
            *(*COMPARED, *numbers),
        )
        .with_columns(conclusion(margin).alias("conclusion"))
    )


def conclusion(margin: float) -> pl.Expr:
    """What `multiverse` concludes from the columns difference, low and high."""
    difference, low, high = (pl.col(name) for name in ("difference", "low", "high"))
    return (
        pl.when(difference.is_null())
        .then(None)
        .when((high < 0) & (difference <= -margin))
        .then(pl.lit("lower"))
        .when((low > 0) & (difference >= margin))
        .then(pl.lit("higher"))
        .when((low > -margin) & (high < margin))
        .then(pl.lit("no difference"))
        .otherwise(pl.lit("unclear"))
    )


def survival(table: pl.DataFrame, reference: Specification | None = None) -> pl.DataFrame:
    """How often each arm's conclusion stands over the specifications and judges.

    The conclusion is the one under the reference specification (over the judges: the most
    frequent), or without one the most frequent; ties go to the first by name. It is robust
    if it stands in at least `ROBUST` of them.

    Args:
        table: What `multiverse` returned.
        reference: The specification whose conclusion is claimed.

    Returns:
        experiment, trait, model, dataset, intervention, eval_intervention, settings, study,
        conclusion, specifications (number, judges counted apart), stands (in how many), share,
        robust, lowest and highest (difference), rate_lowest, rate_highest. Sorted by the arm.

    Raises:
        UnknownName: a reference that is not in the table.
    """
    arm = list(ARMS)
    known = table.filter(pl.col("conclusion").is_not_null())
    claims = known
    if reference is not None:
        matches = [pl.col(name).eq_missing(pl.lit(value)) for name, value in reference.items()]
        claims = known.filter(*matches)
        if not claims.height:
            said = ", ".join(f"{name} = {value}" for name, value in reference.items())
            raise UnknownName(f"No specification has {said}.")
    claimed = (
        claims.group_by(*arm, "conclusion")
        .len()
        .sort([*arm, "len", "conclusion"], descending=[False] * len(arm) + [True, False])
        .unique(arm, keep="first", maintain_order=True)
        .select(*arm, pl.col("conclusion").alias("claim"))
    )
    stands = pl.col("conclusion") == pl.col("claim")
    return (
        known.join(claimed, on=arm, nulls_equal=True)
        .group_by(arm)
        .agg(
            pl.col("claim").first().alias("conclusion"),
            pl.len().cast(pl.Int64).alias("specifications"),
            stands.sum().cast(pl.Int64).alias("stands"),
            stands.mean().alias("share"),
            (stands.mean() >= ROBUST).alias("robust"),
            pl.col("difference").min().alias("lowest"),
            pl.col("difference").max().alias("highest"),
            pl.col("rate").min().alias("rate_lowest"),
            pl.col("rate").max().alias("rate_highest"),
        )
        .sort(arm, nulls_last=True)
    )


def ranges(table: pl.DataFrame) -> pl.DataFrame:
    """How far the rate of each arm moves over the specifications and judges.

    Args:
        table: A row for every specification, judge and arm, with rate and is_claim (whether the
            specification is the one claimed).

    Returns:
        `ARMS`, specifications (in which something was counted), uncounted (in which nothing
        was), rate (the claim's; the lowest of several judges), rate_lowest, rate_highest.
        Sorted by the arm.
    """
    counted = pl.col("rate").is_not_null()
    return (
        table.group_by(ARMS)
        .agg(
            counted.sum().cast(pl.Int64).alias("specifications"),
            (~counted).sum().cast(pl.Int64).alias("uncounted"),
            pl.col("rate").filter("is_claim").min().alias("claimed"),
            pl.col("rate").min().alias("rate_lowest"),
            pl.col("rate").max().alias("rate_highest"),
        )
        .rename({"claimed": "rate"})
        .sort(ARMS, nulls_last=True)
    )


def hinges(table: pl.DataFrame, survival: pl.DataFrame, choices: Sequence[str]) -> pl.DataFrame:
    """On which choices each conclusion hangs: how often it stands where one choice is made.

    Args:
        table: What `multiverse` returned.
        survival: What `survival` made of it.
        choices: The names of the specifications.

    Returns:
        `ARMS`, choice (one of `choices`, or judge), option (what is chosen, as text),
        specifications (in which it is), stands (in how many of them the arm's conclusion does),
        share, and spread: the highest less the lowest share among the options of the choice.
        Choices with a single option are left out. Sorted by the arm, then the widest spread.
    """
    claims = survival.select(*ARMS, pl.col("conclusion").alias("claim"))
    known = table.filter(pl.col("conclusion").is_not_null()).join(claims, on=ARMS, nulls_equal=True)
    stands = pl.col("conclusion") == pl.col("claim")
    parts = [
        known.filter(pl.col(choice).is_not_null())
        .group_by(*ARMS, choice)
        .agg(
            pl.len().cast(pl.Int64).alias("specifications"),
            stands.sum().cast(pl.Int64).alias("stands"),
            stands.mean().alias("share"),
        )
        .sort(choice)
        .select(
            *ARMS,
            pl.lit(choice).alias("choice"),
            pl.col(choice).cast(pl.String()).str.strip_suffix(".0").alias("option"),
            *("specifications", "stands", "share"),
        )
        for choice in (*choices, "judge")
    ]
    of_choice = [*ARMS, "choice"]
    share = pl.col("share")
    return (
        pl.concat(parts)
        .with_columns((share.max() - share.min()).over(of_choice).alias("spread"))
        .filter(pl.len().over(of_choice) > 1)
        .sort(
            *ARMS,
            "spread",
            descending=[*(False for _ in ARMS), True],
            nulls_last=True,
            maintain_order=True,
        )
    )
