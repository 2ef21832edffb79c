"""Batches on disk: what each is to send, and the states it went through."""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

import msgspec

from pipeline.study import files, lines
from pipeline.study.completions import PATH
from pipeline.study.files.batches import BatchHeader, BatchOf, Sent
from pipeline.study.jobs import StateLog
from pipeline.study.layout import Folder

URL = f"/v1{PATH}"
"""What a batch's requests go to, as its endpoint calls it."""

SAMPLING, JUDGING = "sampling", "judge"
"""What a batch is for: the first word of its scope."""


class BatchLog(StateLog):
    """One batch: `<number>.jsonl` tells its states, `<number>.input` is what it sends."""

    def __init__(self, path: Path, told: BatchOf) -> None:
        super().__init__(path)
        self.told = told

    @property
    def input(self) -> Path:
        """The file that is uploaded; it is removed once everything found is kept."""
        return self.path.with_suffix(".input")

    def requests(self) -> Iterator[Sent]:
        """What it sends."""
        for _, line in lines.numbered(self.input):
            yield msgspec.json.decode(line, type=Sent)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of its requests."""
        return tuple(line.custom_id for line in self.requests())

    def reached(self, state: str) -> bool:
        """Whether it has gone through a state."""
        return any(one.state == state for one in self.states)

    def close(self) -> None:
        """Notes that all that it found is kept."""
        self.state("taken")
        self.input.unlink(missing_ok=True)

    def drop(self) -> None:
        """Removes a batch that was never sent."""
        self.path.unlink()
        self.input.unlink(missing_ok=True)


class Shelf:
    """The batches of one study's folder."""

    def __init__(self, folder: Folder, study_id: str) -> None:
        self.path = folder.path / "batches"
        self.study_id = study_id

    def left(self, scope: str, place: str) -> list[BatchLog]:
        """The batches of a scope, sent to one place, of which not everything is kept yet."""
        return [log for log in self._open() if (log.told.scope, log.told.place) == (scope, place)]

    def under_way(self, work: str) -> list[BatchLog]:
        """The batches that may be at an endpoint, of one kind of work."""
        return [
            log
            for log in self._open()
            if log.told.scope.partition(" ")[0] == work
            and log.reached("creating")
            and not log.reached("settled")
        ]

    def new(self, scope: str, place: str, requests: Iterable[Sent], number: int = 1) -> BatchLog:
        """A batch that is to be sent, for the first time or once more."""
        held = list(requests)
        taken = [int(path.stem) for path, _ in self._all()]
        path = self.path / f"{max(taken, default=0) + 1:04d}.jsonl"
        told = BatchOf(f"{self.study_id}-{path.stem}", scope, place, number)
        log = BatchLog(path, told)
        # What is sent lies there before anything says that it is to be sent.
        lines.write_bytes(log.input, b"".join(msgspec.json.encode(one) + b"\n" for one in held))
        header = BatchHeader(
            name=told.name, scope=scope, place=place, round=number, requests=len(held)
        )
        log.write([header])
        return log

    def _open(self) -> Iterator[BatchLog]:
        """Every batch of which not everything is kept yet."""
        logs = (BatchLog(path, told) for path, told in self._all())
        return (log for log in logs if not log.reached("taken"))

    def _all(self) -> Iterator[tuple[Path, BatchOf]]:
        for path in sorted(self.path.glob("[0-9]*.jsonl")):
            if path.stem.isdecimal():
                told = next(iter(files.read(path, BatchOf)), None)
                if told is not None:  # else killed before it said what it is
                    yield path, told


def named(name: str) -> str:
    """The part of a request's id that says what it is about."""
    return hashlib.blake2b(name.encode(), digest_size=10).hexdigest()


def bound(name: str, body: dict[str, object]) -> str:
    """A request's id: what it is about, and a hash of what is sent."""
    content = hashlib.blake2b(msgspec.json.encode(body), digest_size=6).hexdigest()
    return f"{named(name)}-{content}"
