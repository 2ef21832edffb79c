"""Whose file it is: what a file looks like, which importer reads it, and what none can read."""

import hashlib
import os
import re
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pipeline import importers
from pipeline.errors import RefusedFile
from pipeline.files import sniffing
from pipeline.files.reading import unreadable
from pipeline.importers import Batch, Importer, Source, notice
from pipeline.importing.finding import LISTED, no_data
from pipeline.maps.mapping import Mapping
from warehouse import records

_MAPPED = "say in a study map what it holds; `brittlescope map` drafts one"
_MEMBERS = (
    "say in a study map what its members hold (`brittlescope map` drafts one), or unpack it, and "
    "import the folder"
)
_TABLE = "save its table as CSV, and import that"

CONTAINERS: tuple[tuple[bytes, str, str], ...] = (
    (b"PAR1", "a Parquet file", _MAPPED),
    (b"PARE", "an encrypted Parquet file", "write it again without encryption"),
    (b"ARROW1", "an Arrow file", _MAPPED),
    (b"\xff\xff\xff\xff", "an Arrow stream", _MAPPED),
    (b"FEA1", "a Feather file", _TABLE),
    (b"Obj\x01", "an Avro file", _TABLE),
    (b"SQLite format 3\0", "an SQLite database", _TABLE),
    (b"\x93NUMPY", "a NumPy array", _TABLE),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", _TABLE),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", _TABLE),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it, and import the folder"),
    (b"Rar!", "a RAR archive", "unpack it, and import the folder"),
    (b"BZh", "packed with bzip2", "unpack it (`bunzip2`), and import the file"),
    (b"\xfd7zXZ\0", "packed with xz", "unpack it (`unxz`), and import the file"),
    (b"\x80\x02", "a Python pickle", "it is never opened, as it may run code; write it as CSV"),
    (b"\x80\x03", "a Python pickle", "it is never opened, as it may run code; write it as CSV"),
    (b"\x80\x04", "a Python pickle", "it is never opened, as it may run code; write it as CSV"),
    (b"\x80\x05", "a Python pickle", "it is never opened, as it may run code; write it as CSV"),
)
"""How files begin that may hold results and that no importer reads by itself, and what to do."""

_EXCEL = re.compile(rb"xl/|\[Content_Types\]\.xml")


class Unread(NamedTuple):
    """What a file is that may hold results and is not read, and the next step."""

    what: str
    step: str


def looked_at(
    path: Path, mapping: Mapping | None = None, hold: int = 0
) -> tuple[Source, os.stat_result]:
    """The file as an importer sees it, and its times.

    What can hold no results, such as a program's data, has no hash: it may be large. A file of up
    to `hold` bytes is read whole, so that what is hashed is what an importer sees.

    Raises:
        RefusedFile: where it is no file of data, its name cannot be kept, or it is packed and
            nothing of it can be read.
    """
    if why := unreadable(str(path)):
        raise RefusedFile(f"its path {why}; rename it")
    if why := no_data(path):
        raise RefusedFile(why)
    with path.open("rb") as file:
        state = os.fstat(file.fileno())
        raw = file.read(sniffing.HEAD)
        packed = sniffing.is_packed(raw)
        if packed:
            raw += file.read(sniffing.PACKED_HEAD - sniffing.HEAD)
        head = sniffing.unpacked(raw) if packed else raw
        written = sniffing.encoding(head)
        head = sniffing.as_utf8(head, written)
        sha256, size, held = "", state.st_size, b""
        if not is_binary(head) or container(path, head) or path.suffix.lower() in LISTED:
            file.seek(0)
            held = file.read(size) if size <= hold else b""
            sha256 = hashlib.file_digest(file, partial(hashlib.sha256, held)).hexdigest()
            size = file.tell()
    meaning = mapping.meaning(path) if mapping else None
    whole = held if len(held) == size else None
    return Source(path, sha256, size, head, meaning, packed, written, held=whole), state


def importer_for(source: Source, chosen: str | None = None) -> Importer | None:
    """The importer that reads a file: the one chosen, or the first that accepts it."""
    is_container = bool(container(source.path, source.head))
    if not source.sha256 or (is_binary(source.head) and not is_container):
        return None
    if chosen is not None:
        return importers.named(chosen)
    # An archive may hold the text of a table, and is none.
    return importers.claimant(source, is_container=is_container)


def unclaimed(source: Source) -> Batch | None:
    """What is kept of a file that no importer reads, or None where it is no data.

    A remark says what it is, if it may hold results; else that it is empty, or nothing.
    """
    if found := container(source.path, source.head):
        return notice("unread", f"it is {found.what}, which is not read: {found.step}")
    if source.path.suffix.lower() not in LISTED or not source.sha256:
        return None
    if not source.head.strip() and source.size <= sniffing.HEAD:
        return notice("empty", "it is empty")
    if is_binary(source.head):
        what = "it is called like a text and is none (many of its bytes are zero)"
        return notice("unread", f"{what}, so it is not read: write it again, as UTF-8")
    return Batch("notice", records.frame("notice"))


def is_binary(head: bytes) -> bool:
    """Whether a head is no text: more than a few of its bytes are zero."""
    return head.count(0) * 20 > len(head)


def container(path: Path, head: bytes) -> Unread | None:
    """What a file is if it may hold results that no importer can get at, or None."""
    if head.startswith(b"PK\x03\x04"):
        if _EXCEL.search(head[:4_096]):
            return Unread("an Excel workbook", "save each sheet as CSV, and import that")
        return Unread("a zip archive", _MEMBERS)
    if head[257:262] == b"ustar":
        return Unread("a tar archive", _MEMBERS)
    for begin, what, step in CONTAINERS:
        if head.startswith(begin):
            return Unread(what, step)
    return None
