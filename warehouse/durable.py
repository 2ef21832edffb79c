"""The one door to the disk: what went through it outlasts a power cut once the call returns.

A file is on the disk when its content was forced there and the folder that names it was too.
Both cost a wait for the disk, so that whoever writes many files forces them all at once
(`sync`) before saying that anything is done. What is written here only its owner may read.
"""

import contextlib
import fcntl
import functools
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from xxhash import xxh3_64

from warehouse.errors import BrittlescopeError, CannotWrite, error_number

THREADS = 16
"""How many waits for the disk go on at once: it answers several together in the time of one."""

CHUNK = 2**16
"""How many bytes are read at once: so small a buffer is there already, and stays in the cache."""


def folder(path: Path) -> Path:
    """A folder that is there from now on, those above it too."""
    if not path.is_dir():
        folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        sync([path.parent])
    return path


def write(path: Path, content: bytes) -> None:
    """Write a new file; `sync` or `replace` puts it on the disk."""
    _written(path, content, os.O_CREAT | os.O_TRUNC)


@contextlib.contextmanager
def begun(path: Path) -> Iterator[BinaryIO]:
    """A new file that a library fills; its owner's alone from the first byte on, as all are."""
    how = os.O_WRONLY | os.O_CLOEXEC | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(path, how, 0o600), "wb") as file:
        yield file


def append(path: Path, content: bytes) -> None:
    """Add to a file, wholly or not at all, and wait until it is on the disk.

    Those who add to one file take turns (`locked`).
    """
    before = path.stat().st_size if path.exists() else None
    try:
        _written(path, content, os.O_CREAT | os.O_APPEND, wait=True)
    except OSError:
        with contextlib.suppress(OSError):  # whoever reads it next leaves a torn end out
            os.truncate(path, before or 0)
        raise
    if before is None:
        sync([path.parent])


def replace(path: Path, content: bytes) -> None:
    """Write a small file so that a reader sees the old content or the new, never a part.

    Writers of one file take turns: what a dead one left is overwritten by the next.
    """
    new = temporary(path)
    with _own(new) as descriptor:
        try:
            _put(descriptor, content)
            os.fsync(descriptor)
            move(new, path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise


def temporary(path: Path) -> Path:
    """Where `replace` writes what then takes a file's place."""
    return path.with_name(f".{path.name}.new")


def move(new: Path, place: Path) -> None:
    """Give a finished file or folder its name, for good."""
    new.rename(place)
    sync([place.parent])


def sync(paths: Iterable[Path]) -> None:
    """Wait until these files and folders are on the disk, all at once."""
    wanted = list(paths)
    if len(wanted) < 2:
        for path in wanted:
            _sync(path)
        return
    for _ in _waiting().map(_sync, wanted):
        pass


@functools.cache
def _waiting() -> ThreadPoolExecutor:
    """Threads that do nothing but wait for the disk, kept since they are asked for again."""
    return ThreadPoolExecutor(THREADS)


os.register_at_fork(after_in_child=_waiting.cache_clear)  # threads stay behind


def fingerprint(path: Path) -> str:
    """A hash of a file's content, as 16 digits: made to notice damage, not malice."""
    hashed = xxh3_64()
    buffer = memoryview(bytearray(CHUNK))
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(buffer):
            hashed.update(buffer[:size])
    return hashed.hexdigest()


def remove(path: Path) -> None:
    """Delete a file or a folder whole, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(path: Path, shared: bool = False, wait: bool = True) -> Iterator[bool]:
    """Hold a lock while the context lasts; whether it was got, where one does not wait for it.

    The kernel lets go of it when its holder ends, however that ends: no number of a process has
    to be trusted, which another machine or container may have given to somebody else. A folder is
    a lock, too.
    """
    how = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
    descriptor = os.open(path, how | os.O_CLOEXEC, 0o600)
    try:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(descriptor, kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def told(place: Path) -> Iterator[None]:
    """A context in which a disk that refuses is told in a sentence.

    Raises:
        CannotWrite: for any failure to write, with what to do about it.
    """
    try:
        yield
    except BrittlescopeError:
        raise
    except Exception as error:
        if error_number(error) is None:
            raise  # it was not the disk
        raise CannotWrite.because(place, error) from error


def _written(path: Path, content: bytes, how: int, wait: bool = False) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC | how, 0o600)
    try:
        _put(descriptor, content)
        if wait:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


@contextlib.contextmanager
def _own(path: Path) -> Iterator[int]:
    """An empty file that nobody else writes to while the context lasts."""
    while True:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_at(descriptor, path):
                os.ftruncate(descriptor, 0)
                yield descriptor
                return
        finally:
            os.close(descriptor)  # whoever had it before moved it away


def _is_at(descriptor: int, path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
