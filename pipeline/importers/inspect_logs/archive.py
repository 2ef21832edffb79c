"""A log that is an archive: its members one by one, each within bounds, whatever they are called.

A log that was cut off has no header and maybe no directory: its members are then found where they
stand, each behind the one before. Nothing is ever written under a member's name.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, NamedTuple

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.importers import Source
from pipeline.importers.inspect_logs import log

MOST = 64 * 2**20
"""The largest member that is read, in bytes unpacked."""

TIMES = 1_000
"""How many times its size a member may unfold to, beyond a megabyte: text unfolds to far less."""

MEMBERS = 2_000_000
"""How many members an archive may have."""

DEFLATED, ZSTANDARD = zipfile.ZIP_DEFLATED, 93
METHODS = {zipfile.ZIP_STORED, DEFLATED, ZSTANDARD}

_SAMPLE = re.compile(r"^samples/.+_epoch_\d+\.json$", re.DOTALL)
_MEMBER = re.compile(rb"^(?:_journal/|header\.json|summaries\.json|reductions\.json|samples/)")
_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_MARK = b"PK\x03\x04"
_UNKNOWN_SIZE = 0x08
_ENCRYPTED = 0x01
_BLOCK = 2**20


class Member(NamedTuple):
    """Where a member stands and how it is packed."""

    name: str
    at: int  # of its local header
    size: int  # packed; 0 where only its end tells
    method: int


def is_log(head: bytes) -> bool:
    """Whether a file that begins so is an archive whose first member is one of a log's."""
    return head.startswith(_LOCAL_MARK) and _MEMBER.match(head[30:]) is not None


def opened(source: Source) -> tuple[log.Header, Iterator[tuple[int, bytes | RefusedRow]]]:
    """The header of a log, and its samples as JSON texts, numbered from 1.

    Raises:
        RefusedFile: where there is neither a header nor the beginning of a journal.
    """
    with source.path.open("rb") as file:
        members = _members(file)
        for name in ("header.json", "_journal/start.json"):
            if name in members:
                with suppress(_Damaged):
                    return log.header(_content(file, members[name])), _samples(source, members)
    raise RefusedFile("the archive holds no header of an Inspect log")


def _samples(
    source: Source, members: dict[str, Member]
) -> Iterator[tuple[int, bytes | RefusedRow]]:
    with source.path.open("rb") as file:
        wanted = [member for name, member in members.items() if _SAMPLE.match(name)]
        for number, member in enumerate(wanted, 1):
            try:
                yield number, _content(file, member)
            except _Damaged as error:
                yield number, RefusedRow(number, f"{error} (member {member.name[:200]!r})")


class _Damaged(Exception):
    """A member that cannot be read, with the reason."""


def _members(file: BinaryIO) -> dict[str, Member]:
    """The members of an archive by name; of those that were written anew, the last."""
    try:
        with zipfile.ZipFile(file) as directory:
            found = [
                Member(one.filename, one.header_offset, one.compress_size, one.compress_type)
                for one in directory.infolist()
            ]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error):
        found = list(_walked(file))
    if len(found) > MEMBERS:
        raise RefusedFile(f"the archive has more than {MEMBERS:,} members")
    return {member.name: member for member in found}


def _walked(file: BinaryIO) -> Iterator[Member]:
    """The members of an archive without a directory, as far as they are whole."""
    at = 0
    for _ in range(MEMBERS + 1):
        try:
            name, begin, size, method, flags = _local(file, at)
        except _Damaged:
            return
        if flags & _UNKNOWN_SIZE and not size:
            if method != DEFLATED:
                return
            with suppress(_Damaged):
                size = _deflated_size(file, begin)
        if not size and flags & _UNKNOWN_SIZE:
            return
        file.seek(0, 2)
        if begin + size > file.tell():
            return
        yield Member(name, at, size, method)
        at = begin + size
        if flags & _UNKNOWN_SIZE:
            at = _behind_descriptor(file, at)


def _local(file: BinaryIO, at: int) -> tuple[str, int, int, int, int]:
    """A member's name, where its content begins, its packed size, its method and its flags."""
    file.seek(at)
    raw = file.read(_LOCAL.size)
    if len(raw) < _LOCAL.size or not raw.startswith(_LOCAL_MARK):
        raise _Damaged("it is not where the archive says")
    _, _, flags, method, _, _, _, packed, _, named, extra = _LOCAL.unpack(raw)
    name = file.read(named).decode("utf-8", "replace")
    if packed == 0xFFFFFFFF:
        raise _Damaged("it is larger than is read")
    return name, at + _LOCAL.size + named + extra, packed, method, flags


def _deflated_size(file: BinaryIO, begin: int) -> int:
    """How many bytes a deflated member takes whose header does not say."""
    unpack = zlib.decompressobj(-15)
    file.seek(begin)
    taken = 0
    while block := file.read(_BLOCK):
        try:
            while block and not unpack.eof:
                unpack.decompress(block, _BLOCK)
                taken += len(block) - len(unpack.unconsumed_tail) - len(unpack.unused_data)
                block = unpack.unconsumed_tail
        except zlib.error as error:
            raise _Damaged(str(error)) from None
        if unpack.eof:
            return taken
    raise _Damaged("the archive ends in it")


def _behind_descriptor(file: BinaryIO, at: int) -> int:
    """Where the next member may begin: a descriptor has a mark or none."""
    file.seek(at)
    return at + (16 if file.read(4) == b"PK\x07\x08" else 12)


def _content(file: BinaryIO, member: Member) -> bytes:
    """What a member holds, within bounds."""
    name, begin, _, _, flags = _local(file, member.at)
    if flags & _ENCRYPTED:
        raise _Damaged("it is encrypted")
    if member.method not in METHODS:
        raise _Damaged(f"it is packed by method {member.method}, which is not read")
    if name != member.name:
        raise _Damaged("the archive calls it by two names")
    file.seek(begin)
    most = min(MOST, max(2**20, TIMES * member.size))
    packed = file.read(min(member.size, MOST + 1))
    if len(packed) < member.size:
        raise _Damaged("it is larger than is read" if member.size > MOST else "it is cut off")
    try:
        content = _UNPACK[member.method](packed, most + 1)
    except (zlib.error, OSError, EOFError) as error:
        raise _Damaged(f"it is damaged ({error})") from None
    if len(content) > most:
        raise _Damaged(f"it unfolds to more than {most // 2**20} MB")
    return content


def _stored(packed: bytes, most: int) -> bytes:
    return packed[:most]


def _inflated(packed: bytes, most: int) -> bytes:
    unpack = zlib.decompressobj(-15)
    content = unpack.decompress(packed, most)
    if not unpack.eof and len(content) < most:
        raise EOFError("it is cut off")
    return content


def _of_zstandard(packed: bytes, most: int) -> bytes:
    import pyarrow as pa  # only the newest logs are packed so

    with pa.CompressedInputStream(pa.BufferReader(packed), "zstd") as stream:
        found: bytes = stream.read(most)
        return found


_UNPACK = {zipfile.ZIP_STORED: _stored, DEFLATED: _inflated, ZSTANDARD: _of_zstandard}
