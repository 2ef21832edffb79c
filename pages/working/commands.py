"""Commands of the program, started by a page as processes of their own.

Pages know nothing of the pipeline, and none of them writes a snapshot.
"""

from collections.abc import Mapping
from pathlib import Path

from warehouse.programs import COMMANDS, Program

EVERY = {"BRITTLESCOPE_PROGRESS": "0.5"}
"""How often a command says how far it is, in seconds."""

LOOK = 0.5
"""Seconds between two looks at a command that is under way."""

MOST_KEPT = 100
"""How many data folders' commands are remembered."""


def command(
    data: Path,
    *words: str,
    environment: Mapping[str, str] | None = None,
    deadline: float | None = None,
) -> Program:
    """A command on a data folder. One without a deadline goes on where the server ends."""
    return Program(
        COMMANDS,
        "--data",
        str(data.absolute()),
        *words,
        environment={**EVERY, **(environment or {})},
        deadline=deadline,
        outlives=deadline is None,
    )
