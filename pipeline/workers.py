"""Work spread over processes of its own, each in one thread, that end with the one that asked."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

from warehouse.errors import BrittlescopeError

Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS = ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS")
"""The variables that tell libraries how many threads to start; they read them when loaded."""

MAX_WAITING = 4
"""How many items wait in the queue of each worker, to keep memory flat."""


def spread(
    work: Callable[[Item], Sequence[Result]], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    """What `work` makes of every item, as it is done.

    Raises:
        BrittlescopeError: where a worker was killed.
    """
    # A fresh interpreter for each worker: Polars' threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=begin)
    waiting: set[Future[Sequence[Result]]] = set()
    try:
        for item in items:
            with _single_threaded():
                waiting.add(pool.submit(work, item))
            if len(waiting) >= workers * MAX_WAITING:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield from future.result()
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield from future.result()
    except BrokenProcessPool:
        raise BrittlescopeError(
            "A process that read files was killed, perhaps because memory ran out; what was "
            "imported before stays. Import again to go on."
        ) from None
    except BaseException:
        for worker in multiprocessing.active_children():
            worker.terminate()  # what it was reading is not told as done, and will be swept
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Processes started meanwhile compute in one thread: the others would share their cores."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def begin() -> None:
    """Leave Ctrl-C to the process that started this one, and end with it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)
