"""Commands in forks of one process that has loaded what they need: killed by the hundred."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FORKER = """
import json, os, sys
from pipeline.cli import main
from pipeline.cli import study
from pipeline.study import steps, judge, sample
from pipeline import importers
from pipeline.cli import loading, numbers
from warehouse import building, store
list(importers.each())
for line in sys.stdin:
    ready, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(2, 1)  # what it prints is no answer of ours
        try:
            os.read(ready, 1)
            main(json.loads(line))
        except SystemExit as left:
            os._exit(left.code or 0)
        finally:
            os._exit(99)
    print(child, flush=True)
    sys.stdin.readline()
    os.write(go, b"!")
    sys.stdin.readline()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    os.close(ready)
    os.close(go)
"""


class Commands:
    """Commands of the program as processes that can be killed, one after the other."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout

    def ready(self, *arguments: object) -> int:
        """A process that has a command to do; it waits for `go`."""
        print(json.dumps([str(argument) for argument in arguments]), file=self._in, flush=True)
        return int(self._out.readline())

    def go(self) -> None:
        print(file=self._in, flush=True)

    def begin(self, *arguments: object) -> int:
        """Begins a command; its process."""
        process = self.ready(*arguments)
        self.go()
        return process

    def end(self) -> int:
        """Waits for the command's end; its exit status, negative where a signal was it.

        Until then its process keeps its number, even where it is no more.
        """
        print(file=self._in, flush=True)
        return int(self._out.readline())

    def killed_at(self, call: str, time_of_it: int, *arguments: object) -> bool:
        """Does a command that strace kills when a thread makes a system call so many times.

        Whether it came so far.
        """
        process = self.ready(*arguments)
        with tempfile.NamedTemporaryFile() as said:
            inject = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={time_of_it}"]
            strace = ["strace", "-f", "-o", "/dev/null", *inject, "-p", str(process)]
            with subprocess.Popen(strace, stderr=said) as tracing:
                while b"attached" not in (words := Path(said.name).read_bytes()):
                    assert tracing.poll() is None, words
                    time.sleep(0.002)
                self.go()
                status = self.end()
        return status == -signal.SIGKILL


@contextmanager
def forking(**environment: str) -> Iterator[Commands]:
    """A process whose forks do what they are told."""
    with subprocess.Popen(
        [sys.executable, "-c", FORKER],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield Commands(process)
        assert process.stdin is not None
        process.stdin.close()
