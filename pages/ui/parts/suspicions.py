"""What the doctor finds suspicious in what is in sight, as people read it."""

import polars as pl

from pages.ui.words import values
from warehouse import doctor
from warehouse.analysis import Analysis
from warehouse.doctor import grouped

DISAGREEMENT = "judges-disagree"
"""The doctor's check that finds a judge's own questions contradicting each other."""


def within(found: pl.DataFrame, view: Analysis) -> pl.DataFrame:
    """What the doctor found within the experiments, models and interventions in sight."""
    groups = grouped(doctor.within(found, view.slice), values.value)
    return pl.DataFrame(
        {
            "severity": [values.SEVERITIES[group.severity] for group in groups],
            "title": [group.title for group in groups],
            "about": [group.about or "—" for group in groups],
            "detail": [group.detail for group in groups],
            "n": [group.n for group in groups],
        },
        schema_overrides={"n": pl.Int64()},
    )
