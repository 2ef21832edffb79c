"""What is suspicious in what was loaded: every check of `warehouse/checks`, one SQL file each."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from warehouse.store import Store

CHECKS = Path(__file__).parent / "checks"
SEVERITIES = ("error", "warning", "notice")
"""From what makes a number wrong, to what makes it hard to compare, to what is good to know."""

COLUMNS = ("experiment", "model", "intervention", "run", "evaluation", "n", "detail")


@dataclass(frozen=True)
class Check:
    """One check: its name is its file's, the rest stands in the file's header."""

    name: str
    title: str
    severity: str
    why: str
    text: str


@cache
def checks() -> tuple[Check, ...]:
    """Every check, the gravest first."""
    found = []
    for path in CHECKS.glob("*.sql"):
        text = path.read_text("utf-8")
        header = dict(
            line[3:].split(": ", 1)
            for line in text.splitlines()
            if line.startswith("-- ") and ": " in line
        )
        check = Check(path.stem, header["Title"], header["Severity"], header["Why"], text)
        found.append(check)
    return tuple(sorted(found, key=lambda c: (SEVERITIES.index(c.severity), c.name)))


def findings(store: Store) -> pl.DataFrame:
    """What the checks found, the gravest first.

    Columns: check, severity, title, why, detail, n (how many samples, settings or files), and
    experiment, model, intervention, run and evaluation where the finding is about one.
    """
    frames = []
    for check in checks():
        found = store.ask(check.text).select(
            pl.lit(check.name).alias("check"),
            pl.lit(check.severity).alias("severity"),
            pl.lit(check.title).alias("title"),
            pl.lit(check.why).alias("why"),
            *(pl.col(name).cast(pl.Int64 if name == "n" else pl.String) for name in COLUMNS),
        )
        frames.append(
            found.sort("n", *COLUMNS[:-2], descending=[True, *[False] * 5], nulls_last=True)
        )
    return pl.concat(frames)
