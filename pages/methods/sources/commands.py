"""Commands of the program, run as processes of their own: what drafts, tries and imports.

Pages know nothing of the pipeline. What a command found is the one document that it prints.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from functools import cached_property
from pathlib import Path
from typing import IO, Any, NamedTuple

from warehouse import datafolder, harmless

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = (sys.executable, "-m", "pipeline.cli")

EVERY = {"BRITTLESCOPE_PROGRESS": "0.5"}
"""How often a command says how far it is, in seconds."""

MOST_SAID = 200_000
"""How much of what a command said is looked at, from its end."""

_FAR = re.compile(r"([\d,]+) of ([\d,]+) files")


class Ended(NamedTuple):
    """What came of a command: its document, if it came to that, its last sentence, its status."""

    found: dict[str, Any] | None
    problem: str
    status: int


class Running:
    """A command under way, or what came of it."""

    def __init__(self, folder: Path, data: Path, *words: str) -> None:
        self.folder = folder
        self._out = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the command does
        self._err = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [*PROGRAM, "--data", str(data.absolute()), *words],
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._err,
            cwd=ROOT,
            env=os.environ | EVERY | {datafolder.WITHIN: str(folder)},
            start_new_session=True,  # a signal to the server ends no import halfway
        )

    @property
    def is_done(self) -> bool:
        """Whether it ended."""
        return self._process.poll() is not None

    @property
    def far(self) -> tuple[int, int]:
        """How many files are done, and of how many; zeros while nobody knows."""
        told = _FAR.findall(self._text(self._err))
        done, whole = told[-1] if told else ("0", "0")
        return int(done.replace(",", "")), int(whole.replace(",", ""))

    @cached_property
    def ended(self) -> Ended:
        """What came of it, once it is done."""
        status = self._process.wait()
        said = [line for line in self._text(self._err).splitlines() if line.strip()]
        problem = said[-1].removeprefix("Error: ") if said else "It ended without a word."
        try:
            told = json.loads(self._text(self._out))
        except ValueError:
            told = None
        self._out.close()
        self._err.close()
        found = told if isinstance(told, dict) else None
        return Ended(found, harmless.short(problem, 2_000), status)

    def stop(self) -> None:
        """End it, where nobody waits for it any more."""
        if not self.is_done:
            self._process.terminate()
        _ = self.ended

    def _text(self, file: IO[bytes]) -> str:
        size = os.fstat(file.fileno()).st_size
        at = 0 if file is self._out else max(0, size - MOST_SAID)
        return os.pread(file.fileno(), size - at, at).decode("utf-8", "replace")


def drafting(folder: Path, data: Path) -> Running:
    """The command that drafts a folder's study map."""
    return Running(folder, data, "map", str(folder), "--no-preview", "--format", "json")


def trying(folder: Path, mapping: Path | None, data: Path) -> Running:
    """The command that says what an import would load."""
    words = ("import", str(folder), "--dry-run", "--format", "json")
    return Running(folder, data, *words, *_mapped(mapping))


def importing(folder: Path, mapping: Path | None, data: Path) -> Running:
    """The command that imports, and builds a snapshot."""
    return Running(folder, data, "import", str(folder), "--format", "json", *_mapped(mapping))


def _mapped(mapping: Path | None) -> tuple[str, ...]:
    return ("--map", str(mapping)) if mapping else ()


UNDER_WAY: dict[Path, Running] = {}
"""The import of each data folder that runs, or the last one that ran, whoever asked for it."""
