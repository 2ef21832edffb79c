"""The command that writes the evidence pack of a write-up."""

import json
from pathlib import Path

import click

from pipeline.cli.asking import Asked, asking, margin_option
from pipeline.cli.commands import Unusable, say
from warehouse import looked
from warehouse.analysis import written
from warehouse.programs import REPORT, Program


@click.command("report")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("report"),
    show_default=True, metavar="DIR", help="Where to: a new folder, or that of an earlier pack.",
)  # fmt: skip
@click.option(
    "--clear-looked", is_flag=True,
    help="First forget which analyses were looked at in the app; the pack says that you did.",
)  # fmt: skip
@margin_option
@asking
def report(asked: Asked, out: Path, *, clear_looked: bool) -> None:
    """The evidence pack: figures, tables, transcripts of the desk, claims, methods and data."""
    data = asked.store.data.absolute()
    if clear_looked:
        looked.clear(data)
    # A program of its own, as the app is: charts are the pages', of which commands know nothing.
    given = json.dumps(written.as_json(asked.analysis))
    with Program(REPORT, str(data), str(out.absolute()), given=given) as writing:
        done = writing.ended
    if done.status:
        raise Unusable(done.problem or "The pack could not be written.", done.status)
    files = done.out.splitlines()
    say(f"{len(files)} files in {out}. To set it: cd {out} && pdflatex report")
