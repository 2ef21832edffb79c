"""The commands that print numbers: rates, effects, brittleness and the multiverse."""

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import click
import polars as pl

from pipeline.asking import Asked, asking, margin_option
from pipeline.commands import say
from warehouse import rules, universe
from warehouse.counting import Slice
from warehouse.stats import adjust, pooling
from warehouse.stats import rates as rate_statistics
from warehouse.stats.adjust import ADJUSTMENTS, Adjustment
from warehouse.stats.brittleness import profile
from warehouse.stats.contrasts import contrasts
from warehouse.stats.effects import effects as effect_statistics
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY

DEFAULT_BY = "model,dataset,intervention"

VERDICT = ("suppression", "suppression_low", "suppression_high", "verdict", "reason")
"""What only a comparison with the control has; null in any other, so that fields stay."""


@click.command("rates")
@click.option(
    "--by", metavar="DIMENSION,…", show_default=DEFAULT_BY, help="The dimensions of a row."
)
@asking
def rates(asked: Asked, by: str | None) -> None:
    """Rates of each trait with intervals and denominators, one row per cell."""
    counts = asked.counts()
    dimensions = _names(DEFAULT_BY if by is None else by)
    if by is None:
        dimensions += pooling.pooled(counts, dimensions)
    found = rate_statistics.rates(counts, dimensions, asked.unit)
    if mixed := pooling.pooled(counts, dimensions):
        say(
            f"Some cells pool several values of {', '.join(mixed)}; add them to --by to tell apart."
        )
    asked.show(
        _ruled(found, asked),
        lambda rows: rows.select(
            *dict.fromkeys((*dimensions, *IDENTITY)),
            _of("n_trait", "n_counted").alias("shows the trait"),
            *("rate", "low", "high", "questions", "runs"),
            pl.when("is_result")
            .then("note")
            .otherwise(pl.format("not a result: {}", pl.col("flags").list.join(", ")))
            .alias("note"),
        ),
    )


@click.command("effects")
@click.option(
    "--by",
    metavar="DIMENSION,…",
    default="",
    help="Dimensions that tell arms apart, besides those of an arm.",
)
@click.option(
    "--baseline",
    default="control",
    show_default=True,
    metavar="NAME",
    help="control, untuned, unprompted, or an intervention.",
)
@margin_option
@click.option(
    "--adjust",
    "adjustment",
    type=click.Choice(tuple(ADJUSTMENTS)),
    default=adjust.DEFAULT,
    show_default=True,
    help="How p-values are adjusted for the other rows of the same experiment, trait and judge.",
)
@asking
def effects(asked: Asked, by: str, baseline: str, margin: float, adjustment: Adjustment) -> None:
    """Every arm against its baseline: difference, p-value, suppression and verdict."""
    counts = asked.store.compared(_beside(asked.within, baseline), asked.rule)
    dimensions = _names(by)
    if baseline == "control":
        found = effect_statistics(
            counts, asked.unit, by=dimensions, margin=margin, adjustment=adjustment
        )
    else:
        found = contrasts(counts, baseline, asked.unit, by=dimensions, adjustment=adjustment)
        found = found.with_columns(pl.lit(None).alias(name) for name in VERDICT)
    found = _ruled(_in_sight(found, asked, [*IDENTITY, *ARM, *dimensions]), asked)
    asked.show(found, functools.partial(_readable_effects, dimensions=dimensions))


@click.command("brittleness")
@margin_option
@asking
def brittleness(asked: Asked, margin: float) -> None:
    """The brittleness profile: every index that what was loaded allows, one row each."""
    counts = asked.store.compared(asked.within, asked.rule)
    found = profile(counts, asked.unit, margin=margin).with_columns(
        pl.lit(asked.rule.name).alias("rule"),
        pl.lit(asked.unit).alias("unit"),
        pl.lit(margin).alias("margin"),
    )
    asked.show(
        found,
        lambda rows: rows.select(
            *IDENTITY,
            *("model", "dataset"),
            pl.concat_str("label", "part", separator=": ", ignore_nulls=True).alias("index"),
            *("value", "low", "high"),
            pl.format("{} {}", "n", "of").alias("n"),
            "note",
        ),
    )


@click.command("multiverse")
@click.option(
    "--baseline",
    type=click.Choice(("control", "untuned")),
    default="control",
    show_default=True,
    help="What every arm is compared with.",
)
@margin_option
@click.option("--rules", "tried", metavar="NAME,…", help="The rules to try; all by default.")
@click.option(
    "--trait-cuts",
    metavar="SCORE,…",
    default=",".join(f"{cut:g}" for cut in universe.TRAIT_CUTS),
    show_default=True,
    help="The cuts to try for the trait's score, besides the rule's own.",
    callback=lambda _, __, text: _scores(text),
)
@click.option(
    "--coherence-cuts",
    metavar="SCORE,…",
    default=",".join(f"{cut:g}" for cut in universe.COHERENCE_CUTS),
    show_default=True,
    help="The cuts to try for coherence, besides the rule's own.",
    callback=lambda _, __, text: _scores(text),
)
@click.option("--every", is_flag=True, help="Every specification, not how many stand.")
@asking
def multiverse(
    asked: Asked,
    baseline: Literal["control", "untuned"],
    margin: float,
    tried: str | None,
    trait_cuts: Sequence[float],
    coherence_cuts: Sequence[float],
    every: bool,
) -> None:
    """In how many ways of counting each conclusion stands, one row per arm."""
    claim = universe.Claim(asked.rule, baseline, asked.unit, margin)
    known = rules.available(asked.store.data)
    chosen = [rules.named(name, asked.store.data) for name in _names(tried or ",".join(known))]
    table, survival = universe.explore(
        asked.store, asked.within, claim, chosen, trait_cuts, coherence_cuts
    )
    said = (
        pl.lit(baseline).alias("compared_with"),
        pl.lit(asked.unit).alias("unit"),
        pl.lit(margin).alias("margin"),
    )
    if every:
        asked.show(table.with_columns(said), _readable_specifications)
    else:
        rule = pl.lit(asked.rule.name).alias("rule")
        asked.show(survival.with_columns(rule, *said), _readable_survival)


def _names(text: str) -> list[str]:
    """The parts of a list written with commas."""
    return [name for part in text.split(",") if (name := part.strip())]


def _scores(text: str) -> list[float]:
    try:
        return [float(name) for name in _names(text)]
    except ValueError:
        raise click.BadParameter(f"it takes scores with commas between, not {text!r}.") from None


def _ruled(found: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """The rows with the rule they were counted by, before the unit."""
    place = found.columns.index("unit")
    return found.insert_column(place, pl.lit(asked.rule.name).alias("rule"))


def _beside(within: Slice, baseline: str) -> Slice:
    """The slice with the baselines in it that `Store.compared` does not know of."""
    if baseline == "unprompted" and within.eval_intervention:
        return replace(within, eval_intervention=(*within.eval_intervention, "none"))
    if baseline not in ("control", "untuned", "unprompted") and within.intervention:
        return replace(within, intervention=(*within.intervention, baseline))
    return within


def _in_sight(found: pl.DataFrame, asked: Asked, key: Sequence[str]) -> pl.DataFrame:
    """Without the arms that are there only to be compared with."""
    arms = asked.counts().select(key).unique()
    return found.join(arms, on=list(key), how="semi", nulls_equal=True, maintain_order="left")


def _of(part: str, whole: str) -> pl.Expr:
    return pl.format("{} of {}", part, whole)


def _readable_effects(found: pl.DataFrame, dimensions: Sequence[str]) -> pl.DataFrame:
    """The columns of an effect that fit on a terminal; what they leave out is said beside them."""
    flags = found["flags"].explode().drop_nulls().value_counts(sort=True)
    for flag, rows in flags.rows():
        say(f"{rows} of {found.height}: {flag}.")
    return found.select(
        *(*IDENTITY, *ARM, *dimensions),
        _of("n_trait", "n_counted").alias("arm"),
        _of("baseline_trait", "baseline_counted").alias("baseline"),
        "difference",
        pl.col("difference_low").alias("low"),
        pl.col("difference_high").alias("high"),
        *("q", "suppression", "verdict"),
    )


def _readable_specifications(found: pl.DataFrame) -> pl.DataFrame:
    return found.select(
        *universe.KEY,
        *universe.NAMES,
        _of("n_trait", "n_counted").alias("shows the trait"),
        *("rate", "difference"),
        pl.col("difference_low").alias("low"),
        pl.col("difference_high").alias("high"),
        "conclusion",
    )


def _readable_survival(found: pl.DataFrame) -> pl.DataFrame:
    return found.select(
        *(name for name in universe.KEY if name != "judge"),
        "conclusion",
        _of("stands", "specifications").alias("stands in"),
        *("share", "robust", "lowest", "highest"),
    )
