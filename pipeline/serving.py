"""The command that opens the app."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

from pipeline.commands import command
from warehouse import datafolder

ROOT = Path(__file__).parent.parent
SERVER = "pages.serving.server"


def where(function: Callable[..., None]) -> Callable[..., None]:
    """The options that say where the app is served, and to whom."""
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
    return port(token(function))


@command("serve")
@where
def serve(port: int | None, no_token: bool, data: Path) -> None:
    """Open the app on the loopback address."""
    open_app(data, port, no_token)


def open_app(data: Path, port: int | None, no_token: bool, browser: bool = False) -> NoReturn:
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
