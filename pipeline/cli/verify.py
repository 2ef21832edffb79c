"""The command that reads everything again and says whether it is what was written."""

from pathlib import Path

import click

from pipeline.cli.commands import command, form_option, show, tell
from warehouse import verification
from warehouse.errors import DamagedLake
from warehouse.lake import Lake
from warehouse.mending import described

FIELDS = ("file", "what", "source")


@command("verify", current=False)
@form_option
@click.option("--verbose", is_flag=True, help="Name every file, and every path to import again.")
def verify(form: str, verbose: bool, data: Path) -> None:
    """Read every byte of what was imported, and say what is not as it was written."""
    damages, doubts = verification.damages(data), verification.doubts(data)
    mended = [f"brittlescope build mends this: {doubt}." for doubt in doubts]
    if form != "table":
        import polars as pl

        rows = [
            *((str(damage.file), damage.what, damage.source or None) for damage in damages),
            *((None, doubt, None) for doubt in mended),
        ]
        show(pl.DataFrame(rows, schema=dict.fromkeys(FIELDS, pl.String()), orient="row"), form)
    elif damages or mended:
        for line in (*([described(damages, data, verbose)] if damages else []), *mended):
            tell(line)
    else:
        count = len(Lake(data).pointers())
        files = "1 file" if count == 1 else f"{count:,} files"
        tell(f"What is kept of {files} is what was written, and the snapshot shows it.")
    if damages or doubts:
        raise click.exceptions.Exit(DamagedLake.status)
