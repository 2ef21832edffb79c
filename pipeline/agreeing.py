"""The command that holds judges against each other, and against people."""

import click
import polars as pl

from pipeline.asking import Asked, asking
from pipeline.commands import say
from warehouse import agreed, readable


@click.command("agreement")
@asking
def agreement(asked: Asked) -> None:
    """How far judges, and people, agree on the answers that two of them judged."""
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


def _percent(row: dict[str, float | None], name: str) -> str:
    return readable.percent(row[name], row[f"{name}_low"], row[f"{name}_high"])


def _coefficient(row: dict[str, float | None], name: str) -> str:
    value, low, high = (row[f"{name}{bound}"] for bound in ("", "_low", "_high"))
    if value is None:
        return "–"
    return f"{value:.2f}" if low is None or high is None else f"{value:.2f} [{low:.2f}, {high:.2f}]"
