"""How far a step is: a line for whoever watches, and a file for the app to read."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TextIO

import msgspec

from pipeline.study.layout import Folder
from pipeline.study.lines import write_json
from pipeline.terminal.progress import Bar
from warehouse import clock, studies
from warehouse.studies import ProgressFile, Spend, StepProgress

FILE_EVERY = 2.0
"""Seconds between two times that the file is written."""

SHOWN = 10
"""How many kinds of failures, and how many of the things left, the file tells of."""


class Progress:
    """Counts what is finished (and on disk) of one step."""

    def __init__(
        self,
        folder: Folder,
        study: str,
        step: str,
        planned: int,
        total: Spend | None = None,
        *,
        only: str | None = None,
        to: TextIO | None = None,
    ) -> None:
        self.folder = folder
        self.study = study
        self.step = step
        self.planned = planned
        self.total = total or Spend()
        self.only = only
        self.done = 0
        self.failures: Counter[str] = Counter()
        self.left: Sequence[str] = ()
        self.stopped: Sequence[studies.Stopped] | None = None
        self.spent = Spend()
        self.detail = ""
        self._lock = threading.RLock()
        self._bar = Bar(to)
        self._began = time.monotonic()
        self._before = 0
        self._filed = 0.0

    def found(self, done: int) -> None:
        """Counts what earlier runs of the command finished."""
        self.done += done
        self._before += done

    def finished(self, count: int = 1, spent: Spend | None = None) -> None:
        """Counts what has just been put on disk."""
        with self._lock:
            self.done += count
            self.spent.add(spent or Spend())
            self.show()

    def failed(self, reason: str, spent: Spend | None = None) -> None:
        """Counts a failure; the thing stays to be done."""
        with self._lock:
            self.failures[reason] += 1
            self.spent.add(spent or Spend())
            self.show()

    def note(self, detail: str) -> None:
        """Tells what is waited for."""
        with self._lock:
            self.detail = detail
            self.show()

    @contextmanager
    def kept_fresh(self) -> Iterator[None]:
        """Keeps the file fresh during the block, so that a reader can tell slow work from dead.

        A thread does it: local work does not let the event loop go on for minutes.
        """
        over = threading.Event()
        beat = threading.Thread(target=self._beat, args=(over,), daemon=True)
        beat.start()
        try:
            yield
        finally:
            over.set()
            beat.join()
            self.show(last=True)

    @property
    def rate(self) -> float:
        """Finished per second since this command began."""
        return (self.done - self._before) / max(1e-9, time.monotonic() - self._began)

    @property
    def seconds_left(self) -> float | None:
        """Until the step is done, at the rate so far."""
        return (self.planned - self.done) / self.rate if self.rate else None

    def show(self, *, last: bool = False) -> None:
        """Shows it and writes the file, unless that was just done."""
        moment = time.monotonic()
        if last or moment - self._filed >= FILE_EVERY:
            self._filed = moment
            self._write(running=not last)
        self._bar.show(self.line(), self.done, self.planned, last=last)

    def line(self) -> str:
        """The state in one line."""
        parts = [f"{self.step}: {self.done:,} of {self.planned:,}"]
        if failed := sum(self.failures.values()):
            parts.append(f"{failed:,} failed")
        if self.rate:
            parts.append(f"{self.rate:.3g} a second")
        left = self.seconds_left
        if left:
            parts.append(f"{studies.duration(left)} left")
        if self.spent.requests:
            parts.append(f"{self.spent.tokens:,} tokens")
        if self.spent.cost:
            parts.append(f"cost {self.spent.cost:.4g}")
        if self.detail:
            parts.append(self.detail)
        return " · ".join(parts)

    def _beat(self, over: threading.Event) -> None:
        self._write(running=True)
        while not over.wait(studies.BEAT.total_seconds()):
            self._write(running=True)

    def _write(self, *, running: bool) -> None:
        with self._lock:
            told = ProgressFile(self.study, {})
            with suppress(FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
                content = self.folder.progress.read_bytes()
                told = msgspec.json.decode(content, type=ProgressFile)
            told.spent = self.total
            told.steps[self.step] = self._state(running)
            if self.stopped is not None:
                told.stopped = list(self.stopped)
            write_json(self.folder.progress, told)

    def _state(self, running: bool) -> StepProgress:
        more = len(self.left) - SHOWN
        return StepProgress(
            **msgspec.structs.asdict(self.spent),
            planned=self.planned,
            done=self.done,
            failed=sum(self.failures.values()),
            failures=dict(self.failures.most_common(SHOWN)),
            left=[*self.left[:SHOWN], *([f"and {more:,} more"] if more > 0 else [])],
            only=self.only,
            running=running,
            rate=round(self.rate, 3),
            seconds_left=None if self.seconds_left is None else round(self.seconds_left),
            updated=clock.now(),
        )
