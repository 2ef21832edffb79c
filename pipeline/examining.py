"""The command that lists what is suspicious."""

from pathlib import Path

import click

from pipeline.commands import command, form_option, show
from warehouse.doctor import findings
from warehouse.store import Store


@command("doctor")
@form_option
def doctor(form: str, data: Path) -> None:
    """List what is suspicious in what was loaded."""
    found = findings(Store(data))
    if form != "table":
        show(found, form)
        return
    for finding in found.partition_by("check", maintain_order=True):
        first = finding.row(0, named=True)
        click.echo(f"{first['severity']}: {first['title']} ({finding.height})")
        click.echo(f"  {first['why']}")
        for row in finding.iter_rows(named=True):
            about = " · ".join(
                str(row[k]) for k in ("experiment", "model", "intervention") if row[k]
            )
            click.echo(f"  - {about + ': ' if about else ''}{row['detail']}")
    if found.is_empty():
        click.echo("Nothing suspicious was found.")
