"""How far long work is: a bar on a terminal, and a line now and then elsewhere."""

import os
import sys
import time
from typing import TYPE_CHECKING, TextIO

from warehouse import harmless

if TYPE_CHECKING:
    from rich.progress import Progress

EVERY = {True: 0.2, False: 15.0}
"""Seconds between two times that it is shown, on a terminal and elsewhere."""

ASKED = "BRITTLESCOPE_PROGRESS"
"""The environment variable with other seconds, for a program that reads the lines."""


class Bar:
    """Shows how far it is, whenever it is told, unless that was shown just now."""

    def __init__(self, to: TextIO | None = None, *, said: float = 0.0) -> None:
        self._out = to or sys.stderr
        self._terminal = self._out.isatty()
        self._every = float(os.environ.get(ASKED) or EVERY[self._terminal])
        self._said = said
        self._bar: Progress | None = None

    def show(self, text: str, done: int, planned: int, *, last: bool = False) -> bool:
        """Shows it, the `last` time whatever was shown before; returns whether it was shown."""
        moment = time.monotonic()
        if not last and moment - self._said < self._every:
            return False
        self._said = moment
        line = harmless.line(text)
        if self._terminal:
            self._draw(line, done, planned, last)
        else:
            self._out.write(f"{line}\n")
            self._out.flush()
        return True

    def _draw(self, line: str, done: int, planned: int, last: bool) -> None:
        if self._bar is None:
            # Takes longer to load than many a command.
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn

            self._bar = Progress(
                BarColumn(bar_width=24),
                TextColumn("{task.description}", markup=False),
                console=Console(file=self._out, highlight=False, markup=False),
                auto_refresh=False,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._bar.add_task(line)
            self._bar.start()
        task = self._bar.task_ids[0]
        self._bar.update(task, description=line, completed=done, total=planned, refresh=True)
        if last:
            self._bar.stop()
            self._bar = None
