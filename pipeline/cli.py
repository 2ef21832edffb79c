"""The command line: `brittlescope COMMAND`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from pipeline.commands import sentences, terminable
from warehouse import harmless

PLACES = {
    "import": "pipeline.loading:import_files",
    "forget": "pipeline.loading:forget",
    "build": "pipeline.loading:build",
    "verify": "pipeline.verifying:verify",
    "demo": "pipeline.loading:demo",
    "serve": "pipeline.serving:serve",
    "rates": "pipeline.numbers:rates",
    "effects": "pipeline.numbers:effects",
    "brittleness": "pipeline.numbers:brittleness",
    "multiverse": "pipeline.numbers:multiverse",
    "doctor": "pipeline.examining:doctor",
    "study": "pipeline.study.cli:study",
}
"""Where each command is. A module is loaded when its command is called: no command waits for
what only others need, nor does a process that an import starts."""


class _Program(click.Group):
    """The commands of the program."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in PLACES:
            return None
        module, _, name = PLACES[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

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


@click.group(cls=_Program)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="BRITTLESCOPE_DATA",
    default=Path("data"),
    show_default=True,
    help="The data folder.",
)
@click.version_option(package_name="brittlescope")
def main(data: Path) -> None:
    """Results of fine-tuning studies in, honest numbers and the transcripts behind them out."""
    os.umask(0o077)  # answers of models may be anything: only who made a file may read it
