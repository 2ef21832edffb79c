"""The lake: what every imported file said, in immutable shards that nobody needs to lock.

    lake/shards/<content>-<meaning>/   one file as one importer read it
        shard.json                     the source, its counts, and its small relations
        sample-0000.parquet …          its bulk relations, in parts
    lake/current/<path>.json           which shard a path stands for now
    lake/tmp/<unique>.<pid>.<host>/     a shard or a snapshot being written

A shard appears by one rename and never changes afterwards; a path changes its meaning by one
rename of its pointer. So any number of processes may write at once, a process killed at any
moment leaves only a folder in `tmp`, and a reader sees each file either wholly or not at all.
The lake lives beside the warehouse, not in the pipeline, because both sides need its layout.
"""

import contextlib
import os
import shutil
import socket
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import polars as pl
from xxhash import xxh3_64_intdigest

from warehouse import records

T = TypeVar("T")

BULK = frozenset({"sample", "judgement", "training_step", "quarantine"})
"""Relations kept as Parquet; the others are few rows a file and live in `shard.json`."""

HOUR = 3600

PART_ROWS = 50_000
PART_BYTES = 96 * 2**20
ROW_GROUP = {"sample": 512}
"""Answers are read back a page at a time, so that a small group must do; others are scanned."""


class Origin(msgspec.Struct, frozen=True):
    """Which file a shard was read from, and how."""

    path: str
    sha256: str
    size: int
    mtime_ns: int
    identity: str  # the part of the path that importers read meaning from
    importer: str
    version: int
    imported_at: str


class Shard(msgspec.Struct, frozen=True):
    """A shard's description: `shard.json`."""

    name: str
    origin: Origin
    rows: dict[str, int]  # rows by relation
    parts: dict[str, int]  # bytes by part, to tell a part the disk lost from a whole one
    records: dict[str, list[dict[str, Any]]]  # the small relations
    refused_file: str | None = None  # why nothing of the file was taken
    twin_of: str | None = None  # the file that holds the same result

    @property
    def taken(self) -> int:
        """How many records of the file were understood (steps and judgements not counted)."""
        if "sample" in self.rows:
            return self.rows["sample"]
        dependent = {"notice", "quarantine", "training_step", "judgement", "question", "judge"}
        return sum(n for relation, n in self.rows.items() if relation not in dependent)

    @property
    def refused(self) -> int:
        """How many records were not understood."""
        return self.rows.get("quarantine", 0)


class Pointer(msgspec.Struct, frozen=True):
    """Which shard a path stands for, and what the file looked like when that was decided."""

    path: str
    shard: str
    size: int
    mtime_ns: int
    importer: str
    version: int


def now() -> str:
    """The present moment in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def digest(text: str, length: int = 16) -> str:
    """A short stable name for a text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


class Lake:
    """The shards under one data folder."""

    def __init__(self, data: Path) -> None:
        self.root = data / "lake"
        self.shards = self.root / "shards"
        self.current = self.root / "current"
        self.tmp = self.root / "tmp"

    def pointer(self, path: Path) -> Pointer | None:
        """What the lake holds for a path, or None."""
        return _read(self._pointer_file(str(path)), Pointer)

    def pointers(self) -> list[Pointer]:
        """Everything the lake holds now, by path."""
        files = sorted(self.current.glob("*.json")) if self.current.is_dir() else []
        found = (_read(file, Pointer) for file in files)
        return sorted((p for p in found if p is not None), key=lambda p: p.path)

    def shard(self, name: str) -> Shard | None:
        """A shard's description, or None where it is absent or a part of it was lost."""
        folder = self.shards / name
        shard = _read(folder / "shard.json", Shard)
        if shard is None:
            return None
        for part, size in shard.parts.items():
            file = folder / part
            if not file.exists() or file.stat().st_size != size:
                return None
        return shard

    def live(self) -> list[Shard]:
        """The shards that paths stand for now; one that lost a part is left out.

        Two paths with the same content and the same meaning are one source: the first counts.
        """
        seen: dict[str, Shard] = {}
        for pointer in self.pointers():
            if pointer.shard not in seen and (shard := self.shard(pointer.shard)) is not None:
                seen[pointer.shard] = shard
        return list(seen.values())

    def write(self, origin: Origin, **facts: Any) -> "Writer":
        """A writer of one new shard; use it as a context."""
        return Writer(self, origin, **facts)

    def point(self, path: Path, origin: Origin, shard: str) -> None:
        """Let `path` stand for a shard from now on."""
        pointer = Pointer(
            path=str(path),
            shard=shard,
            size=origin.size,
            mtime_ns=origin.mtime_ns,
            importer=origin.importer,
            version=origin.version,
        )
        self.current.mkdir(parents=True, exist_ok=True)
        # Waiting for the disk here would cost as much as reading a small file; a pointer that a
        # power cut takes away is a file to be imported again.
        replace(self._pointer_file(str(path)), msgspec.json.encode(pointer), durable=False)

    def refusals(self, shard: Shard, limit: int) -> list[tuple[int | None, str]]:
        """The first rows of a file that were not understood, each with its reason."""
        rows: list[tuple[int | None, str]] = []
        for file in bulk_files(self.shards, [shard], "quarantine"):
            if len(rows) < limit:
                part = pl.read_parquet(file, columns=["source_row", "reason"], n_rows=limit)
                rows += part.rows()
        return rows[:limit]

    def forget(self, path: Path) -> list[str]:
        """Let a file, or every file below a folder, stand for nothing; the paths let go of."""
        gone = []
        for pointer in self.pointers():
            if Path(pointer.path) == path or path in Path(pointer.path).parents:
                self._pointer_file(pointer.path).unlink(missing_ok=True)
                gone.append(pointer.path)
        return gone

    def sweep(self, keep: Iterable[str]) -> int:
        """Delete shards that no path and none of `keep` needs, and what dead writers left.

        A shard younger than an hour stays: its writer may be about to point at it.
        """
        needed = {pointer.shard for pointer in self.pointers()} | set(keep)
        unneeded = [f for f in _inside(self.shards) if f.name not in needed and _age(f) > HOUR]
        for folder in (*unneeded, *filter(_is_left_over, _inside(self.tmp))):
            shutil.rmtree(folder, ignore_errors=True)
        for file in self.current.glob(".*"):  # a pointer whose writer died
            if _age(file) > HOUR:
                file.unlink(missing_ok=True)
        return len(unneeded)

    def room(self) -> Path:
        """A path for a new folder, whose name tells a sweep who writes there."""
        return self.tmp / f"{uuid.uuid4().hex[:8]}.{os.getpid()}.{socket.gethostname()}"

    def content(self) -> str:
        """A short name for everything the lake holds now: equal lakes have equal names."""
        return content_of(self.live())

    def renew(self, shard: str) -> None:
        """Let a shard count as new, so that no sweep takes it before a path points at it."""
        with contextlib.suppress(OSError):
            os.utime(self.shards / shard)

    def _pointer_file(self, path: str) -> Path:
        return self.current / f"{digest(path, 24)}.json"


class Writer:
    """Writes one shard part by part and publishes it when its context ends without an error."""

    def __init__(self, lake: Lake, origin: Origin, twin_of: str | None = None) -> None:
        self.lake = lake
        self.origin = origin
        self.twin_of = twin_of
        self.refused_file: str | None = None
        meaning = f"{origin.identity}\n{origin.importer}\n{origin.version}\n{twin_of}"
        self.name = f"{origin.sha256[:16]}-{digest(meaning, 8)}"
        self.folder = lake.room()
        self.rows: Counter[str] = Counter()
        self.parts: dict[str, int] = {}
        self.records: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.waiting: dict[str, list[pl.DataFrame]] = defaultdict(list)
        self.waiting_rows: Counter[str] = Counter()
        self.waiting_bytes: Counter[str] = Counter()

    def __enter__(self) -> "Writer":
        self.folder.mkdir(parents=True)
        return self

    def take(self, relation: str, rows: pl.DataFrame) -> None:
        """Add rows to a relation; bulk relations go to disk as soon as they fill a part."""
        if rows.is_empty():
            return
        rows = records.conform(relation, rows)
        if relation == "sample":
            rows = _fingerprinted(rows)
        self.rows[relation] += rows.height
        if relation not in BULK:
            self.records[relation] += rows.to_dicts()
            return
        self.waiting[relation].append(rows)
        self.waiting_rows[relation] += rows.height
        self.waiting_bytes[relation] += int(rows.estimated_size())
        if self.waiting_rows[relation] >= PART_ROWS or self.waiting_bytes[relation] >= PART_BYTES:
            self._flush(relation)

    def _flush(self, relation: str) -> None:
        frames = self.waiting.pop(relation)
        del self.waiting_rows[relation], self.waiting_bytes[relation]
        part = f"{relation}-{sum(name.startswith(relation) for name in self.parts):04d}.parquet"
        pl.concat(frames).write_parquet(
            self.folder / part,
            compression="uncompressed",  # lz4 takes a third off the room, and of the time
            row_group_size=ROW_GROUP.get(relation, 65_536),
        )
        self.parts[part] = (self.folder / part).stat().st_size

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        for relation in list(self.waiting):
            self._flush(relation)
        shard = Shard(
            name=self.name,
            origin=self.origin,
            rows=dict(self.rows),
            parts=self.parts,
            records=dict(self.records),
            refused_file=self.refused_file,
            twin_of=self.twin_of,
        )
        (self.folder / "shard.json").write_bytes(msgspec.json.encode(shard))
        self.lake.shards.mkdir(parents=True, exist_ok=True)
        place = self.lake.shards / self.name
        if place.exists() and self.lake.shard(self.name) is None:
            with contextlib.suppress(FileNotFoundError):  # another process repairs it too
                place.rename(self.lake.room())
        try:
            self.folder.rename(place)
        except OSError:
            shutil.rmtree(self.folder, ignore_errors=True)
            if self.lake.shard(self.name) is None:
                raise  # it was not that another process wrote the same shard first


def _fingerprinted(samples: pl.DataFrame) -> pl.DataFrame:
    """Samples with the length and a stable 63-bit hash of each answer.

    A build finds equal answers by it without reading any.
    """
    answers = samples["answer"]
    hashes = [
        None if answer is None else xxh3_64_intdigest(answer) >> 1
        for answer in answers.cast(pl.Binary()).to_list()
    ]
    lengths = answers.str.len_chars().cast(pl.Int64())
    for name, column in (
        ("answer_chars", lengths),
        ("answer_hash", pl.Series(hashes, dtype=pl.Int64())),
    ):
        samples.replace_column(samples.columns.index(name), column.alias(name))
    return samples


def replace(path: Path, content: bytes, durable: bool = True) -> None:
    """Write a small file so that a reader sees the old content or the new, never a part.

    A `durable` one is on the disk when this returns, and outlasts a power cut.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}")
    try:
        with new.open("wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def content_of(shards: Iterable[Shard]) -> str:
    """A short name for what these shards hold, whatever their order."""
    return digest("\n".join(sorted(f"{shard.name} {shard.origin.path}" for shard in shards)), 8)


def small_relations(shards: Iterable[Shard]) -> Mapping[str, pl.DataFrame]:
    """The small relations of many shards as frames, each row with its shard's name."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for shard in shards:
        for relation, own in shard.records.items():
            rows[relation] += [{"shard": shard.name, **row} for row in own]
    return {
        relation: pl.DataFrame(
            rows[relation], schema={"shard": pl.String(), **columns}, orient="row"
        )
        for relation, columns in records.RELATIONS.items()
        if relation not in BULK
    }


def bulk_files(root: Path, shards: Iterable[Shard], relation: str) -> Iterator[str]:
    """The Parquet parts of one bulk relation of many shards."""
    for shard in shards:
        for part in shard.parts:
            if part.startswith(f"{relation}-"):
                yield str(root / shard.name / part)


def _read(path: Path, shape: type[T]) -> T | None:
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(path.read_bytes(), type=shape)
    return None


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _age(path: Path) -> float:
    """Seconds since a file or folder was last changed; 0 where it is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0


def _is_left_over(folder: Path) -> bool:
    """Whether nobody writes in this folder any more; a writer elsewhere has a day."""
    _, pid, host = (*folder.name.split(".", 2), "", "")[:3]
    if host != socket.gethostname() or not pid.isdigit():
        return _age(folder) > 24 * HOUR
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # it lives, and is another user's
    return False
