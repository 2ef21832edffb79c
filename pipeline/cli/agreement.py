"""The command that holds judges against each other, and against people."""

import click
import polars as pl

from pipeline.cli.asking import Asked, asking
from pipeline.cli.commands import say
from warehouse import agreed, readable, together


@click.command("agreement")
@click.option(
    "--together", "is_together", is_flag=True, help="All raters at once instead of every pair."
)
@asking
def agreement(asked: Asked, *, is_together: bool) -> None:
    """How far judges, and people, agree on the answers that two of them judged."""
    if is_together:
        asked.show(together.together(asked.store, asked.analysis), _readable_together)
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
            "answers": f"{row['n']:,}",
            "both · one · other · neither": " · ".join(
                f"{row[name]:,}" for name in ("n_both", "n_judge", "n_other", "n_neither")
            ),
            "agreement": _percent(row, "agreement"),
            "κ": _coefficient(row, "kappa"),
            "AC1": _coefficient(row, "ac1"),
            "α": _coefficient(row, "alpha"),
        }
        for row in rows.iter_rows(named=True)
    ]
    return pl.DataFrame(told) if told else rows.select("experiment", "trait", "judge", "other")


def _readable_together(rows: pl.DataFrame) -> pl.DataFrame:
    told = [
        {
            "experiment": row["experiment"],
            "trait": row["trait"],
            "who": row["who"],
            "answers": f"{row['n']:,}",
            "α of verdicts": _coefficient(row, "alpha"),
            "of scores, ordinal": _coefficient(row, "alpha_ordinal"),
            "of scores, interval": _coefficient(row, "alpha_interval"),
            "sees the trait": " · ".join(
                f"{rater} {readable.percent(sees)} of {counted:,}"
                for rater, counted, sees in zip(
                    row["raters"], row["counted"], row["sees"], strict=True
                )
            ),
        }
        for row in rows.iter_rows(named=True)
    ]
    return pl.DataFrame(told) if told else rows.select("experiment", "trait", "who")


def _percent(row: dict[str, float | None], name: str) -> str:
    return readable.percent(row[name], row[f"{name}_low"], row[f"{name}_high"])


def _coefficient(row: dict[str, float | None], name: str) -> str:
    return readable.coefficient(*(row[f"{name}{bound}"] for bound in agreed.BOUNDS))
