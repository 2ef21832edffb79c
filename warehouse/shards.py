"""Shards: what one imported file said, written once, each part with a hash of what it holds.

<content>-<meaning>/        one file as one importer read it
shard.json                  the source, its counts, its parts and its small relations
sample-0000.parquet …       its bulk relations, in parts
"""

import contextlib
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import polars as pl
from xxhash import xxh3_64_intdigest

from warehouse import durable, error_texts, records
from warehouse.seals import opened, sealed

DESCRIPTION = "shard.json"

BULK = frozenset(
    {
        *("sample", "judgement", "judgement_again", "judgement_weighed"),
        *("repeat", "training_step", "quarantine"),
    }
)
"""Relations kept as Parquet; the others are few rows a file and live in `shard.json`."""

PART_ROWS = 50_000
PART_BYTES = 96 * 2**20
EARLY = 8 * 2**20
"""Parts larger than this are sent to the disk at once, smaller ones all together."""

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What is raised for JSON that the disk changed: also for names that are no text any more."""

AT_ONCE = 128
"""How many answers are hashed at once."""

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


class Writer:
    """Writes one shard part by part and publishes it when its context ends without an error.

    It is there from then on, but not yet on the disk: that is for whoever lets a path stand for
    it (`on_disk`).
    """

    def __init__(
        self, shards: Path, room: Path, origin: Origin, twin_of: str | None = None
    ) -> None:
        self.shards = shards
        self.folder = room
        self.origin = origin
        self.twin_of = twin_of
        self.refused_file: str | None = None
        meaning = f"{origin.identity}\n{origin.importer}\n{origin.version}\n{twin_of}"
        self.name = f"{origin.sha256[:16]}-{digest(meaning, 8)}"
        self.rows: Counter[str] = Counter()
        self.parts: dict[str, WrittenPart] = {}
        self.records: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.waiting: dict[str, list[pl.DataFrame]] = defaultdict(list)
        self.waiting_rows: Counter[str] = Counter()
        self.waiting_bytes: Counter[str] = Counter()
        self.early: list[threading.Thread] = []
        self.shard: Shard | None = None
        """What was written, once the context has ended."""

    def __enter__(self) -> "Writer":
        with durable.told(self.shards):
            self.folder.mkdir(mode=0o700)
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
        name = f"{relation}-{sum(part.startswith(relation) for part in self.parts):04d}.parquet"
        file = self.folder / name
        with durable.told(self.shards):
            durable.write(file, b"")  # for its owner alone from the first byte on
            (frames[0] if len(frames) == 1 else pl.concat(frames)).write_parquet(
                file,
                compression="uncompressed",  # lz4 takes a third off the room, and of the time
                row_group_size=ROW_GROUP.get(relation, 65_536),
                data_page_size=PART_BYTES,  # a group is read whole
            )
            self.parts[name] = WrittenPart(file.stat().st_size, durable.fingerprint(file))
        if self.parts[name].size > EARLY:  # goes to the disk while the next rows are read
            self.early.append(threading.Thread(target=_sync_quietly, args=(file,)))
            self.early[-1].start()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                for relation in list(self.waiting):
                    self._flush(relation)
                with durable.told(self.shards):
                    self._publish()
        finally:
            for thread in self.early:
                thread.join()
            durable.remove(self.folder)

    def _publish(self) -> None:
        shard = Shard(
            name=self.name,
            origin=self.origin,
            rows=dict(self.rows),
            parts=self.parts,
            records=dict(self.records),
            refused_file=self.refused_file,
            twin_of=self.twin_of,
        )
        durable.write(self.folder / DESCRIPTION, sealed(msgspec.json.encode(shard)))
        place = durable.folder(self.shards) / self.name
        if place.exists() and not is_whole(place):
            damaged = self.folder.with_name(f"{self.folder.name}.damaged")
            with contextlib.suppress(FileNotFoundError):  # another process mends it too
                place.rename(damaged)
            durable.remove(damaged)
        try:
            self.folder.rename(place)
        except OSError:
            if not is_whole(place):
                raise  # it was not that another process wrote the same shard first
        self.shard = shard


def is_whole(folder: Path) -> bool:
    """Whether a shard is there with every byte that was written."""
    shard, _ = read(folder)
    return shard is not None and not any(faults(folder, shard, thorough=True))


def on_disk(folders: Iterable[Path]) -> None:
    """Wait until these shards are on the disk, with the names of all that is in them."""
    paths = list(folders)
    durable.sync(file for folder in paths for file in (*folder.iterdir(), folder))
    durable.sync({folder.parent for folder in paths})


def _sync_quietly(file: Path) -> None:
    with contextlib.suppress(OSError):  # is asked for again before a path stands for it
        durable.sync([file])


def fingerprint(answer: bytes | None) -> int | None:
    """A stable 63-bit hash of an answer."""
    return None if answer is None else xxh3_64_intdigest(answer) >> 1


def _fingerprints(answers: pl.Series) -> Iterator[int | None]:
    """Of every answer its fingerprint, a few at a time: what they take stays in the cache."""
    told = answers.cast(pl.Binary())
    for start in range(0, len(told), AT_ONCE):
        yield from map(fingerprint, told.slice(start, AT_ONCE).to_list())


def _fingerprinted(samples: pl.DataFrame) -> pl.DataFrame:
    """Samples with the length and a stable 63-bit hash of each answer.

    A build finds equal answers by it without reading any, and those that read like errors.
    """
    answers = samples["answer"]
    lengths = answers.str.len_chars().cast(pl.Int64())
    for name, column in (
        ("answer_chars", lengths),
        ("answer_hash", pl.Series([*_fingerprints(answers)], dtype=pl.Int64())),
        ("answer_fault", error_texts.quoted(answers, lengths)),
    ):
        samples.replace_column(samples.columns.index(name), column.alias(name))
    return samples


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
