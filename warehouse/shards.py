"""Shards: what one imported file said, written once, each part with a hash of what it holds.

<content>-<meaning>/        one file as one importer read it
shard.json                  the source, its counts, its parts and its small relations
sample-0000.parquet …       its bulk relations, in parts

Who only lets paths stand for shards needs no engine: what takes one is in `shardframes`.
"""

import contextlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from xxhash import xxh3_64_intdigest

from warehouse import durable
from warehouse.seals import opened

DESCRIPTION = "shard.json"

BULK = frozenset(
    {
        *("sample", "judgement", "judgement_again", "judgement_weighed"),
        *("repeat", "training_step", "quarantine"),
    }
)
"""Relations kept as Parquet; the others are few rows a file and live in `shard.json`."""

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What is raised for JSON that the disk changed: also for names that are no text any more."""


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
    title: str = ""  # what people call the importer's format


class WrittenPart(NamedTuple):
    """What a part was when it was written, to tell one that the disk damaged."""

    size: int
    check: str


class Shard(msgspec.Struct, frozen=True):
    """A shard's description: `shard.json`."""

    name: str
    origin: Origin
    rows: dict[str, int]  # rows by relation
    parts: dict[str, WrittenPart]  # by the name of the file
    records: dict[str, list[dict[str, Any]]]  # the small relations
    refused_file: str | None = None  # why nothing of the file was taken
    twin_of: str | None = None  # the file that holds the same result

    @property
    def taken(self) -> int:
        """How many records of the file were understood (steps and judgements not counted)."""
        if "sample" in self.rows:
            return self.rows["sample"]
        dependent = {"notice", "quarantine", "training_step", "judgement", "question", "judge"}
        dependent |= {"scale", "mixed", "repeat"}
        return sum(n for relation, n in self.rows.items() if relation not in dependent)

    @property
    def refused(self) -> int:
        """How many records were not understood."""
        return self.rows.get("quarantine", 0)


def digest(text: str, length: int = 16) -> str:
    """A short stable name for a text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def read(folder: Path) -> tuple[Shard | None, str]:
    """A shard's description, or why there is none."""
    try:
        content = (folder / DESCRIPTION).read_bytes()
    except OSError as error:
        return None, _unread(error)
    with contextlib.suppress(*UNREADABLE):
        if (whole := opened(content)) is not None:
            return msgspec.json.decode(whole, type=Shard), ""
        if b'"check":"' not in content and msgspec.json.decode(content):
            return None, "was written by an earlier version of Brittlescope"
    return None, "is not what was written"


def source(folder: Path) -> str:
    """The path a shard was read from, as far as what is left of it says so."""
    with contextlib.suppress(OSError, *UNREADABLE):
        found = msgspec.json.decode((folder / DESCRIPTION).read_bytes(), type=_Sourced)
        return found.origin.path
    return ""


class _Path(msgspec.Struct):
    path: str


class _Sourced(msgspec.Struct):
    origin: _Path


def faults(folder: Path, shard: Shard, thorough: bool) -> Iterator[tuple[Path, str]]:
    """The parts of a shard that are not what was written, by their sizes or by every byte."""
    for name, part in shard.parts.items():
        file = folder / name
        try:
            size = file.stat().st_size
            same = size == part.size and (not thorough or durable.fingerprint(file) == part.check)
        except OSError as error:
            yield file, _unread(error)
        else:
            if not same:
                yield (
                    file,
                    f"has {size:,} of {part.size:,} bytes"
                    if size != part.size
                    else "is not what was written",
                )


def _unread(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "is missing"
    return f"cannot be read ({error.strerror})"


def is_whole(folder: Path) -> bool:
    """Whether a shard is there with every byte that was written."""
    shard, _ = read(folder)
    return shard is not None and not any(faults(folder, shard, thorough=True))


def on_disk(folders: Iterable[Path]) -> None:
    """Wait until these shards are on the disk, with the names of all that is in them."""
    paths = list(folders)
    inside = (file for folder in paths for file in (*folder.iterdir(), folder))
    durable.sync([*inside, *{folder.parent for folder in paths}])


def fingerprint(answer: bytes | None) -> int | None:
    """A stable 63-bit hash of an answer."""
    return None if answer is None else xxh3_64_intdigest(answer) >> 1


def bulk_parts(shards: Iterable[Shard], relation: str) -> Iterator[str]:
    """The Parquet parts of one bulk relation of many shards, seen from the shards' folder."""
    for shard in shards:
        for part in shard.parts:
            if part.startswith(f"{relation}-"):
                yield f"{shard.name}/{part}"


def bulk_files(root: Path, shards: Iterable[Shard], relation: str) -> Iterator[str]:
    """The same, each as a path of its own."""
    for part in bulk_parts(shards, relation):
        yield f"{root}/{part}"
