"""What is suspicious in what was loaded: every check of `warehouse/checks`, one SQL file each."""

import os.path
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from warehouse import defaults
from warehouse.counting import Slice
from warehouse.store import Store

CHECKS = Path(__file__).parent / "checks"
SEVERITIES = ("error", "warning", "notice")
"""From what makes a number wrong, to what makes it hard to compare, to what is good to know."""

COLUMNS = ("experiment", "model", "intervention", "run", "evaluation", "n", "detail")
"""What every check returns; `file` and a `severity` of its own it may."""

TOLD_BY = ("dataset", "eval_intervention", "settings", "sampling", "seed")
"""What tells runs and evaluations apart that share experiment, model and intervention."""

NAMED = ("experiment", "model", "intervention")

MANY = {
    "experiment": "experiments",
    "model": "models",
    "intervention": "interventions",
    "dataset": "datasets",
    "eval_intervention": "texts at evaluation",
    "settings": "settings",
    "sampling": "ways of sampling",
    "seed": "seeds",
}
"""What several values of a dimension are called."""

UNSAID = {
    **dict.fromkeys(MANY, "not recorded"),
    "intervention": "no intervention",
    "dataset": "not fine-tuned",
    "eval_intervention": "asked without a text",
    "settings": "settings not recorded",
    "sampling": "sampling not recorded",
}
"""What the value `none`, or an empty one, says."""

LEADS = {"eval_intervention": "asked with ", "seed": "seed "}
"""What stands before a value that would not be understood alone."""

SHOWN = 3
"""How many values of a dimension a group of findings names."""


@dataclass(frozen=True)
class Check:
    """One check: its name is its file's, the rest stands in the file's header."""

    name: str
    title: str
    severity: str
    why: str
    text: str

    def found(self, store: Store) -> pl.DataFrame:
        """What it finds in a snapshot: the columns of `findings` but for those of `TOLD_BY`."""
        answer = store.ask(self.text, fewest=defaults.FEWEST)
        own = set(answer.columns)
        return answer.select(
            pl.lit(self.name).alias("check"),
            (pl.col("severity") if "severity" in own else pl.lit(self.severity)).alias("severity"),
            pl.lit(self.title).alias("title"),
            pl.lit(self.why).alias("why"),
            *(pl.col(name).cast(pl.Int64 if name == "n" else pl.String) for name in COLUMNS),
            (pl.col("file") if "file" in own else pl.lit(None)).cast(pl.String).alias("file"),
        )


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


def findings(store: Store, *names: str) -> pl.DataFrame:
    """What the checks found, or those of some names, the gravest first.

    Columns: check, severity, title, why, detail, n (how many samples, settings or files),
    experiment, model, intervention, run and evaluation where the finding is about one, those of
    `TOLD_BY` that belong to it, and file, where it is about a file.
    """
    rank = pl.col("severity").replace_strict(SEVERITIES, range(len(SEVERITIES)))
    asked = [check for check in checks() if not names or check.name in names]
    return _told_apart(pl.concat([check.found(store) for check in asked]), store).sort(
        rank, "check", "n", *COLUMNS[:-2], "file", "detail",
        descending=[False, False, True, *[False] * 7], nulls_last=True,
    )  # fmt: skip


def within(found: pl.DataFrame, asked: Slice) -> pl.DataFrame:
    """The findings about the experiments, models, interventions, … of a slice, or about none."""
    for name in ("experiment", "model", "intervention", "run", "evaluation"):
        if wanted := getattr(asked, name):
            found = found.filter(pl.col(name).is_in(wanted) | pl.col(name).is_null())
    return found


def _told_apart(found: pl.DataFrame, store: Store) -> pl.DataFrame:
    """The findings with what tells their evaluations, or else their runs, apart."""
    known = store.query("evaluations").with_columns(pl.col("seed").cast(pl.String))
    by_evaluation = known.select("evaluation", *TOLD_BY)
    by_run = known.select("run", *TOLD_BY[:1], *TOLD_BY[2:]).unique("run")
    joined = found.join(by_evaluation, on="evaluation", how="left").join(
        by_run, on="run", how="left", suffix="_of_run"
    )
    return joined.with_columns(
        pl.coalesce(name, f"{name}_of_run").alias(name)
        for name in TOLD_BY
        if name in by_run.columns
    ).select(*found.columns, *TOLD_BY)


@dataclass(frozen=True)
class FindingGroup:
    """Findings of one check that say the same."""

    check: str
    severity: str
    title: str
    why: str
    about: str  # what they are about, as far as it differs from the check's other findings
    detail: str
    findings: int
    n: int


def grouped(
    found: pl.DataFrame,
    judges: Mapping[str, str],
    name: Callable[[str, Any], str] = lambda _, value: str(value),
) -> list[FindingGroup]:
    """The findings, those of an experiment that say the same as one, told apart by what differs.

    Args:
        found: Rows of `findings`.
        judges: What judges are called that stand in the details.
        name: What a dimension's value is called.
    """
    found = found.with_columns(pl.col("detail").str.replace_many(dict(judges)))
    top = _top(found["file"].drop_nulls().to_list())
    groups = []
    for _, of_check in found.group_by("check", maintain_order=True):
        named: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        for row in of_check.to_dicts():
            named.setdefault(tuple(row[key] for key in NAMED), []).append(row)
        same = of_check.partition_by("severity", "experiment", "detail", maintain_order=True)
        for rows in (part.to_dicts() for part in same):
            first = rows[0]
            mine = dict.fromkeys(tuple(row[key] for key in NAMED) for row in rows)
            alike = [row for key in mine for row in named[key]]
            groups.append(
                FindingGroup(
                    check=first["check"],
                    severity=first["severity"],
                    title=first["title"],
                    why=first["why"],
                    about=_about(rows, alike, top, name),
                    detail=first["detail"],
                    findings=len(rows),
                    n=sum(row["n"] for row in rows),
                )
            )
    return sorted(groups, key=lambda group: SEVERITIES.index(group.severity))


def _about(
    rows: Sequence[Mapping[str, Any]],
    alike: Sequence[Mapping[str, Any]],
    top: str,
    name: Callable[[str, Any], str],
) -> str:
    """What findings that say the same are about; `alike` are all with the same names."""
    files = [row["file"].removeprefix(top) for row in rows if row["file"]]
    if files:
        return files[0] if len(files) == 1 else f"{len(files)} files, such as {files[0]}"
    several = len(alike) > len(rows)
    differing = [key for key in TOLD_BY if several and len({row[key] for row in alike}) > 1]
    told = [_values(key, rows, name) for key in (*NAMED, *differing)]
    return " · ".join(text for text in told if text)


def _values(key: str, rows: Sequence[Mapping[str, Any]], name: Callable[[str, Any], str]) -> str:
    """The values of a dimension among findings: one by its name, several with their number."""
    values = list(dict.fromkeys(row[key] for row in rows if row[key] is not None))
    names = [UNSAID[key] if value in ("none", "") else name(key, value) for value in values]
    if len(names) < 2:
        return LEADS.get(key, "") * (values[:1] not in ([], ["none"], [""])) + "".join(names)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{len(names)} {MANY[key]} ({', '.join(names[:SHOWN])}{more})"


def _top(files: Sequence[str]) -> str:
    """The folder that all files lie in, with its separator, or an empty text."""
    folders = {os.path.dirname(file) for file in files}  # noqa: PTH120 - any system's paths
    try:
        return os.path.join(os.path.commonpath(folders), "") if folders else ""  # noqa: PTH118
    except ValueError:
        return ""
