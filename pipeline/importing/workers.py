"""Work spread over processes of its own, each in one thread, that end with the one that asked."""

import gc
import importlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from typing import TypeVar

from warehouse import programs
from warehouse.errors import BrittlescopeError

Item = TypeVar("Item")
Result = TypeVar("Result")

SETTINGS = {
    **{"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    **{"MALLOC_TRIM_THRESHOLD_": f"{64 * 2**20}", "MALLOC_MMAP_THRESHOLD_": f"{32 * 2**20}"},
}
"""The variables that libraries of a process beside this one read when they are loaded.

It computes in one thread: the others would share its core. And it keeps the room that one file took
for the next (where its C library is glibc): the system would clear it again, page by page.
"""

WORTH = 16 * 2**20
"""Fewer bytes are read in one process: starting others costs more than it saves."""

MOST = 4
"""How many processes there are at most."""

MAX_WAITING = 4
"""How many items wait in the queue of each worker, to keep memory flat."""

MOMENT = 0.1
"""Seconds in which more may be done, so that who waits for the disk does so for all of it."""


def needed(items: int, size: int) -> int:
    """How many processes so many items of so many bytes are worth beside this one, if any."""
    count = min(os.cpu_count() or 1, MOST, items)
    return count if count > 1 and size >= WORTH else 0


class Team:
    """Processes that work beside this one; they end with the context.

    They load what their work needs as soon as they are called (`call`), while this process may
    still find out what there is to do.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        # A fresh interpreter for each: Polars' threads do not survive a fork.
        context = multiprocessing.get_context("spawn")
        self.pool = ProcessPoolExecutor(size, mp_context=context, initializer=begin)

    def __enter__(self) -> "Team":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in multiprocessing.active_children():
            worker.terminate()  # what it was reading is not told as done, and will be swept
        self.pool.shutdown(cancel_futures=True)

    def call(self, module: str) -> None:
        """Start the processes, to load a module."""
        with _settings():
            for _ in range(self.size):
                self.pool.submit(_load, module)

    def later(self, work: Callable[[], Result]) -> Callable[[], Result]:
        """What one of them makes of some work, to be asked for when all else is done."""
        with _settings():
            future = self.pool.submit(work)

        def result() -> Result:
            with _killed():
                return future.result()

        return result

    def spread(
        self, work: Callable[[Item], Sequence[Result]], items: Iterable[Item]
    ) -> Iterator[list[Result]]:
        """What `work` makes of the items, as it is done: of all that are done by then at once.

        Raises:
            BrittlescopeError: where a worker was killed.
        """
        waiting: set[Future[Sequence[Result]]] = set()
        left = iter(items)
        with _killed():
            while True:
                for item in islice(left, self.size * MAX_WAITING - len(waiting)):
                    with _settings():
                        waiting.add(self.pool.submit(work, item))
                if not waiting:
                    return
                done, waiting = wait(waiting, MOMENT)
                if not done:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                whole = [one.result() for one in done if one.exception() is None]
                if whole:
                    yield list(chain.from_iterable(whole))
                for one in done:
                    one.result()  # raises what went wrong, once the others stand


@contextmanager
def _killed() -> Iterator[None]:
    """A context in which the end of a worker is told in a sentence."""
    try:
        yield
    except BrokenProcessPool:
        raise BrittlescopeError(
            "A process that read files was killed, perhaps because memory ran out; what was "
            "imported before stays. Import again to go on."
        ) from None


@contextmanager
def _settings() -> Iterator[None]:
    """Processes started meanwhile have `SETTINGS`."""
    before = {name: os.environ.get(name) for name in SETTINGS}
    os.environ.update(SETTINGS)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _load(module: str) -> None:
    """Load a module for good, so that its objects need not be looked through for garbage."""
    importlib.import_module(module)
    gc.freeze()


def begin() -> None:
    """Leave Ctrl-C to the process that started this one, and end with it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(programs.GARBAGE)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)
