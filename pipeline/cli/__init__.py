"""The command line: `brittlescope COMMAND`."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import click

from pipeline.cli.commands import sentences, terminable
from warehouse import datafolder, harmless, programs


class CommandPlace(NamedTuple):
    """Where a command is, and the first sentence of its help."""

    function: str
    about: str


PLACES = {
    "import": CommandPlace(
        "pipeline.cli.loading:import_files",
        "Read files and folders into the lake, and build a snapshot of it.",
    ),
    "forget": CommandPlace(
        "pipeline.cli.loading:forget",
        "Take files or folders out of the lake again; the files themselves stay.",
    ),
    "build": CommandPlace(
        "pipeline.cli.loading:build",
        "Make and publish a new snapshot of everything imported so far, and the search index.",
    ),
    "verify": CommandPlace(
        "pipeline.cli.verify:verify",
        "Read every byte of what was imported, and say what is not as it was written.",
    ),
    "demo": CommandPlace(
        "pipeline.cli.loading:demo",
        "Import the bundled example, build a snapshot and open the app.",
    ),
    "serve": CommandPlace("pipeline.cli.serve:serve", "Open the app on the loopback address."),
    "rates": CommandPlace(
        "pipeline.cli.numbers:rates",
        "Rates of each trait with intervals and denominators, one row per cell.",
    ),
    "effects": CommandPlace(
        "pipeline.cli.numbers:effects",
        "Every arm against its baseline: difference, p-value, suppression and verdict.",
    ),
    "counts": CommandPlace(
        "pipeline.cli.numbers:counts",
        "Counts of every question, arm and run: the long table that other programs take.",
    ),
    "rank": CommandPlace(
        "pipeline.cli.numbers:rank",
        "Which intervention is best: the rank of each with its interval, its chance to be first.",
    ),
    "brittleness": CommandPlace(
        "pipeline.cli.numbers:brittleness",
        "The brittleness profile: every index that what was loaded allows, one row each.",
    ),
    "hierarchical": CommandPlace(
        "pipeline.cli.numbers:hierarchical",
        "The hierarchical model: where the variance lies, and rates of small cells partly pooled.",
    ),
    "multiverse": CommandPlace(
        "pipeline.cli.numbers:multiverse",
        "In how many ways of counting each conclusion stands, one row per arm.",
    ),
    "search": CommandPlace(
        "pipeline.cli.search:search",
        "The answers that hold words, phrases or exact text.",
    ),
    "draw": CommandPlace(
        "pipeline.cli.draw:draw",
        "Transcripts by a declared rule: at random, balanced over questions, nearest a cut.",
    ),
    "publish": CommandPlace(
        "pipeline.cli.publish:publish",
        "A static site of the snapshot, read without a server.",
    ),
    "claims": CommandPlace(
        "pipeline.cli.claims:claims", "Sentences of a write-up, each bound to a number of the data."
    ),
    "report": CommandPlace(
        "pipeline.cli.report:report",
        "The evidence pack: figures, tables, transcripts of the desk, claims, methods and data.",
    ),
    "agreement": CommandPlace(
        "pipeline.cli.agreement:agreement",
        "How far judges, and people, agree on the answers that two of them judged.",
    ),
    "ratings": CommandPlace(
        "pipeline.cli.ratings:ratings",
        "People's judgements: tasks of answers to rate, and the ratings as files.",
    ),
    "map": CommandPlace(
        "pipeline.cli.draft:draft_map",
        "Look at a folder, and draft the study map that says what its files mean.",
    ),
    "doctor": CommandPlace(
        "pipeline.cli.doctor:doctor", "List what is suspicious in what was loaded."
    ),
    "study": CommandPlace(
        "pipeline.cli.study:study",
        "Run a study: render training sets, fine-tune, sample answers, judge them.",
    ),
}
"""Every command. A module is loaded when its command is called: neither the list of commands
nor another command waits for what only it needs, nor does a process that an import starts."""


class _CommandLine(click.Group):
    """The commands of the program."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in PLACES:
            return None
        module, _, name = PLACES[cmd_name].function.partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.about) for name, place in PLACES.items()])

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with _harmless_errors():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with terminable(), sentences(), _harmless_errors():
            return super().invoke(ctx)


@contextmanager
def _harmless_errors() -> Iterator[None]:
    """Errors that quote an argument, such as a file's name, do nothing to the terminal."""
    try:
        yield
    except click.UsageError as error:
        raise click.UsageError(harmless.visible(error.format_message()), error.ctx) from None


@click.group(cls=_CommandLine)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar=datafolder.VARIABLE,
    default=datafolder.DEFAULT,
    show_default=True,
    help="The data folder.",
)
@click.version_option(package_name="brittlescope")
def main(data: Path) -> None:
    """Results of fine-tuning studies in, honest numbers and the transcripts behind them out."""
    gc.set_threshold(programs.GARBAGE)
    os.umask(0o077)  # answers of models may be anything: only who made a file may read it
