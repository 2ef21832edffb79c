"""What people write in the app or on the command line: journals to which lines are only added.

    journal/<kind>/<writer>.jsonl      {"id": …, "at": …, "by": …, "body": {…}, "check": …}

One file a writer, so that nobody waits for another and copies of a folder can be merged, as in git.
A line counts once it is on the disk (`add` returns then). A later line about the same thing stands
in the place of an earlier one; one without a body takes it out. Journals are no part of the lake or
of a snapshot: they survive every import, build and forget.

A line that was changed by hand is refused by its number, and every other line still counts. A piece
of a line at the end of a file is of a writer that died before it could confirm it, and is no line.
"""

import getpass
import os
import platform
import re
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import msgspec

from warehouse import durable
from warehouse.errors import UnknownName
from warehouse.seals import opened, sealed
from warehouse.shards import digest

FOLDER = "journal"

LONGEST = 2**20
"""The longest line, in bytes, that is written or read."""

LARGEST = 256 * 2**20
"""The largest journal that is read, in bytes."""

Body = TypeVar("Body", bound=msgspec.Struct)


class Line(msgspec.Struct, frozen=True):
    """A line as it is kept: which thing it is about, when and by whom it was written."""

    id: str
    at: str  # UTC, to the microsecond
    by: str
    body: msgspec.Raw = msgspec.Raw()  # absent where the thing was taken out


class Entry(NamedTuple, Generic[Body]):
    """What stands in a journal about one thing: its last line."""

    id: str
    at: str
    by: str
    first: str  # when the first line about it was written
    body: Body


class Fault(NamedTuple):
    """A line that is not what was written, and what to do."""

    file: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line:,}: {self.reason}"


class Read(NamedTuple, Generic[Body]):
    """What a journal says, in the order in which things were first written, and its faults."""

    entries: list[Entry[Body]]
    faults: list[Fault]


class Journal(Generic[Body]):
    """The journals of one kind below a data folder."""

    def __init__(self, data: Path, kind: str, body: type[Body]) -> None:
        self.folder = data / FOLDER / kind
        self._decode = msgspec.json.Decoder(body)

    def add(self, body: Body, by: str = "", thing: str | None = None) -> Entry[Body]:
        """Write down a new thing, or what is now to stand for one; on the disk when this returns.

        Args:
            body: What is written down.
            by: Who writes; the user of this machine unless somebody else is named.
            thing: The id of what is written down anew; None for something new.

        Raises:
            ValueError: where it is longer than a line may be.
            CannotWrite: where the machine does not let it be written.
        """
        by = by or user()
        line = Line(
            thing or uuid.uuid4().hex[:16], _now(), by, msgspec.Raw(msgspec.json.encode(body))
        )
        self._append(line)
        return Entry(line.id, line.at, by, line.at, body)

    def drop(self, thing: str, by: str = "") -> None:
        """Take a thing out; what was written about it stays in the file.

        Raises:
            UnknownName: where there is no such thing.
        """
        if thing not in {entry.id for entry in self.read().entries}:
            raise UnknownName(f"There is nothing called {thing[:60]!r} in {self.folder}.")
        self._append(Line(thing, _now(), by or user()))

    def read(self) -> Read[Body]:
        """Everything that stands, from all writers."""
        faults: list[Fault] = []
        first: dict[str, str] = {}
        last: dict[str, tuple[Line, Body | None]] = {}
        lines = [line for file in self.files() for line in self._lines(file, faults)]
        for line, body in sorted(lines, key=lambda one: (one[0].at, one[0].by)):
            first.setdefault(line.id, line.at)
            last[line.id] = (line, body)
        entries = [
            Entry(line.id, line.at, line.by, first[line.id], body)
            for line, body in last.values()
            if body is not None
        ]
        return Read(sorted(entries, key=lambda entry: (entry.first, entry.id)), faults)

    def files(self) -> list[Path]:
        """The journals there are, one a writer."""
        return sorted(self.folder.glob("*.jsonl")) if self.folder.is_dir() else []

    def stamp(self) -> tuple[tuple[str, int, int], ...]:
        """What changes whenever a journal does, to know whether what was read still stands."""
        states = [(file.name, file.stat()) for file in self.files()]
        return tuple((name, state.st_size, state.st_mtime_ns) for name, state in states)

    def _append(self, line: Line) -> None:
        content = _sealed(line)
        if len(content) > LONGEST:
            raise ValueError(f"it is longer than {LONGEST // 2**20} MB")
        with durable.told(self.folder):
            durable.folder(self.folder)
            file = self.folder / f"{writer(line.by)}.jsonl"
            with durable.locked(file.with_suffix(".lock")):
                durable.append(file, _ended(file) + content + b"\n")

    def _lines(self, file: Path, faults: list[Fault]) -> Iterator[tuple[Line, Body | None]]:
        with file.open("rb") as content:
            if file.stat().st_size > LARGEST:
                faults.append(Fault(file, 1, f"it is larger than {LARGEST // 2**20} MB; split it"))
                return
            for number, raw in enumerate(content, 1):
                if not raw.strip() or _is_torn(raw):
                    continue
                found = self._line(raw.rstrip(b"\r\n"))
                if isinstance(found, str):
                    faults.append(Fault(file, number, found))
                else:
                    yield found

    def _line(self, raw: bytes) -> tuple[Line, Body | None] | str:
        if len(raw) > LONGEST:
            return f"it is longer than {LONGEST // 2**20} MB"
        if (whole := opened(raw)) is None:
            return (
                "it is not what was written (its check does not fit); take the change back, or "
                "delete the line and write it down again in the app"
            )
        try:
            line = msgspec.json.decode(whole, type=Line)
            return line, self._decode.decode(line.body) if bytes(line.body) else None
        except msgspec.MsgspecError as error:
            return f"this version does not know what it says ({error})"


def user() -> str:
    """The user of this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"


def writer(by: str) -> str:
    """The name of a writer's file: one for each person and machine."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", by).strip("-").lower()[:40] or "somebody"
    return f"{readable}-{digest(f'{by} {platform.node()} {uuid.getnode()}', 6)}"


def _sealed(line: Line) -> bytes:
    told = {"id": line.id, "at": line.at, "by": line.by}
    body = {"body": line.body} if bytes(line.body) else {}
    return sealed(msgspec.json.encode(told | body))


def _is_torn(raw: bytes) -> bool:
    """Whether a line is only the beginning of one."""
    return not raw.endswith((b"\n", b"}"))


def _ended(file: Path) -> bytes:
    """What has to stand before the next line; the piece of one that a dead writer left goes."""
    if not file.exists():
        return b""
    content = file.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole == len(content):
        return b""
    if _is_torn(content[whole:]):
        os.truncate(file, whole)
        return b""
    return b"\n"


_LAST = [0]
"""The last moment that this process wrote down: no two lines have the same."""


def _now() -> str:
    _LAST[0] = max(_LAST[0] + 1, time.time_ns() // 1_000)
    seconds, micros = divmod(_LAST[0], 1_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{micros:06d}Z"
