"""What the first bytes of a file tell: how it is packed and written, its columns or its fields.

Everything here is linear in the bytes it is given, whatever they are.
"""

import codecs
import csv
import io
import json
import re
import zlib
from collections import Counter
from typing import Any, NamedTuple

from pipeline.errors import RefusedFile

HEAD = 65_536
"""How many bytes of a file, unpacked, are looked at to tell its format."""

RECORDS = 20
"""How many rows or records of a head are looked at."""

MOST_COLUMNS = 500
"""More columns of a table, or more fields of a file's records, are not taken."""

GZIP = b"\x1f\x8b"
ZSTANDARD = b"\x28\xb5\x2f\xfd"

_WIDE = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_DELIMITERS = (",", "\t", ";", "|")
_NAME = re.compile(r'"(\w{1,100})"\s{0,20}:')
_GAP = re.compile(r"[\s,]*")


class TableForm(NamedTuple):
    """How a file of separated values is written, and what its columns are called."""

    columns: tuple[str, ...]
    delimiter: str


def is_packed(raw: bytes) -> bool:
    """Whether these are the first bytes of a file packed with gzip or Zstandard."""
    return raw.startswith((GZIP, ZSTANDARD))


SLICE = 1_024
"""So much of a packed head is unpacked at once: what stands before damage is still read."""

PACKED_HEAD = 4 * HEAD
"""How much of a packed file is looked at: its first block, which has 128 KiB at most."""


def unpacked(raw: bytes) -> bytes:
    """What a packed file's first bytes hold, as much of it as is looked at and whole.

    Raises:
        RefusedFile: where nothing of it can be read, so that nobody takes it for empty.
    """
    found, is_whole = _of_zstandard(raw) if raw.startswith(ZSTANDARD) else _of_gzip(raw)
    if not found and not is_whole:
        raise RefusedFile("the packed file is damaged at its beginning; pack or copy it again")
    return found


def _of_gzip(raw: bytes) -> tuple[bytes, bool]:
    """What can be read, and whether that is all of it."""
    found, member = b"", zlib.decompressobj(31)
    try:
        for start in range(0, len(raw), SLICE):
            found += member.decompress(raw[start : start + SLICE], HEAD)
            if len(found) >= HEAD:
                break
    except zlib.error:
        return found[:HEAD], False
    return found[:HEAD], member.eof


def _of_zstandard(raw: bytes) -> tuple[bytes, bool]:
    import pyarrow as pa  # few files are packed so

    found = b""
    with pa.CompressedInputStream(pa.BufferReader(raw), "zstd") as stream:
        try:
            while len(found) < HEAD and (block := stream.read(4_096)):
                found += block
        except OSError:  # the head ends within a block
            return found[:HEAD], False
    return found[:HEAD], True


def encoding(head: bytes) -> str:
    """How text is written: UTF-8 unless its first bytes say something else."""
    for mark, name in _WIDE:
        if head.startswith(mark):
            return name
    even, odd = head[:1_000:2], head[1:1_000:2]
    if len(odd) > 1 and b"\0" not in even and odd.count(0) > 0.8 * len(odd):
        return "utf-16-le"
    if len(odd) > 1 and b"\0" not in odd and even.count(0) > 0.8 * len(even):
        return "utf-16-be"
    return "utf-8"


def as_utf8(head: bytes, written: str) -> bytes:
    """The head of a text as UTF-8 without a byte order mark."""
    if written == "utf-8":
        return head.removeprefix(codecs.BOM_UTF8)
    decoded = codecs.getincrementaldecoder(written)("replace").decode(head)
    return decoded.removeprefix("\ufeff").encode("utf-8", "replace")


def is_windows(block: bytes) -> bool:
    """Whether text that should be UTF-8 is Windows-1252: it has accents, and more of those."""
    if block.isascii():
        return False
    decoder = codecs.getincrementaldecoder("utf-8")("ignore")
    read = decoder.decode(block)
    begun, _ = decoder.getstate()  # the block may end within a character
    wrong = len(block) - len(begun) - len(read.encode())
    return wrong > len(read) - len(read.encode("ascii", "ignore"))


def table(head: bytes) -> TableForm | None:
    """The columns of a table of separated values, or None where the head is empty.

    The delimiter is the one that gives most rows as many values as the header has; a comma where
    none gives the header two.
    """
    windows = is_windows(head)
    text = head.decode("cp1252" if windows else "utf-8", "replace")
    best: tuple[int, int, TableForm] | None = None
    for delimiter in _DELIMITERS:
        rows = _rows(text, delimiter)
        if not rows or (len(rows[0]) < 2 and delimiter != ","):
            continue
        even = sum(len(row) == len(rows[0]) for row in rows)
        found = (even, len(rows[0]), TableForm(tuple(rows[0]), delimiter))
        if best is None or best[1] < 2 or found[:2] > best[:2]:
            best = found
    return best[2] if best else None


def rows(head: bytes) -> list[list[str]]:
    """The first rows of a table of separated values, its header among them."""
    found = table(head)
    text = head.decode("cp1252" if is_windows(head) else "utf-8", "replace")
    return _rows(text, found.delimiter) if found else []


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """The first rows; the last is left out where the head may have cut it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) > RECORDS:
                break
    except csv.Error:
        pass
    cut = len(text) >= HEAD and len(rows) > 1
    return rows[:-1] if cut else rows[:RECORDS]


def records(head: bytes) -> list[dict[str, Any]]:
    """The first complete objects of a JSON list, of JSON Lines, or the one object there is."""
    text = head.decode("utf-8", "replace").lstrip()
    if text[:1] not in ("[", "{"):
        return []
    decode = json.JSONDecoder(parse_int=float, strict=False).raw_decode
    at = 1 if text.startswith("[") else 0
    found: list[dict[str, Any]] = []
    for _ in range(RECORDS):
        gap = _GAP.match(text, at)
        at = gap.end() if gap else at
        try:
            value, at = decode(text, at)
        except (ValueError, RecursionError):
            break
        if isinstance(value, dict):
            found.append(value)
    return found


def fields(head: bytes) -> Counter[str]:
    """The names of the first records' fields, with how many of the records have each.

    Where no record is complete, the names that can be read count once.
    """
    if complete := records(head):
        return Counter(name for record in complete for name in record)
    if head.lstrip()[:1] not in (b"[", b"{"):
        return Counter()
    return Counter(dict.fromkeys(_NAME.findall(head.decode("utf-8", "replace")), 1))
