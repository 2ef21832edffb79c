"""The command that drafts a study map."""

import tempfile
from pathlib import Path

import click

from pipeline import finding
from pipeline.commands import command, say, tell
from pipeline.errors import UsageError
from warehouse import durable


@command("map", current=False)
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.yaml",
    help="Write the draft to a new file instead of printing it.",
)
@click.option("--no-preview", is_flag=True, help="Do not try what it would load.")
def draft_map(path: Path, out: Path | None, no_preview: bool, data: Path) -> None:
    """Look at a folder, and draft the study map that says what its files mean."""
    from pipeline import mapping, previewing
    from pipeline.drafting import survey, writing

    found = finding.find([path], skip=data)
    root = path.resolve()
    groups = survey.groups(root, sorted(found.files()))
    if not groups:
        raise UsageError(f"No file of {path} holds records that could be read.")
    text = writing.draft(root, groups)
    if out is not None:
        if out.exists():
            raise UsageError(f"{out} is there already; a draft overwrites nothing.")
        durable.write(out, text.encode())
        say(f"Wrote {out}.")
    else:
        tell(text.rstrip())
    for group in groups:
        if group.known:
            say(f"{len(group.paths)} files are read without a map, as {group.known}.")
    if no_preview or writing.NO_FILES in text:
        return
    with tempfile.TemporaryDirectory(prefix="brittlescope-") as folder:
        written = Path(folder) / "draft.yaml"
        written.write_text(text)
        told = mapping.load(written)
        for line in previewing.lines([path], told, data=data):
            say(line)
