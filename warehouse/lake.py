"""The lake: what every imported file said, in immutable shards that nobody needs to lock.

    lake/shards/<content>-<meaning>/   one file as one importer read it
    lake/register.jsonl                which shard a path stands for now (and a copy of it)
    lake/tmp/<unique>/                 a shard or a snapshot being written

A shard appears by one rename and never changes afterwards; it counts once a line of the register
names it, and that line is written when all of it is on the disk. So any number of processes may
write at once, a process killed at any moment leaves only what the next one sweeps, and a reader
sees each file either wholly or not at all. A hash of every part is kept with the shard: what the
disk lost or changed is noticed, and importing the file again mends it.

The lake lives beside the warehouse, not in the pipeline, because both sides need its layout.
"""

import contextlib
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from warehouse import durable, shards
from warehouse.register import Pointer, Register
from warehouse.shards import Origin, Shard, bulk_files, digest

if TYPE_CHECKING:
    from warehouse.shardframes import Writer


class Damage(NamedTuple):
    """A file of the lake that is not what was written, and the source that it was made of."""

    source: str
    file: Path
    what: str


class Lake:
    """The shards under one data folder."""

    def __init__(self, data: Path) -> None:
        self.root = data / "lake"
        self.shards = self.root / "shards"
        self.tmp = self.root / "tmp"
        self.register = Register(self.root)

    def pointer(self, path: Path) -> Pointer | None:
        """What the lake holds for a path, or None."""
        pointer = self.register.latest().get(str(path))
        return pointer if pointer is not None and pointer.shard is not None else None

    def pointers(self) -> list[Pointer]:
        """Everything the lake holds now, by path."""
        latest = self.register.latest().values()
        return sorted((p for p in latest if p.shard is not None), key=lambda p: p.path)

    def stands(self, pointer: Pointer) -> bool:
        """Whether a pointer is certain: no line after it was lost, which may have moved it."""
        return pointer.no > max(self.register.lost(), default=0)

    def shard(self, name: str) -> Shard | None:
        """A shard's description, or None where any of it is not what was written."""
        folder = self.shards / name
        shard, _ = shards.read(folder)
        whole = shard is not None and not any(shards.faults(folder, shard, thorough=True))
        return shard if whole else None

    def survey(self, pointers: Iterable[Pointer]) -> tuple[list[Shard], list[Damage]]:
        """The shards that paths stand for, each byte checked, and what is damaged of them.

        Two paths with the same content and the same meaning are one source: the first counts.
        """
        first: dict[str, str] = {}
        for pointer in pointers:
            first.setdefault(str(pointer.shard), pointer.path)
        with ThreadPoolExecutor(min(os.cpu_count() or 1, 8)) as pool:
            found = list(pool.map(self._surveyed, first, first.values()))
        whole = [shard for shard, damages in found if shard is not None and not damages]
        damaged = [damage for _, damages in found for damage in damages]
        lost = "lost what it said of a file"
        doubted = [Damage(path, self.register.copies[0], lost) for path in self.doubted()]
        return whole, [*damaged, *doubted]

    def _surveyed(self, name: str, path: str) -> tuple[Shard | None, list[Damage]]:
        folder = self.shards / name
        shard, why = shards.read(folder)
        if shard is None:
            return None, [Damage(path, folder / shards.DESCRIPTION, why)]
        faults = shards.faults(folder, shard, thorough=True)
        named = msgspec.structs.replace(shard.origin, path=path)
        return (
            msgspec.structs.replace(shard, origin=named),
            [Damage(path, file, what) for file, what in faults],
        )

    def doubted(self) -> list[str]:
        """The paths of which a lost line of the register may have said something else.

        None as long as each line is whole in one of its copies; "" where nothing tells which.
        """
        lost = max(self.register.lost(), default=0)
        if not lost:
            return []
        latest = self.register.latest()
        doubted = {pointer.path for pointer in latest.values() if pointer.no < lost}
        doubted |= {shards.source(folder) for folder in _inside(self.shards)} - latest.keys()
        return sorted(doubted)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """A context in which shards are written and let stand: no sweep takes what is under way."""
        with contextlib.ExitStack() as held:
            with durable.told(self.root):
                durable.folder(self.tmp)
                held.enter_context(durable.locked(self.root / "writers.lock", shared=True))
                self.register.begin(anew=_is_bare(self.shards))
            yield

    def write(self, origin: Origin, twin_of: str | None = None) -> "Writer":
        """A writer of one new shard; use it as a context, within `writing`."""
        from warehouse.shardframes import Writer  # with Polars, which no reader of names waits for

        return Writer(self.shards, self.room(), origin, twin_of)

    def point(self, pointers: Sequence[Pointer]) -> None:
        """Let paths stand for shards from now on; all of it is on the disk when this returns."""
        with durable.told(self.root):
            shards.on_disk({self.shards / p.shard for p in pointers if p.shard is not None})
            self.register.add(pointers)

    def refusals(self, shard: Shard, limit: int) -> list[tuple[int | None, str]]:
        """The first rows of a file that were not understood, each with its reason."""
        import polars as pl

        rows: list[tuple[int | None, str]] = []
        for file in bulk_files(self.shards, [shard], "quarantine"):
            if len(rows) < limit:
                part = pl.read_parquet(
                    file, columns=["source_row", "reason"], n_rows=limit, glob=False
                )
                rows += part.rows()
        return rows[:limit]

    def forget(self, paths: Iterable[Path]) -> list[str]:
        """Let files, or every file below folders, stand for nothing; the paths let go of."""
        known = {pointer.path for pointer in self.pointers()} | {*self.doubted()}
        given = set(paths)
        gone = sorted(p for p in known if not given.isdisjoint((Path(p), *Path(p).parents)))
        if gone:
            self.point([Pointer(path=path, shard=None) for path in gone])
        return gone

    def tidy(self, keep: Iterable[str] | None = None) -> int:
        """Delete what dead writers left and, but for those to `keep`, shards that no path needs.

        Nothing is deleted while anybody writes, nor a shard without a set of those to keep.
        """
        if not self.root.is_dir():
            return 0
        with (
            durable.told(self.root),
            durable.locked(self.root / "writers.lock", wait=False) as alone,
        ):
            if not alone:
                return 0
            for left in _inside(self.tmp):
                durable.remove(left)
            durable.remove(self.root / "current")  # what an early version had for a register
            self.register.mend()
            self.register.compact()
            if keep is None or self.register.lost():
                return 0  # an unnamed shard may tell what a lost line was about
            needed = {pointer.shard for pointer in self.pointers()} | set(keep)
            unneeded = [folder for folder in _inside(self.shards) if folder.name not in needed]
            for folder in unneeded:
                durable.remove(folder)
            return len(unneeded)

    def room(self) -> Path:
        """A path for a new folder or file, where a sweep will find it."""
        return self.tmp / uuid.uuid4().hex

    def content(self) -> str:
        """A short name for everything the lake holds now: equal lakes have equal names."""
        return content_of(self.pointers())


def content_of(pointers: Iterable[Pointer]) -> str:
    """A short name for what these pointers hold, whatever their order."""
    first: dict[str | None, str] = {}
    for pointer in sorted(pointers, key=lambda p: p.path):
        known = " ".join(filter(None, (pointer.path, pointer.root)))
        first.setdefault(pointer.shard, known)
    return digest("\n".join(sorted(f"{shard} {known}" for shard, known in first.items())), 8)


def _is_bare(folder: Path) -> bool:
    """Whether a folder holds nothing; only its first entry is looked for."""
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as found:
        return next(found, None) is None
    return True


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
