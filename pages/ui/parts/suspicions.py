"""What the doctor finds suspicious in what is in sight, as people read it."""

from typing import NamedTuple

import polars as pl

from pages.ui.view import store
from pages.ui.words import values
from warehouse import doctor
from warehouse.analysis import Analysis
from warehouse.doctor import SEVERITIES, grouped

DISAGREEMENT = "judges-disagree"
"""The doctor's check that finds a judge's own questions contradicting each other."""


class FindingsOfCheck(NamedTuple):
    """The findings of one check: its gravest severity, how many, and a row for each."""

    check: str
    severity: str
    title: str
    why: str
    rows: pl.DataFrame


def kinds(found: pl.DataFrame, view: Analysis) -> list[FindingsOfCheck]:
    """What the doctor found within the slice of a view, a kind for each check, grave ones first."""
    checks: dict[str, list[doctor.FindingGroup]] = {}
    for group in _grouped(found, view):
        checks.setdefault(group.check, []).append(group)
    told = [
        FindingsOfCheck(check, groups[0].severity, groups[0].title, groups[0].why, _table(groups))
        for check, groups in checks.items()
    ]
    return sorted(told, key=lambda kind: (SEVERITIES.index(kind.severity), -kind.rows.height))


def within(found: pl.DataFrame, view: Analysis) -> pl.DataFrame:
    """The findings of all kinds together, a row each."""
    return _table(_grouped(found, view))


def _grouped(found: pl.DataFrame, view: Analysis) -> list[doctor.FindingGroup]:
    judges = snapshot.judges if (snapshot := store.current()) else {}
    return grouped(doctor.within(found, view.slice), judges, values.value)


def _table(groups: list[doctor.FindingGroup]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "severity": [values.SEVERITIES[group.severity] for group in groups],
            "about": [group.about or "—" for group in groups],
            "detail": [group.detail for group in groups],
            "n": [group.n for group in groups],
        },
        schema_overrides={"n": pl.Int64()},
    )
