"""The command that drafts a study map."""

import shlex
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from pipeline.cli.commands import command, json_option, say, tell, tell_json
from pipeline.drafting import needless, survey, writing
from pipeline.errors import UsageError
from pipeline.importing import finding, previewing, telling
from pipeline.maps import mapping
from warehouse import durable, harmless


@command("map", current=False)
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.yaml",
    help="Write the draft to a new file instead of printing it.",
)
@click.option("--no-preview", is_flag=True, help="Do not try what it would load.")
@json_option
def draft_map(path: Path, out: Path | None, no_preview: bool, form: str, data: Path) -> None:
    """Look at a folder, and draft the study map that says what its files mean."""
    found = finding.find([path], skip=data)
    root = path.resolve()
    groups = survey.groups(root, sorted(found.files()))
    if not groups:
        raise UsageError(
            f"No file of {path} holds records that could be read. Of zip and tar archives no map "
            "is drafted: `members` in one names those to be read (docs/formats.md)."
        )
    text = writing.draft(root, groups)
    known = needless.known(groups)
    if text is None:
        _needless(path, root, groups, form)
        return
    if out is not None:
        if out.exists():
            raise UsageError(f"{out} is there already; a draft overwrites nothing.")
        durable.write(out, text.encode())
        say(f"Wrote {out}.")
    elif form == "text":
        tell(text.rstrip())
    _tell_known(known)
    preview = None if no_preview else _previewed(path, text, data)
    if form == "json":
        told = preview.plain if preview else None
        tell_json({"map": text, "is_map": True, "known": known, "preview": told})
    elif preview is not None:
        for line in previewing.told(preview):
            say(line)


def _needless(path: Path, root: Path, groups: Sequence[survey.FileGroup], form: str) -> None:
    """Say that there is no map to write, and what to do instead.

    Raises:
        UsageError: where no file can be imported without one either.
    """
    known = needless.known(groups)
    left = [writing.left(root, group) for group in groups if group.known is None]
    given = harmless.line(shlex.quote(str(path)))
    lines = needless.told(groups, left, f"brittlescope import {given}")
    if form == "json":
        tell_json({"map": None, "is_map": False, "known": known, "preview": None})
    elif not known:
        raise UsageError("\n".join(lines))
    _tell_known(known)
    for line in lines:
        say(line)


def _tell_known(known: Mapping[str, int]) -> None:
    for name, count in known.items():
        say(f"{telling.files(count)} read without a map, as {name}.")


def _previewed(path: Path, text: str, data: Path) -> previewing.Preview:
    """What the draft would load, as it stands."""
    with tempfile.TemporaryDirectory(prefix="brittlescope-") as folder:
        written = Path(folder) / "draft.yaml"
        written.write_text(text, "utf-8")
        return previewing.found([path], mapping.load(written), data=data)
