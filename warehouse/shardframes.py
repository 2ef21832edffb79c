"""Shards and frames: what is written into a shard part by part, and its small relations again."""

import contextlib
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from warehouse import durable, error_texts, records
from warehouse.seals import sealed
from warehouse.shards import (
    BULK,
    DESCRIPTION,
    Origin,
    Shard,
    WrittenPart,
    digest,
    fingerprint,
    is_whole,
)

PART_ROWS = 50_000
PART_BYTES = 96 * 2**20
EARLY = 8 * 2**20
"""Parts larger than this are sent to the disk at once, smaller ones all together."""

AT_ONCE = 128
"""How many answers are hashed at once."""

ROW_GROUP = {"sample": 512}
"""Answers are read back a page at a time, so that a small group must do; others are scanned."""


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
        rows = frames.pop(0)
        for others in frames:
            rows.vstack(others, in_place=True)  # `pl.concat` would wake its threads for it
        name = f"{relation}-{sum(part.startswith(relation) for part in self.parts):04d}.parquet"
        file = self.folder / name
        with durable.told(self.shards):
            with durable.begun(file) as begun:
                rows.write_parquet(
                    begun,
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


def _sync_quietly(file: Path) -> None:
    with contextlib.suppress(OSError):  # is asked for again before a path stands for it
        durable.sync([file])


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
