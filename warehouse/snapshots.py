"""Snapshots: which DuckDB files there are, which one is published, and which may go.

    data/snapshots/<utc time>-<content>-<form>.duckdb    never written to again once it is here
    data/snapshots/current                               the published one, replaced atomically

Its name tells what it holds (the lake's content) and in which form (the relations of this version
of the program), so that neither has to be opened to see whether it is up to date.

A published snapshot is never overwritten: DuckDB keeps serving an open file's old content, so
a reader must be able to tell a new snapshot by its name.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import duckdb

from warehouse.errors import NoSnapshot
from warehouse.lake import digest, replace

SCHEMA = Path(__file__).parent / "schema"
"""The relations of a snapshot, one file each."""

KEEP = 3
"""How many snapshots stay, the published one included."""


@dataclass(frozen=True)
class Snapshot:
    """One published file."""

    path: Path

    @property
    def built_at(self) -> str:
        """When it was built, in UTC, read from its name."""
        return datetime.strptime(self.path.stem.split("-")[0], "%Y%m%dT%H%M%S").strftime(
            "%Y-%m-%d %H:%M UTC"
        )

    @property
    def holds(self) -> tuple[str, ...]:
        """The content and the form that its name tells."""
        return tuple(self.path.stem.rstrip("x").split("-")[1:])


@cache
def form() -> str:
    """A short name for the relations that this version of the program builds and reads."""
    files = sorted(SCHEMA.rglob("*.sql"))
    return digest("\n".join(f"{file.name}\n{file.read_text('utf-8')}" for file in files), 4)


def folder(data: Path) -> Path:
    """Where the snapshots of a data folder are."""
    return data / "snapshots"


def latest(data: Path) -> Snapshot:
    """The published snapshot.

    Raises:
        NoSnapshot: where nothing was built yet, with the command that builds.
    """
    with contextlib.suppress(OSError):
        path = folder(data) / (folder(data) / "current").read_text("utf-8").strip()
        if path.is_file():
            return Snapshot(path)
    raise NoSnapshot(f"There is no snapshot in {data} yet; run brittlescope build.")


def publish(data: Path, new: Path, name: str) -> Snapshot:
    """Give a finished file its name and let the pointer name it."""
    path = folder(data) / name
    while path.exists():
        path = path.with_name(f"{path.stem}x.duckdb")
    new.rename(path)
    replace(folder(data) / "current", path.name.encode())
    return Snapshot(path)


def prune(data: Path, keep: int = KEEP) -> list[Path]:
    """Delete all but the newest snapshots; one that a process has open stays."""
    published = latest(data).path
    files = sorted(folder(data).glob("*.duckdb"), reverse=True)
    gone = []
    for path in files[keep:]:
        if path != published and not _in_use(path):
            path.unlink(missing_ok=True)
            gone.append(path)
    return gone


def shards_in_use(data: Path) -> set[str]:
    """The shards that any kept snapshot reads its transcripts from."""
    names: set[str] = set()
    for path in folder(data).glob("*.duckdb"):
        with contextlib.suppress(duckdb.Error), duckdb.connect(str(path), read_only=True) as con:
            names |= {name for (name,) in con.execute("select shard from core.source").fetchall()}
    return names


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[bool]:
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def _in_use(path: Path) -> bool:
    """Whether another process has the file open: DuckDB's readers hold a shared lock on it."""
    with contextlib.suppress(OSError), _locked(path) as free:
        return not free
    return True
