"""Commands of the program, run as processes of their own: what drafts, tries and imports.

Pages know nothing of the pipeline. What a command found is the one document that it prints.
"""

import re
from pathlib import Path

from pages.working.commands import MOST_KEPT, command
from warehouse import datafolder
from warehouse.programs import Program, Programs

PATIENCE = 120
"""How many seconds a page waits for a command."""

_FAR = re.compile(r"([\d,]+) of ([\d,]+) files")


def drafting(folder: Path, data: Path) -> Program:
    """The command that drafts a folder's study map."""
    return _command(folder, data, "map", str(folder), "--no-preview", "--format", "json")


def trying(folder: Path, mapping: Path | None, data: Path) -> Program:
    """The command that says what an import would load."""
    words = ("import", str(folder), "--dry-run", "--format", "json")
    return _command(folder, data, *words, *_mapped(mapping))


def importing(folder: Path, mapping: Path | None, data: Path) -> Program:
    """The command that imports, and builds a snapshot: nothing ends it halfway."""
    words = ("import", str(folder), "--format", "json", *_mapped(mapping))
    return _command(folder, data, *words, lasting=True)


def far(running: Program) -> tuple[int, int]:
    """How many files are done, and of how many; zeros while nobody knows."""
    told = _FAR.findall(running.said)
    done, whole = told[-1] if told else ("0", "0")
    return int(done.replace(",", "")), int(whole.replace(",", ""))


def _command(folder: Path, data: Path, *words: str, lasting: bool = False) -> Program:
    return command(
        data,
        *words,
        environment={datafolder.WITHIN: str(folder)},
        deadline=None if lasting else PATIENCE,
    )


def _mapped(mapping: Path | None) -> tuple[str, ...]:
    return ("--map", str(mapping)) if mapping else ()


UNDER_WAY = Programs[Program](MOST_KEPT)
"""The import of each data folder that runs, or the last one that ran, whoever asked for it."""
