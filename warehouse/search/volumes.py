"""The search index on the disk: volumes that never change, each of a few parts of the lake.

    search/<form>-<content>/               the words of some parts of shards
    search/<form>-<content>/volume.json    which parts, and a hash of every file

A volume appears by one rename and is deleted as a whole: what was killed while it wrote leaves
nothing that anybody reads, and what is forgotten is gone with its volume. Volumes are of a bounded
size, so that making one again is quick.
"""

import contextlib
import functools
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from warehouse import durable, shards
from warehouse.lake import Lake
from warehouse.seals import opened, sealed
from warehouse.shards import UNREADABLE, digest

FORM = "5"
"""Changes with what a volume holds and how texts are taken apart: others are made again."""

BYTES = 48 * 2**20
"""How much of the lake one volume is made of at most; making it takes a processor two seconds."""

SMALL = BYTES // 2
"""What is smaller is joined to what comes next, so that there are never many volumes."""

DESCRIPTION = "volume.json"
RELATIONS = ("sample", "judgement")
"""The relations whose texts are looked through."""

Step = Callable[[int, int], None]
"""Is told how many bytes of how many are done."""


class IndexedPart(NamedTuple):
    """A part of a shard, by its path from the shards' folder, and its size."""

    name: str
    size: int

    @property
    def shard(self) -> str:
        """The shard it is a part of."""
        return self.name.partition("/")[0]

    @property
    def file(self) -> str:
        """Its file in the shard."""
        return self.name.partition("/")[2]


class Volume(msgspec.Struct, frozen=True):
    """A volume's description: `volume.json`."""

    parts: list[IndexedPart]
    files: dict[str, shards.WrittenPart]

    @property
    def size(self) -> int:
        """The bytes of the lake it was made of."""
        return sum(part.size for part in self.parts)


class Volumes:
    """The index in a data folder, over the shards of its lake."""

    def __init__(self, lake: Lake) -> None:
        self.root = lake.root.parent / "search"
        self.tmp = self.root / "tmp"
        self.lake = lake

    def held(self) -> dict[Path, Volume]:
        """The volumes that are there whole, by their folders."""
        found = {path: _described(path) for path in self._folders()}
        return {path: volume for path, volume in found.items() if volume is not None}

    def complete(self, named: Iterable[str], step: Step | None = None) -> list[Path]:
        """The volumes that hold these shards, once what is missing and not forgotten is there.

        Raises:
            CannotWrite: where the machine does not let them be written.
        """
        wanted = [part for shard in sorted(set(named)) for part in _parts(self.lake.shards / shard)]
        held = self.held()
        of = sum(part.size for part in self._lacking(wanted, held))
        done = 0
        while added := self._add_one(wanted) if done < of else 0:
            done += added
            if step is not None:
                step(min(done, of), of)
        return list(self.held() if done else held)

    def _add_one(self, wanted: list[IndexedPart]) -> int:
        """Write one volume of parts that are missing; how many bytes of them it holds."""
        with durable.told(self.root):
            durable.folder(self.root)
            with durable.locked(self.root / "writers.lock"):
                held = self.held()
                group = list(_first(self._lacking(wanted, held)))
                added = room = sum(part.size for part in group)
                joined = []
                for path, volume in held.items():
                    if group and volume.size < SMALL and room + volume.size <= BYTES:
                        room += volume.size
                        joined.append(path)
                        group += [part for part in volume.parts if self._is_whole(part)]
                if group:
                    self._write(sorted(set(group)))
                for path in joined:
                    durable.remove(path)
                return added

    def keep(self, named: Iterable[str]) -> None:
        """Delete every volume that holds anything of another shard than these, or is not whole.

        And those that were joined to another by a writer that died before it deleted them.
        """
        kept = set(named)
        if not self.root.is_dir():
            return
        with durable.told(self.root), durable.locked(self.root / "writers.lock"):
            durable.remove(self.tmp)
            known: set[IndexedPart] = set()
            held = [(_described(path), path) for path in self._folders()]
            for volume, path in sorted(held, key=lambda one: -(one[0].size if one[0] else 0)):
                parts = set(volume.parts) if volume else known
                if parts <= known or any(part.shard not in kept for part in parts):
                    durable.remove(path)
                else:
                    known |= parts

    def tidy(self) -> None:
        """Delete what dead writers left, unless somebody writes."""
        if not self.tmp.exists():
            return
        with durable.told(self.root), durable.locked(self.root / "writers.lock", wait=False) as own:
            if own:
                durable.remove(self.tmp)

    def faults(self) -> Iterator[tuple[Path, str]]:
        """The files of volumes that are not what was written; every byte is read."""
        for path in self._folders():
            volume = _described(path)
            if volume is None:
                yield path / DESCRIPTION, "is not what was written"
                continue
            for name, part in volume.files.items():
                with contextlib.suppress(OSError):
                    if durable.fingerprint(path / name) == part.check:
                        continue
                yield path / name, "is not what was written"

    def mend(self) -> None:
        """Delete the volumes that are damaged; the next search makes them again."""
        for folder in {path.parent for path, _ in self.faults()}:
            durable.remove(folder)

    def _folders(self) -> list[Path]:
        if not self.root.is_dir():
            return []
        return sorted(path for path in self.root.iterdir() if "-" in path.name and path.is_dir())

    def _lacking(
        self, wanted: Iterable[IndexedPart], held: Mapping[Path, Volume]
    ) -> list[IndexedPart]:
        """The parts that no volume holds, that are whole, and of shards that count."""
        known = {part for volume in held.values() for part in volume.parts}
        lacking = [part for part in wanted if part not in known]
        counted = {pointer.shard for pointer in self.lake.pointers()} if lacking else set()
        return [part for part in lacking if part.shard in counted and self._is_whole(part)]

    def _is_whole(self, part: IndexedPart) -> bool:
        described, _ = shards.read(self.lake.shards / part.shard)
        written = described.parts.get(part.file) if described else None
        with contextlib.suppress(OSError):
            file = self.lake.shards / part.name
            return written is not None and durable.fingerprint(file) == written.check
        return False

    def _write(self, parts: list[IndexedPart]) -> None:
        name = f"{FORM}-{digest(chr(10).join(f'{part.name} {part.size}' for part in parts))}"
        durable.remove(self.tmp)
        room = durable.folder(self.tmp) / uuid.uuid4().hex
        room.mkdir(mode=0o700)
        from warehouse.search import index  # with the engines, which a sweep does without

        index.write(room, self.lake.shards, [part.name for part in parts])
        files = dict[str, shards.WrittenPart]()
        for path in room.iterdir():
            path.chmod(0o600)
            files[path.name] = shards.WrittenPart(path.stat().st_size, durable.fingerprint(path))
        volume = Volume(parts, files)
        durable.write(room / DESCRIPTION, sealed(msgspec.json.encode(volume)))
        durable.sync([*room.iterdir(), room])
        durable.remove(self.root / name)
        durable.move(room, self.root / name)


def _described(path: Path) -> Volume | None:
    """A volume's description, or None where it is another version's or not whole."""
    if not path.name.startswith(f"{FORM}-"):
        return None
    with contextlib.suppress(OSError, *UNREADABLE):
        whole = opened((path / DESCRIPTION).read_bytes())
        if whole is None:
            return None
        volume = msgspec.json.decode(whole, type=Volume)
        if all((path / n).stat().st_size == part.size for n, part in volume.files.items()):
            return volume
    return None


def _first(parts: Iterable[IndexedPart]) -> Iterator[IndexedPart]:
    """As many of the parts as one volume holds; one at least."""
    size = 0
    for part in parts:
        if size and size + part.size > BYTES:
            return
        size += part.size
        yield part


def _parts(shard: Path) -> tuple[IndexedPart, ...]:
    found = _listed(shard)
    if not found:
        _listed.cache_clear()  # a shard that was damaged is brought back
    return found


@functools.lru_cache(65_536)
def _listed(shard: Path) -> tuple[IndexedPart, ...]:
    """The parts of a shard that hold texts, which never change."""
    return tuple(
        IndexedPart(f"{shard.name}/{file.name}", file.stat().st_size)
        for relation in RELATIONS
        for file in sorted(shard.glob(f"{relation}-*.parquet"))
    )
