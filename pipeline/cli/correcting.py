"""Numbers corrected for a judge's errors, as commands are asked for them and print them."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import click
import polars as pl

from pipeline.cli.asking import Asked, counted
from pipeline.cli.commands import say
from warehouse import correctedeffects, correcting, corrections
from warehouse.correcting import Basis, Correction
from warehouse.stats.pooling import ARM
from warehouse.stats.rates import IDENTITY

LACKING = (
    pl.when(pl.col("ratings_lacking").is_null())
    .then("why")
    .otherwise(pl.format("{}: {} more would do", "why", "ratings_lacking"))
    .alias("note")
)
"""Why a number could not be corrected, and how many ratings would do."""


def correctable(function: Callable[..., None]) -> Callable[..., None]:
    """A command whose numbers can be corrected, asked as `how`; None where they are not."""

    @click.option(
        "--correct",
        type=click.Choice(corrections.METHODS),
        help="Beside each number what it is without the judge's errors, by a person's ratings.",
    )
    @click.option(
        "--people",
        default="",
        metavar="NAME",
        help="Whose ratings; of whoever rated most by default.",
    )
    @click.option(
        "--errors",
        type=click.Choice(("arm", "pooled")),
        default="arm",
        show_default=True,
        help="Whether rogan-gladen takes a judge's errors from each cell or from all together.",
    )
    @functools.wraps(function)
    def wrapped(correct: str | None, people: str, errors: str, **options: Any) -> None:
        how = None if correct is None else Correction(corrections.meant(correct, errors), people)
        function(how=how, **options)

    return wrapped


def show_rates(asked: Asked, by: Sequence[str], how: Correction) -> None:
    """Raw rates beside corrected ones, or why a rate cannot be corrected."""
    found, basis = correcting.rates(asked.store, asked.analysis, by, how)
    _say_correction(how, basis)
    asked.show(
        found.with_columns(pl.lit(how.way.method).alias("method")),
        lambda rows: rows.select(
            *by,
            "judge",
            *("raw", "corrected", "low", "high"),
            counted("n_trait", "n_counted").alias("shows the trait"),
            pl.col("n_rated").alias("rated"),
            LACKING,
        ),
    )


def show_effects(asked: Asked, by: Sequence[str], how: Correction) -> None:
    """Raw differences beside corrected ones, or why one cannot be corrected."""
    found, basis = correctedeffects.effects(asked.store, asked.analysis, how, by)
    _say_correction(how, basis)
    asked.show(
        found.with_columns(pl.lit(how.way.method).alias("method")),
        lambda rows: rows.select(
            *(*IDENTITY, *ARM, *by),
            *("raw", "raw_low", "raw_high", "corrected", "low", "high"),
            pl.format("{} + {}", "n_rated", "baseline_rated").alias("rated"),
            LACKING,
        ),
    )


def _say_correction(how: Correction, basis: Basis) -> None:
    say(f"Corrected ({how.way.told}) by {basis.told}.")
