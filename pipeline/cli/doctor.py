"""The command that lists what is suspicious."""

from pathlib import Path

import click

from pipeline.cli.commands import form_option, show, tell, with_data
from warehouse import harmless
from warehouse.doctor import FindingGroup, findings, grouped
from warehouse.store import Store

FIRST = 5
"""How many findings of a kind are listed unless all are asked for."""


@click.command("doctor")
@click.option("--verbose", is_flag=True, help=f"Every finding, not the first {FIRST} of each kind.")
@form_option
@with_data
def doctor(form: str, data: Path, verbose: bool) -> None:
    """List what is suspicious in what was loaded."""
    store = Store(data)
    found = findings(store)
    if form != "table":
        show(found, form)
        return
    kinds: dict[tuple[str, str], list[FindingGroup]] = {}
    for group in grouped(found, store.judges):
        kinds.setdefault((group.check, group.severity), []).append(group)
    for groups in kinds.values():
        first = groups[0]
        tell(f"{first.severity}: {first.title} ({sum(group.findings for group in groups)})")
        tell(f"  {first.why}")
        for group in groups if verbose else groups[:FIRST]:
            tell(f"  - {harmless.line(_written(group))}")
        if len(groups) > FIRST and not verbose:
            tell(f"  … and {len(groups) - FIRST} more; --verbose lists them.")
    if found.is_empty():
        tell("Nothing suspicious was found.")


def _written(group: FindingGroup) -> str:
    several = f" ({group.findings} alike)" if group.findings > 1 else ""
    return f"{group.about + ': ' if group.about else ''}{group.detail}{several}"
