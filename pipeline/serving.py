"""The command that opens the app."""

import os
import subprocess
import sys
from pathlib import Path

import click

from pipeline.commands import command, say

ROOT = Path(__file__).parent.parent
APP = ROOT / "app.py"


@command("serve")
@click.option("--port", default=8501, show_default=True, help="The port to listen on.")
def serve(port: int, data: Path) -> None:
    """Open the app on the loopback address."""
    open_app(data, port)


def open_app(data: Path, port: int) -> None:
    """Open the app on a data folder, and end with it."""
    say(f"Open http://localhost:{port} (Ctrl-C stops it).")
    command = [sys.executable, "-m", "pages.ui.server", "run", str(APP), "--server.port", str(port)]
    environment = os.environ | {"BRITTLESCOPE_DATA": str(data.resolve())}
    # Streamlit reads its configuration from the folder it runs in.
    status = subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
    raise click.exceptions.Exit(status)
