"""The command that opens the app."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

from pipeline.cli.commands import command
from pipeline.errors import UsageError
from warehouse import datafolder
from warehouse.programs import ROOT

SERVER = "pages.serving.server"


def where(*, opens: bool) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options that say where the app is served, to whom, and whether a browser `opens`."""
    port = click.option(
        "--port",
        type=click.IntRange(0, 65535),
        metavar="N",
        show_default="8501, or the next free one",
        help="The port to listen on; 0 takes any.",
    )
    token = click.option(
        "--no-token", is_flag=True, help="Let everybody on this machine in, without the link."
    )
    browser = click.option(
        "--browser/--no-browser",
        default=opens,
        show_default=True,
        help="Open the link in the browser, or only print it.",
    )
    return lambda function: port(token(browser(function)))


@command("serve")
@where(opens=False)
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Let who has the link import results from this folder and below; may be given again.",
)
def serve(
    port: int | None, no_token: bool, browser: bool, allowed: tuple[Path, ...], data: Path
) -> None:
    """Open the app on the loopback address."""
    if allowed and no_token:
        raise UsageError(
            "--allow lets the app read folders of this machine, for who has its link: "
            "leave --no-token out."
        )
    if any("\n" in str(folder.resolve()) for folder in allowed):
        raise UsageError("--allow takes no folder whose name has a line break.")
    os.environ[datafolder.ALLOWED] = "\n".join(str(folder.resolve()) for folder in allowed)
    open_app(data, port, no_token, browser)


def open_app(data: Path, port: int | None, no_token: bool, browser: bool) -> NoReturn:
    """Become the program that serves the app on a data folder, opened in a browser or not.

    This process itself does, so that whatever ends it ends the server, and nothing is left that
    would hold the port.
    """
    os.environ[datafolder.VARIABLE] = str(data.absolute())
    options = ["--port", str(port)] if port is not None else []
    options += ["--no-token"] * no_token + ["--browser"] * browser
    os.chdir(ROOT)  # where Streamlit finds its configuration, and Python the pages
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", SERVER, *options])
