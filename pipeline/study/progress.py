"""How far a step is: a line for whoever watches, and a file for the app to read."""

import json
import sys
import time
from collections import Counter
from typing import Any, TextIO

from pipeline.study.budget import Spend
from pipeline.study.layout import Folder, write_json
from pipeline.study.tune.log import now

FILE_EVERY = 2.0
LINE_EVERY = {True: 0.2, False: 15.0}
"""Seconds between two lines, on a terminal and elsewhere."""

SHOWN_FAILURES = 10


class Progress:
    """Counts what is finished (and on disk) of one step."""

    def __init__(
        self, folder: Folder, study: str, step: str, planned: int, to: TextIO | None = None
    ) -> None:
        self.folder = folder
        self.study = study
        self.step = step
        self.planned = planned
        self.done = 0
        self.failures: Counter[str] = Counter()
        self.spent = Spend()
        self.detail = ""
        self._out = to or sys.stderr
        self._terminal = self._out.isatty()
        self._began = time.monotonic()
        self._before = 0
        self._filed = self._told = 0.0

    def found(self, done: int) -> None:
        """Counts what earlier runs of the command finished."""
        self.done += done
        self._before += done

    def finished(self, count: int = 1, spent: Spend | None = None) -> None:
        """Counts what has just been put on disk."""
        self.done += count
        if spent:
            self.spent.add(spent)
        self.show()

    def failed(self, reason: str, spent: Spend | None = None) -> None:
        """Counts a failure; the thing stays to be done."""
        self.failures[reason] += 1
        if spent:
            self.spent.add(spent)
        self.show()

    @property
    def rate(self) -> float:
        """Finished per second since this command began."""
        return (self.done - self._before) / max(1e-9, time.monotonic() - self._began)

    @property
    def seconds_left(self) -> float | None:
        """Until the step is done, at the rate so far."""
        return (self.planned - self.done) / self.rate if self.rate else None

    def show(self, *, last: bool = False) -> None:
        """Writes the line and the file, unless they are recent."""
        moment = time.monotonic()
        if last or moment - self._filed >= FILE_EVERY:
            self._filed = moment
            self._write(running=not last)
        if last or moment - self._told >= LINE_EVERY[self._terminal]:
            self._told = moment
            end = "\n" if last or not self._terminal else ""
            start = "\r\x1b[K" if self._terminal else ""
            self._out.write(f"{start}{self.line()}{end}")
            self._out.flush()

    def line(self) -> str:
        """The state in one line."""
        parts = [f"{self.step}: {self.done:,} of {self.planned:,}"]
        if failed := sum(self.failures.values()):
            parts.append(f"{failed:,} failed")
        if self.rate:
            parts.append(f"{self.rate:.3g} a second")
        left = self.seconds_left
        if left:
            parts.append(f"{_duration(left)} left")
        if self.spent.requests:
            parts.append(f"{self.spent.tokens:,} tokens")
        if self.spent.cost:
            parts.append(f"cost {self.spent.cost:.4g}")
        if self.detail:
            parts.append(self.detail)
        return " · ".join(parts)

    def _write(self, *, running: bool) -> None:
        path = self.folder.progress
        stored: dict[str, Any] = {"steps": {}}
        if path.exists():
            stored = json.loads(path.read_text("utf-8"))
        stored["steps"][self.step] = {
            "planned": self.planned,
            "done": self.done,
            "failed": sum(self.failures.values()),
            "failures": dict(self.failures.most_common(SHOWN_FAILURES)),
            "running": running,
            "rate": round(self.rate, 3),
            "seconds_left": None if self.seconds_left is None else round(self.seconds_left),
            "requests": self.spent.requests,
            "input_tokens": self.spent.input_tokens,
            "output_tokens": self.spent.output_tokens,
            "cost": round(self.spent.cost, 6),
            "updated": now(),
        }
        write_json(path, {"brittlescope": "progress/1", "study": self.study, **stored})


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
