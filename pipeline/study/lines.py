"""Files of a study as they lie on disk: JSON lines that grow one by one, and whole JSON files.

Files grow by whole lines that are flushed to disk before they are counted. A process
killed while it writes leaves at most one unfinished last line, which the next one drops.
Finished `.jsonl` files may be packed to `.jsonl.gz`; both are read alike.
"""

import gzip
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import msgspec

from pipeline.study.errors import FolderConflict
from warehouse import durable

MAX_LINE = 64_000_000

TEMPORARY = re.compile(r"\..+\.(new|[0-9]+)")
"""What `write_bytes` writes before it takes its place; an older version named its process."""


class GrowingFile:
    """A file that grows by whole JSON lines, each on disk when `write` returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if packed(path).exists():
            raise FolderConflict(
                f"{packed(path)} is packed; unpack it with gzip before continuing the study."
            )
        if path.exists():
            drop_unfinished_line(path)
        else:
            path.touch()
            durable.sync([path.parent])
        self._file: BinaryIO = path.open("ab")

    def write(self, records: Iterable[Any]) -> None:
        """Appends the records and waits until the disk has them."""
        lines = b"".join(msgspec.json.encode(record) + b"\n" for record in records)
        if lines:
            self._file.write(lines)
            self._file.flush()
            os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def packed(path: Path) -> Path:
    """The packed twin of a `.jsonl` file."""
    return path.with_name(path.name + ".gz")


def drop_unfinished_line(path: Path) -> None:
    """Cuts off what a killed process left after the last whole line."""
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        keep = end
        while keep:
            start = max(0, keep - 65_536)
            file.seek(start)
            newline = file.read(keep - start).rfind(b"\n")
            if newline >= 0:
                keep = start + newline + 1
                break
            keep = start
        if keep < end:
            file.truncate(keep)
            file.flush()
            os.fsync(file.fileno())


def numbered(path: Path) -> Iterator[tuple[str, bytes]]:
    """The file's whole lines, packed or not, each with its place; none where there is no file.

    An unfinished last line is passed over.
    """
    found = path if path.exists() else packed(path)
    if not found.exists():
        return
    with found.open("rb") as raw:
        file: Any = gzip.GzipFile(fileobj=raw) if found.suffix == ".gz" else raw
        number = 0
        while line := file.readline(MAX_LINE):
            if line.endswith(b"\n"):
                number += 1
                yield f"{found}, line {number}", line


def pack(folder: Path) -> list[Path]:
    """Compresses the folder's samples and judgements, byte for byte reproducibly."""
    done = []
    for part in ("samples", "judgements"):
        for path in sorted((folder / part).rglob("*.jsonl")):
            compressed = gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)
            write_bytes(packed(path), compressed)
            path.unlink()
            done.append(packed(path))
    return done


def write_json(path: Path, content: Any) -> None:
    """Replaces the file with readable JSON, all at once."""
    plain = msgspec.to_builtins(content)
    write_bytes(path, (json.dumps(plain, indent=1, ensure_ascii=False) + "\n").encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Replaces the file, all at once: a reader sees the old one or the new one."""
    durable.folder(path.parent)
    durable.replace(path, content)
