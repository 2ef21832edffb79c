"""The command that writes a static site of what was found and of the answers behind it."""

import json
from pathlib import Path

import click

from pipeline.cli.asking import Asked, asking
from pipeline.cli.commands import Unusable, say, show, tell
from warehouse import datafolder
from warehouse.analysis import foci, written
from warehouse.programs import Program

SITE = "pages.publishing"

WHICH = ("none", "sensitive", "all")


@click.command("publish")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path),
    help="The folder that the site is written to.",
)  # fmt: skip
@click.option(
    "--focus", multiple=True, metavar="EXPERIMENT[/TRAIT[/JUDGE]]",
    help="What the site is about; everything that was judged without it.",
)  # fmt: skip
@click.option("--title", default="What was found", show_default=True, help="What stands above it.")
@click.option(
    "--leave-out", type=click.Choice(WHICH), default="none", show_default=True,
    help="The answers whose text is not published.",
)  # fmt: skip
@click.option(
    "--cover", type=click.Choice(WHICH), default="sensitive", show_default=True,
    help="The answers that are shown only once they are asked for.",
)  # fmt: skip
@click.option(
    "--cut", type=click.IntRange(min=1), metavar="N", help="Publish N characters of each answer."
)
@click.option(
    "--redact", multiple=True, metavar="TEXT", help="Take this out of questions and answers."
)
@asking
def publish(
    asked: Asked,
    out: Path,
    focus: tuple[str, ...],
    title: str,
    leave_out: str,
    cover: str,
    cut: int | None,
    redact: tuple[str, ...],
) -> None:
    """A static site of the snapshot, read without a server."""
    given = {
        "analysis": written.as_json(asked.analysis),
        "out": str(out.resolve()),
        "title": title,
        "only": [one._asdict() for one in foci.meant(asked.store, focus)],
        "redaction": {
            "leave_out": leave_out,
            "cover": cover,
            "cut": cut,
            "words": [text for text in redact if text.strip()],
        },
    }
    here = {datafolder.VARIABLE: str(asked.store.data.resolve())}
    # What draws is no part of the pipeline, and has the app's own words and colours.
    with Program(SITE, given=json.dumps(given), environment=here) as writing:
        done = writing.ended
    if done.status:
        raise Unusable(done.problem or "The site could not be written.", done.status)
    told = done.document
    if asked.form == "json":
        import polars as pl

        show(pl.DataFrame([told]), asked.form)
        return
    tell(told["place"])
    say(f"{told['answers']:,} answers. {' '.join(told['redaction'])}")
