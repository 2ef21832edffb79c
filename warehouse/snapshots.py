"""Snapshots: which DuckDB files there are, which one is published, and which may go.

    data/snapshots/<no>-<utc time>-<content>-<form>.duckdb    never written to again once it is here
    data/snapshots/current                                    which is published, and its hash

A snapshot's name tells what it holds (the lake's content) and in which form (the relations of this
version of the program), so that neither has to be opened to see whether it is up to date. Its
number orders it among the others, for a clock can go back.

A published snapshot is never overwritten: DuckDB keeps serving an open file's old content, so
a reader must be able to tell a new snapshot by its name.
"""

import contextlib
import fcntl
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from warehouse import durable
from warehouse.engine import Reader
from warehouse.errors import DamagedSnapshot, NoSnapshot, RefusedByEngine
from warehouse.shards import digest

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
        time = self.path.stem.split("-")[1]
        return datetime.strptime(time, "%Y%m%dT%H%M%S").strftime("%Y-%m-%d %H:%M UTC")

    @property
    def holds(self) -> tuple[str, ...]:
        """The content and the form that its name tells."""
        return tuple(self.path.stem.split("-")[2:])

    @property
    def number(self) -> int:
        """Its place in the order of snapshots; 0 for one that has no such name."""
        found = re.match(r"(\d+)-\d{8}T\d{6}-", self.path.name)
        return int(found[1]) if found else 0


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
    with contextlib.suppress(OSError, ValueError):  # the pointer may be damaged in any way
        name, *_ = (folder(data) / "current").read_text("utf-8").split()
        snapshot = Snapshot(folder(data) / name)
        if snapshot.number and snapshot.path.is_file():
            return snapshot
    raise NoSnapshot(f"There is no snapshot in {data} yet; run brittlescope build.")


def published(data: Path) -> Snapshot | None:
    """The published snapshot, if there is one."""
    with contextlib.suppress(NoSnapshot):
        return latest(data)
    return None


@contextlib.contextmanager
def publishing(data: Path) -> Iterator[None]:
    """A context in which nobody else publishes, so that one may look before one does."""
    with durable.locked(durable.folder(folder(data)) / "publish.lock"):
        yield


def publish(data: Path, new: Path, built_at: datetime, content: str) -> Snapshot:
    """Give a finished file its name and let the pointer name it, within `publishing`."""
    check = durable.fingerprint(new)
    new.chmod(0o600)
    durable.sync([new])
    number = max((Snapshot(path).number for path in _files(data)), default=0) + 1
    name = f"{number:06d}-{built_at:%Y%m%dT%H%M%S}-{content}-{form()}.duckdb"
    snapshot = Snapshot(folder(data) / name)
    durable.move(new, snapshot.path)
    durable.replace(folder(data) / "current", f"{name} {check}\n".encode())
    return snapshot


def is_whole(data: Path) -> bool:
    """Whether the published snapshot has every byte that was written."""
    with contextlib.suppress(OSError, ValueError, NoSnapshot):
        _, check = (folder(data) / "current").read_text("utf-8").split()
        return durable.fingerprint(latest(data).path) == check
    return False


def prune(data: Path, keep: int = KEEP) -> list[Path]:
    """Delete all but the newest snapshots, and what dead writers left, within `publishing`.

    The published one stays, and one that a process has open.
    """
    current = published(data)
    files = sorted(_files(data), key=lambda path: (Snapshot(path).number, path), reverse=True)
    gone = []
    for path in files[keep:]:
        if (current is None or path != current.path) and not _in_use(path):
            path.unlink(missing_ok=True)
            gone.append(path)
    for left in folder(data).glob(".current*"):
        durable.remove(left)
    return gone


def shards_in_use(data: Path, but: AbstractSet[Path] = frozenset()) -> set[str]:
    """The shards that any kept snapshot but some reads its transcripts from."""
    names: set[str] = set()
    for path in (path for path in _files(data) if path not in but):
        with (
            contextlib.suppress(DamagedSnapshot, RefusedByEngine, FileNotFoundError),
            Reader(path) as reader,
        ):
            names |= set(reader.ask("select shard from core.source")["shard"])
    return names


def _files(data: Path) -> list[Path]:
    return list(folder(data).glob("*.duckdb"))


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
