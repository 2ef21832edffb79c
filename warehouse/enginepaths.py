"""Paths as DuckDB takes them: it reads `*`, `?` and `[` as patterns, and a backslash as a slash.

Parts of the lake in a folder with such a name are reached by another name of the folder, which has
none of them. DuckDB looks up the true name of a database, which therefore is written, and read,
in a plain folder.
"""

import atexit
import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PATTERN = re.compile(r"[*?\[\]\\\ud800-\udfff]")
_NO_DATABASE = re.compile(r"[?\\\ud800-\udfff]")

_DESCRIPTORS = Path("/proc/self/fd")
"""Where, on Linux, an open folder is found under a number as long as this process lives."""

_names: dict[tuple[int, int], str] = {}
"""The other names of folders, by what the system knows them as."""


def plain(folder: Path) -> str:
    """A path that means this folder, and no other, to DuckDB as long as this process lives."""
    whole = str(folder.absolute())
    if not _PATTERN.search(whole):
        return whole
    state = folder.stat()
    known = (state.st_dev, state.st_ino)
    if known not in _names:
        _names[known] = _another_name(folder)
    return _names[known]


@contextlib.contextmanager
def written(database: Path) -> Iterator[str]:
    """Where DuckDB can write a database that is at `database` when the context ends."""
    if not _NO_DATABASE.search(str(database.absolute())):
        yield str(database.absolute())
        return
    with tempfile.TemporaryDirectory(prefix="brittlescope-", dir=_anywhere()) as place:
        yield f"{place}/{database.name}"
        shutil.move(f"{place}/{database.name}", database)


@contextlib.contextmanager
def readable(database: Path) -> Iterator[str]:
    """Where DuckDB can open a database to read it, which it has done when the context ends."""
    if not _NO_DATABASE.search(str(database.absolute())):
        yield str(database.absolute())
        return
    with tempfile.TemporaryDirectory(prefix="brittlescope-", dir=_anywhere()) as place:
        yield shutil.copyfile(database, f"{place}/{database.name}")


def _anywhere() -> str | None:
    """A folder for temporary files that is plain itself."""
    return "/tmp" if _NO_DATABASE.search(tempfile.gettempdir()) else None


def _another_name(folder: Path) -> str:
    if _DESCRIPTORS.is_dir():
        return str(_DESCRIPTORS / str(os.open(folder, os.O_RDONLY | os.O_DIRECTORY)))
    place = tempfile.mkdtemp(prefix="brittlescope-", dir=_anywhere())
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    link = Path(place) / "folder"
    link.symlink_to(folder.absolute())
    return str(link)
