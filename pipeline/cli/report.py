"""The command that writes the evidence pack of a write-up."""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

import click

from pipeline.cli.asking import Asked, asking, margin_option
from pipeline.cli.commands import Unusable, say
from warehouse import agreed, harmless, looked
from warehouse.analysis import Analysis, Focus, foci, written
from warehouse.programs import REPORT, Program

NAMED = 5
"""How many others a sentence names."""


@click.command("report")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("report"),
    show_default=True, metavar="DIR", help="Where to: a new folder, or that of an earlier pack.",
)  # fmt: skip
@click.option(
    "--clear-looked", is_flag=True,
    help="First forget which analyses were looked at in the app; the pack says that you did.",
)  # fmt: skip
@click.option(
    "--every", "is_every", is_flag=True,
    help="Pack every experiment, trait and judge, each in a folder of its own below DIR.",
)  # fmt: skip
@margin_option
@asking
def report(asked: Asked, out: Path, *, clear_looked: bool, is_every: bool) -> None:
    """The evidence pack: figures, tables, transcripts of the desk, claims, methods and data."""
    data, about = asked.store.data.absolute(), _about(asked)
    if clear_looked:
        looked.clear(data)
    if not is_every or len(about) < 2:
        _pack(data, asked.analysis, out)
        if len(about) > 1:
            _say_others(asked, about)
        return
    for focus in about:
        _pack(data, asked.analysis.focused(focus), out / _folder(focus))


def _about(asked: Asked) -> list[Focus]:
    """What could be packed: what people see is there only where nobody else judged."""
    every = foci.within(asked.store, asked.analysis.slice)
    people = {one for one, kind in agreed.kinds_of(asked.store).items() if kind == agreed.HUMAN}
    judged = {focus._replace(judge=None) for focus in every if focus.judge not in people}
    return [
        focus
        for focus in every
        if focus.judge not in people or focus._replace(judge=None) not in judged
    ]


def _pack(data: Path, view: Analysis, out: Path) -> None:
    # A program of its own, as the app is: charts are the pages', of which commands know nothing.
    given = json.dumps(written.as_json(view))
    with Program(REPORT, str(data), str(out.absolute()), given=given) as writing:
        done = writing.ended
    if done.status:
        raise Unusable(done.problem or "The pack could not be written.", done.status)
    files = done.out.splitlines()
    say(f"{len(files)} files in {out}. To set it: cd {out} && pdflatex report")


def _say_others(asked: Asked, about: Sequence[Focus]) -> None:
    """Which of several a pack is of, and how to have another or all."""
    packed, *rest = (_called(asked, focus) for focus in about)
    named = "; ".join(rest[:NAMED]) + f"; and {len(rest) - NAMED} more" * (len(rest) > NAMED)
    say(
        f"It is of {packed}, which has most to tell, and of nothing else. Not in it: {named}. "
        "Choose with --where experiment=…, --where trait=… and --judge, or pack all of them with "
        "--every."
    )


def _called(asked: Asked, focus: Focus) -> str:
    judges = asked.store.judges
    judge = None if focus.judge is None else f"judge {judges.get(focus.judge, focus.judge)}"
    return harmless.line(", ".join(filter(None, (focus.experiment, focus.trait, judge))))


def _folder(focus: Focus) -> str:
    """The folder of one pack among several: letters and digits, told apart by its whole name."""
    name = "/".join(part or "" for part in focus)
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')[:80]}-{mark}"
