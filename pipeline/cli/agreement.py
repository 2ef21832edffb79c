"""The command that holds judges against each other, and against people."""

import functools
from collections.abc import Mapping
from typing import Any

import click
import polars as pl

from pipeline.cli.asking import Asked, asking
from pipeline.cli.commands import say
from warehouse import agreed, itself, readable, together, variants, weighed


@click.command("agreement")
@click.option(
    "--together", "is_together", is_flag=True, help="All raters at once instead of every pair."
)
@click.option(
    "--itself", "is_itself", is_flag=True,
    help="Each judge against itself, on what it judged more than once.",
)  # fmt: skip
@click.option(
    "--variants", "is_variants", is_flag=True, help="One judge's rates under several prompts."
)
@click.option(
    "--weighed", "is_weighed", is_flag=True,
    help="Scores as judges said them beside the means over their probabilities.",
)  # fmt: skip
@asking
def agreement(
    asked: Asked, *, is_together: bool, is_itself: bool, is_variants: bool, is_weighed: bool
) -> None:
    """How far judges, and people, agree on the answers that two of them judged."""
    for is_wanted, made, readably in (
        (is_itself, itself.itself, _readable_itself),
        (is_variants, variants.variants, _readable_variants),
        (is_weighed, weighed.weighed, _readable_weighed),
    ):
        if is_wanted:
            asked.show(made(asked.store, asked.analysis), readably)
            return
    if is_together:
        raters = functools.partial(_readable_together, called=asked.store.judges)
        asked.show(together.together(asked.store, asked.analysis), raters)
        return
    found = agreed.agreed(asked.store, asked.analysis)
    if found.is_empty():
        say("No answer was judged by two judges on one trait.")
    asked.show(found, _readable)


def _readable(rows: pl.DataFrame) -> pl.DataFrame:
    told = [
        {
            "experiment": row["experiment"],
            "trait": row["trait"],
            "judge": row["judge"],
            "other": row["other"],
            "agreement": _percent(row, "agreement"),
            "κ": _coefficient(row, "kappa"),
            "AC1": _coefficient(row, "ac1"),
            "α": _coefficient(row, "alpha"),
            "answers": f"{row['n']:,}{readable.different(row['n'], row['n_distinct'])}",
            "both · one · other · neither": " · ".join(
                f"{row[name]:,}" for name in ("n_both", "n_judge", "n_other", "n_neither")
            ),
        }
        for row in rows.iter_rows(named=True)
    ]
    return pl.DataFrame(told) if told else rows.select("experiment", "trait", "judge", "other")


def _readable_together(rows: pl.DataFrame, called: Mapping[str, str]) -> pl.DataFrame:
    told = [
        {
            "experiment": row["experiment"],
            "trait": row["trait"],
            "who": row["who"],
            "α of verdicts": _coefficient(row, "alpha"),
            "of scores, ordinal": _coefficient(row, "alpha_ordinal"),
            "of scores, interval": _coefficient(row, "alpha_interval"),
            "answers": f"{row['n']:,}{readable.different(row['n'], row['n_distinct'])}",
            "sees the trait": " · ".join(
                f"{called.get(rater, rater)} {readable.percent(sees)} of {counted:,}"
                for rater, counted, sees in zip(
                    row["raters"], row["counted"], row["sees"], strict=True
                )
            ),
        }
        for row in rows.iter_rows(named=True)
    ]
    return pl.DataFrame(told) if told else rows.select("experiment", "trait", "who")


def _readable_itself(rows: pl.DataFrame) -> pl.DataFrame:
    told = [
        {name: row[name] for name in ("experiment", "trait", "judge", "how")}
        | {
            "same verdict": _percent(row, "same"),
            "α": _coefficient(row, "alpha"),
            "points apart": "–" if row["distance"] is None else f"{row['distance']:.1f}",
            "answers": f"{row['n']:,}",
        }
        for row in rows.iter_rows(named=True)
    ]
    return pl.DataFrame(told) if told else rows.select("experiment", "trait", "judge", "how")


def _readable_variants(rows: pl.DataFrame) -> pl.DataFrame:
    told = [
        {name: row[name] for name in ("experiment", "trait", "family", "judge")}
        | {
            "rate": _percent(row, "rate"),
            "against the first": _points(row, "difference"),
            "same verdict": "–" if row["agreement"] is None else _percent(row, "agreement"),
            "κ": "–" if row["kappa"] is None else _coefficient(row, "kappa"),
            "answers": f"{row['n']:,}",
        }
        for row in rows.iter_rows(named=True)
    ]
    return pl.DataFrame(told) if told else rows.select("experiment", "trait", "family", "judge")


def _readable_weighed(rows: pl.DataFrame) -> pl.DataFrame:
    told = [
        {name: row[name] for name in ("experiment", "trait", "judge")}
        | {
            "rate as said": "–" if row["rate"] is None else _percent(row, "rate"),
            "weighed": "–" if row["rate"] is None else _percent(row, "rate_weighed"),
            "difference": _points(row, "difference"),
            "same verdict": "–" if row["rate"] is None else _percent(row, "agreement"),
            "scores apart": "–" if row["apart"] is None else f"{row['apart']:+.1f}",
            "both scores": f"{row['n']:,} of {row['n_asked']:,}",
        }
        for row in rows.iter_rows(named=True)
    ]
    return pl.DataFrame(told) if told else rows.select("experiment", "trait", "judge")


def _points(row: dict[str, Any], name: str) -> str:
    if row[name] is None:
        return "–"
    return readable.points(*(row[f"{name}{bound}"] for bound in agreed.BOUNDS))


def _percent(row: dict[str, float | None], name: str) -> str:
    return readable.percent(row[name], row[f"{name}_low"], row[f"{name}_high"])


def _coefficient(row: dict[str, float | None], name: str) -> str:
    return readable.coefficient(*(row[f"{name}{bound}"] for bound in agreed.BOUNDS))
