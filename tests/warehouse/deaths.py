"""A process that dies at a system call of our choice, without a process.

From that call on nothing more is written, deleted or renamed, just as after `kill -9`: what the
dying code still tries to clean up stays. What the operating system does for the dead is done: it
lets go of their locks, since the contexts that hold them end.
"""

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

CALLS = (*("write", "fsync", "rename", "replace", "unlink", "rmdir", "mkdir", "truncate", "chmod"),)
"""What changes a disk. What Polars and DuckDB write lies between two of these."""


class Killed(BaseException):
    """The process is no more."""


class Life:
    """Counts the system calls that write, and ends at one of them."""

    def __init__(self, ends_at: int | None) -> None:
        self.calls = 0
        self.ends_at = ends_at

    def call(self, really: Callable[..., Any], *given: Any, **named: Any) -> Any:
        self.calls += 1
        if self.ends_at is not None and self.calls >= self.ends_at:
            raise Killed
        return really(*given, **named)


@contextmanager
def life(ends_at: int | None = None) -> Iterator[Life]:
    """A context that dies at its `ends_at`th writing call; how far it came."""
    lived = Life(ends_at)
    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, functools.partial(lived.call, getattr(os, name)))
        with suppress(Killed):
            yield lived
