"""The commands that print numbers: rates, effects, brittleness and the multiverse."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import polars as pl

from pipeline.cli import correcting
from pipeline.cli.asking import Asked, asking, counted, margin_option
from pipeline.cli.commands import say
from pipeline.errors import UsageError
from warehouse import defaults, rules, universe
from warehouse.analysis import results
from warehouse.correcting import Correction
from warehouse.rules import Rule
from warehouse.stats import pooling
from warehouse.stats.adjust import ADJUSTMENTS, INTERVALS
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY

NO_EFFECTS = (
    "No arm in sight has such a baseline: none was trained with an intervention, where that is the "
    "control. `--baseline unprompted` compares texts at evaluation with none, and "
    "`--baseline untuned` fine-tunes with their model."
)


@click.command("rates")
@click.option(
    "--by",
    metavar="DIMENSION,…",
    show_default=",".join(defaults.BY),
    help="The dimensions of a row.",
)
@correcting.correctable
@asking
def rates(asked: Asked, by: str | None, how: Correction | None) -> None:
    """Rates of each trait with intervals and denominators, one row per cell."""
    counts = results.counts(asked.store, asked.analysis)
    dimensions = results.layout(counts, None if by is None else names(by))
    if how is not None:
        correcting.show_rates(asked, dimensions, how)
        return
    found = results.rates(asked.store, asked.analysis, dimensions)
    if mixed := pooling.pooled(counts, dimensions):
        say(
            f"Some cells pool several values of {', '.join(mixed)}; add them to --by to tell apart."
        )
    asked.show(
        _ruled(found, asked),
        lambda rows: rows.select(
            *dict.fromkeys((*dimensions, *IDENTITY)),
            *("rate", "low", "high"),
            counted("n_trait", "n_counted").alias("shows the trait"),
            *("questions", "runs"),
            pl.when("is_result")
            .then(pl.coalesce(pl.format("approximate: {}", "approximate"), "note"))
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
    default=defaults.BASELINE,
    show_default=True,
    metavar="NAME",
    help="control, untuned, unprompted, or an intervention.",
)
@margin_option
@click.option(
    "--adjust",
    "adjustment",
    type=click.Choice(tuple(ADJUSTMENTS)),
    default=defaults.ADJUSTMENT,
    show_default=True,
    help="How p-values are adjusted for all arms of the experiment, trait and judge, shown or not.",
)
@click.option(
    "--intervals",
    type=click.Choice(tuple(INTERVALS)),
    default=defaults.INTERVALS,
    show_default=True,
    help="Whether the intervals of differences hold each by itself or all at once.",
)
@correcting.correctable
@asking
def effects(asked: Asked, by: str, how: Correction | None) -> None:
    """Every arm against its baseline: difference, p-value, suppression and verdict."""
    dimensions = names(by)
    if how is not None:
        correcting.show_effects(asked, dimensions, how)
        return
    _say_hidden(asked, "P-values are adjusted for all arms of an experiment, trait and judge.")
    found = _ruled(results.effects(asked.store, asked.analysis, dimensions), asked)
    if found.is_empty():
        say(NO_EFFECTS)
    asked.show(found, functools.partial(_readable_effects, dimensions=dimensions))


@click.command("rank")
@click.option("--over-models", is_flag=True, help="By the mean over the models that are there.")
@asking
def rank(asked: Asked, *, over_models: bool) -> None:
    """Which intervention is best: the rank of each with its interval, its chance to be first."""
    _say_hidden(asked, "Ranks are among all arms made alike.")
    found = results.ranks(asked.store, asked.analysis, over_models=over_models)
    # Lowest first within what is ranked together.
    together = [name for name in (*IDENTITY, *ARM) if name in found.columns]
    together.remove("intervention")
    found = found.sort(*together, "rank", pl.col("p_best").neg(), "intervention", nulls_last=True)
    asked.show(
        _ruled(found, asked),
        lambda rows: rows.select(
            *(name for name in (*IDENTITY, *ARM) if name in rows.columns),
            pl.col("rate_ranked").alias("rate"),
            pl.format("{} of {}", "rank", "ranked").alias("rank"),
            pl.format("{} to {}", "rank_low", "rank_high").alias("95 % interval"),
            pl.col("p_best").alias("best"),
            pl.col("rank_note").alias("note"),
        ),
    )


@click.command("counts")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a Parquet file, which other programs read with its types, and print nothing.",
)
@asking
def counts(asked: Asked, out: Path | None) -> None:
    """Counts of every question, arm and run: the long table that other programs take."""
    found = results.long(asked.store, asked.analysis)
    if out is None:
        asked.show(found, lambda rows: rows.drop("study", "question", "n_planned"))
        return
    try:
        found.write_parquet(out)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror or error}.") from None
    say(f"{out}: {found.height} rows.")


@click.command("brittleness")
@margin_option
@asking
def brittleness(asked: Asked) -> None:
    """The brittleness profile: every index that what was loaded allows, one row each."""
    _say_hidden(asked, "Indices are of all arms of their model and dataset.")
    found = results.profile(asked.store, asked.analysis).with_columns(
        pl.lit(asked.analysis.rule.name).alias("rule"),
        pl.lit(asked.analysis.unit).alias("unit"),
        pl.lit(asked.analysis.margin).alias("margin"),
    )
    asked.show(
        found,
        lambda rows: rows.select(
            *IDENTITY,
            *("model", "dataset"),
            pl.concat_str("label", "part", separator=": ", ignore_nulls=True).alias("index"),
            *("value", "low", "high"),
            pl.format(
                "{} {}", "n", pl.when(n=1).then(pl.col("of").str.strip_suffix("s")).otherwise("of")
            ).alias("n"),
            "note",
        ),
    )


@click.command("hierarchical")
@click.option(
    "--rates",
    "of_rates",
    is_flag=True,
    help="The rates of arms and questions, partly pooled, in place of variance shares.",
)
@asking
def hierarchical(asked: Asked, of_rates: bool) -> None:
    """The hierarchical model: where the variance lies, and rates of small cells partly pooled."""
    rule = pl.lit(asked.analysis.rule.name).alias("rule")
    shares, rates = results.hierarchical(asked.store, asked.analysis)
    if not of_rates:
        asked.show(shares.with_columns(rule), lambda rows: rows.drop("component", "method", "rule"))
        return
    asked.show(
        rates.with_columns(rule),
        lambda rows: rows.select(
            *IDENTITY,
            *ARM,
            "question",
            *("rate", "pooled", "low", "high"),
            counted("n_trait", "n_counted").alias("shows the trait"),
        ),
    )


def _cuts_option(
    name: str, cuts: Sequence[float], of: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The option that says which cuts are tried."""
    return click.option(
        name,
        metavar="SCORE,…",
        default=",".join(f"{cut:g}" for cut in cuts),
        show_default=True,
        help=f"The cuts to try for {of}, besides the rule's own.",
        callback=lambda _, __, text: _scores(text),
    )


@click.command("multiverse")
@click.option(
    "--baseline",
    type=click.Choice(("control", "untuned")),
    default=defaults.BASELINE,
    show_default=True,
    help="What every arm is compared with.",
)
@margin_option
@click.option("--rules", "tried", metavar="NAME,…", help="The rules to try; all by default.")
@_cuts_option("--trait-cuts", universe.TRAIT_CUTS, "the trait's score")
@_cuts_option("--coherence-cuts", universe.COHERENCE_CUTS, "coherence")
@click.option("--every", is_flag=True, help="Every specification, not how many stand.")
@asking
def multiverse(
    asked: Asked,
    tried: str | None,
    trait_cuts: Sequence[float],
    coherence_cuts: Sequence[float],
    every: bool,
) -> None:
    """In how many ways of counting each conclusion stands, one row per arm."""
    claim = asked.analysis
    known = rules.available(asked.store.data)
    chosen = [rules.named(name, asked.store.data) for name in names(tried or ",".join(known))]
    table, survival = results.multiverse(asked.store, claim, chosen, trait_cuts, coherence_cuts)
    said = (
        pl.lit(claim.baseline).alias("compared_with"),
        pl.lit(claim.unit).alias("unit"),
        pl.lit(claim.margin).alias("margin"),
    )
    if every:
        asked.show(table.with_columns(said), _readable_specifications)
    else:
        rule = pl.lit(claim.rule.name).alias("rule")
        asked.show(survival.with_columns(rule, *said), _readable_survival)


def _say_hidden(asked: Asked, rests: str) -> None:
    """Say what `--where` leaves out of what is printed, and what that rests on all the same."""
    if hidden := asked.hidden():
        say(f"{hidden} {rests}")


def names(text: str) -> list[str]:
    """The parts of a list written with commas."""
    return [name for part in text.split(",") if (name := part.strip())]


def _scores(text: str) -> list[float]:
    try:
        return [float(name) for name in names(text)]
    except ValueError:
        raise click.BadParameter(f"it takes scores with commas between, not {text!r}.") from None


def _ruled(found: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    return ruled(found, asked.analysis.rule)


def ruled(found: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """The rows with the rule they were counted by, before the unit."""
    return found.insert_column(found.columns.index("unit"), pl.lit(rule.name).alias("rule"))


def _readable_effects(found: pl.DataFrame, dimensions: Sequence[str]) -> pl.DataFrame:
    """The columns of an effect that fit on a terminal; what they leave out is said beside them."""
    flags = found["flags"].explode().drop_nulls().value_counts(sort=True)
    for flag, rows in flags.rows():
        say(f"{rows} of {found.height}: {flag}.")
    return found.select(
        *(*IDENTITY, *ARM, *dimensions),
        "difference",
        pl.col("difference_low").alias("low"),
        pl.col("difference_high").alias("high"),
        counted("n_trait", "n_counted").alias("arm"),
        counted("baseline_trait", "baseline_counted").alias("baseline"),
        *("q", "suppression", "verdict"),
    )


def _readable_specifications(found: pl.DataFrame) -> pl.DataFrame:
    return found.select(
        *universe.KEY,
        *universe.NAMES,
        *("rate", "difference"),
        pl.col("difference_low").alias("low"),
        pl.col("difference_high").alias("high"),
        counted("n_trait", "n_counted").alias("shows the trait"),
        "conclusion",
    )


def _readable_survival(found: pl.DataFrame) -> pl.DataFrame:
    return found.select(
        *(name for name in universe.KEY if name != "judge"),
        "conclusion",
        "share",
        counted("stands", "specifications").alias("stands in"),
        *("robust", "lowest", "highest"),
    )
