"""Programs of Brittlescope as processes of their own: started, looked at, waited for, ended.

Pages know nothing of commands, commands nothing of pages, and neither of what stands above both.
Each starts the other by the name of its module, and reads what it printed.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import IO, Any, Generic, NamedTuple, Self, TypeVar
from weakref import WeakSet

from warehouse import harmless

ROOT = Path(__file__).resolve().parents[1]
"""Where Python finds every module of ours."""

COMMANDS = "pipeline.cli"
"""The command line."""

REPORT = "brittlescope.report"
"""What writes an evidence pack: it takes an analysis, and prints the names of the files."""

QUOTES = "brittlescope.quotes"
"""What writes drawn transcripts as the desk copies them: it takes what was drawn, and prints it."""

GARBAGE = 50_000
"""How many objects more than before make it worth to look which of them nobody uses.

Python looks after 700, which takes a fifth of the time in which a program loads its modules: they
are no garbage, nor are records by the thousand until their file is done.
"""

STARTED_BY = "BRITTLESCOPE_STARTED_BY"
"""The variable with the process that a program ends with."""

LOOKS = 1.0
"""Seconds between two looks at whether who started a program is still there."""

GRACE = 5.0
"""Seconds in which a program that is told to end may do so by itself."""

MOST_SAID = 200_000
"""How many bytes of what a program said of its work are looked at, from its end."""


FOR_FONTS = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
"""All that a file of its own knows of our environment; keys of endpoints are not among it."""


class Ended(NamedTuple):
    """What came of a program."""

    status: int
    made: bytes  # all that it printed
    said: str  # the end of what it said of its work
    is_late: bool  # whether it was ended at its deadline

    @property
    def out(self) -> str:
        """All that it printed, as text."""
        return _text(self.made)

    @property
    def problem(self) -> str:
        """The last line that it said of its work, in one line; empty if it said nothing."""
        last = self.said.strip().rpartition("\n")[2].removeprefix("Error: ")
        return harmless.short(last, 2_000)

    @property
    def document(self) -> Any:
        """The JSON document that it printed; None where it printed none."""
        try:
            return json.loads(self.out)
        except ValueError:
            return None


class Program:
    """A program under way, or what came of it.

    Its output is kept, so that it waits for no reader, and it is the head of a session of its
    own: no signal to who started it reaches it, and all that it starts can be ended with it.
    Threads may share it.
    """

    def __init__(
        self,
        module: str | Path,
        *words: str,
        given: str = "",
        environment: Mapping[str, str] | None = None,
        deadline: float | None = None,
        outlives: bool = False,
    ) -> None:
        """Start `python -m module words…`.

        Args:
            module: What is run: a module of ours, or a file, which imports nothing of ours and
                knows no more of our environment than what finds fonts.
            words: Its options and arguments.
            given: What it reads on standard input.
            environment: Variables beside those of this process.
            deadline: The seconds after which it is ended.
            outlives: Whether it goes on where this process ends (`leave`).
        """
        self._out = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the program does
        self._err = tempfile.TemporaryFile()  # noqa: SIM115
        self._late = None if deadline is None else time.monotonic() + deadline
        self._lock = Lock()
        self._ended: Ended | None = None
        is_apart = isinstance(module, Path)
        known = {
            name: os.environ[name]
            for name in (FOR_FONTS if is_apart else os.environ)
            if name in os.environ
        }
        if not is_apart and not outlives:
            known[STARTED_BY] = str(os.getpid())
        with tempfile.TemporaryFile() as stdin:
            stdin.write(given.encode("utf-8", "replace"))
            stdin.seek(0)
            self._process = subprocess.Popen(
                [sys.executable, "-I" if is_apart else "-m", str(module), *words],
                stdin=stdin,
                stdout=self._out,
                stderr=self._err,
                cwd=ROOT,
                env={**known, **(environment or {})},
                start_new_session=True,
            )
        if not outlives:
            _BOUND.add(self)

    def __enter__(self) -> Self:
        """It, to be ended where whoever waits for it goes on."""
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def is_done(self) -> bool:
        """Whether it ended, or should have by now."""
        is_late = self._late is not None and time.monotonic() >= self._late
        return is_late or self._ended is not None or self._process.poll() is not None

    @property
    def said(self) -> str:
        """The end of what it said of its work so far, on standard error."""
        try:
            return _text(_read(self._err, MOST_SAID))
        except ValueError:  # it ended, and the file is closed
            return self.ended.said

    @property
    def ended(self) -> Ended:
        """What came of it: waits until it ends, at most until its deadline."""
        with self._lock:
            if self._ended is None:
                self._ended = self._waited()
            return self._ended

    def stop(self) -> None:
        """End it, and whatever it started, where nobody waits for it any more."""
        if not self.is_done:
            self._end()
        _ = self.ended

    def tell_to_end(self, number: int = signal.SIGTERM) -> None:
        """Send a signal to it and to whatever it started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _waited(self) -> Ended:
        left = None if self._late is None else max(0.0, self._late - time.monotonic())
        is_late = False
        try:
            status = self._process.wait(left)
        except subprocess.TimeoutExpired:
            is_late = True
            status = self._end()
        with self._out, self._err:
            return Ended(status, _read(self._out), _text(_read(self._err, MOST_SAID)), is_late)

    def _end(self) -> int:
        """Its status, after it was asked to end and, where it does not, made to."""
        self.tell_to_end()
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(GRACE)
        self.tell_to_end(signal.SIGKILL)
        return self._process.wait()


_BOUND: "WeakSet[Program]" = WeakSet()
"""The programs that nobody needs any more where this process ends."""


def go_on() -> None:
    """End this program where who started it was killed, before it writes what nobody waits for.

    Who starts it again, perhaps with other words, must not be overtaken by it.
    """
    if os.environ.get(STARTED_BY, str(os.getppid())) != str(os.getppid()):
        sys.exit("Error: who asked for it was killed; nothing was written.")


def end_with_starter() -> None:
    """Have this program end as if it was told to, where who started it as its own is killed.

    Nobody else could tell it. One that a person started, be it to outlive a terminal, is nobody's.
    """
    starter = os.environ.pop(STARTED_BY, None)
    if starter is None:
        return

    def watch() -> None:
        while str(os.getppid()) == starter:
            time.sleep(LOOKS)
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, daemon=True).start()


def leave() -> None:
    """Tell every program that does not outlive this process to end; nothing is waited for."""
    for program in list(_BOUND):
        if not program.is_done:
            program.tell_to_end()


T = TypeVar("T", bound=Program)


class Programs(Generic[T]):
    """The programs that all who look at a server started, each under a key, the oldest first."""

    def __init__(self, most: int) -> None:
        """It remembers `most` of them."""
        self._most = most
        self._lock = Lock()
        self._under_way: dict[Hashable, T] = {}

    def of(self, key: Hashable) -> T | None:
        """The one under a key, under way or done."""
        with self._lock:
            return self._under_way.get(key)

    def begin(self, key: Hashable, start: Callable[[], T]) -> T:
        """The one that is under way under a key, else one that is started now.

        Where there are too many, one that is done is forgotten, else the oldest is ended.
        """
        with self._lock:
            own = self._under_way.get(key)
            if own is not None and not own.is_done:
                return own
            gone = [self._under_way.pop(key)] if own is not None else []
            while len(self._under_way) >= self._most:
                done = (one for one, program in self._under_way.items() if program.is_done)
                gone.append(self._under_way.pop(next(done, next(iter(self._under_way)))))
            self._under_way[key] = begun = start()
        for program in gone:
            program.stop()
        return begun

    def end(self, key: Hashable) -> None:
        """End the one under a key, and forget it."""
        with self._lock:
            program = self._under_way.pop(key, None)
        if program is not None:
            program.stop()


def _text(printed: bytes) -> str:
    return printed.decode("utf-8", "replace")


def _read(file: IO[bytes], most: int | None = None) -> bytes:
    """What stands in a file that another process may be writing to, from its end."""
    size = os.fstat(file.fileno()).st_size
    at = 0 if most is None else max(0, size - most)
    return os.pread(file.fileno(), size - at, at)
