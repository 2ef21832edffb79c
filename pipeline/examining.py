"""The command that lists what is suspicious."""

from pathlib import Path

from pipeline.commands import command, form_option, show, tell
from warehouse import harmless
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
        tell(f"{first['severity']}: {first['title']} ({finding.height})")
        tell(f"  {first['why']}")
        for row in finding.iter_rows(named=True):
            about = " · ".join(
                str(row[k]) for k in ("experiment", "model", "intervention") if row[k]
            )
            tell(harmless.line(f"  - {about + ': ' if about else ''}{row['detail']}"))
    if found.is_empty():
        tell("Nothing suspicious was found.")
