"""Zip archives: their members one by one, each within bounds, whatever they are called.

Nothing is ever written under a member's name. An archive that was cut off has no directory: its
members are then found where they stand (`walked`), each behind the one before.
"""

import bz2
import contextlib
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from pipeline.errors import RefusedFile

MARK = b"PK\x03\x04"
"""How an archive with members begins."""

MOST = 64 * 2**20
"""The largest member that is read, in bytes unpacked."""

TIMES = 1_000
"""How many times its size a member may unfold to, beyond a megabyte: text unfolds to far less."""

FARTHEST = 2**62
"""No file is so long; a place beyond it cannot even be looked for."""

DICTIONARY = 64 * 2**20
"""How much memory unpacking by LZMA may take: a member is no larger, nor looks back further."""

DEFLATED, ZSTANDARD = zipfile.ZIP_DEFLATED, 93

_LOCAL = struct.Struct("<4s5H3L2H")
_UNKNOWN_SIZE = 0x08
_ENCRYPTED = 0x01
_UTF8 = 0x800
_BLOCK = 2**20
_PART = 2**17


class Damaged(Exception):
    """A member that cannot be read, with the reason."""


class Member(NamedTuple):
    """Where a member stands and how it is packed."""

    name: str
    at: int  # of its local header
    size: int  # packed
    method: int
    sum: int | None  # of its content; None where only its end tells
    unpacked: int | None = None  # how many bytes it unfolds to, as the directory says

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, which has no content."""
        return self.name.endswith("/")


def listed(file: BinaryIO, most: int) -> list[Member]:
    """The members that the directory of an archive lists, at most so many.

    Raises:
        RefusedFile: where there are more, or there is no directory that can be read.
    """
    try:
        with zipfile.ZipFile(file) as directory:
            every = directory.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
        raise RefusedFile(f"the archive is damaged ({str(error)[:200]})") from None
    if len(every) > most:
        raise RefusedFile(f"the archive has more than {most:,} members")
    return [
        Member(
            name=one.filename,
            at=one.header_offset,
            size=one.compress_size,
            method=one.compress_type,
            sum=one.CRC,
            unpacked=one.file_size,
        )
        for one in every
    ]


def walked(file: BinaryIO, most: int) -> list[Member]:
    """The members of an archive without a directory, at most so many, as far as they are whole.

    Raises:
        RefusedFile: where there are more.
    """
    found = []
    for member in _walked(file):
        found.append(member)
        if len(found) > most:
            raise RefusedFile(f"the archive has more than {most:,} members")
    return found


def content(file: BinaryIO, member: Member) -> bytes:
    """What a member holds.

    Raises:
        Damaged: where it cannot be read whole, or is larger than is read.
    """
    local = _local(file, member.at)
    if local.flags & _ENCRYPTED:
        raise Damaged("it is encrypted")
    if member.method not in _UNPACK:
        raise Damaged(f"it is packed by method {member.method}, which is not read")
    if local.name != member.name:
        raise Damaged("the archive calls it by two names")
    file.seek(local.begin)
    most = min(MOST, max(2**20, TIMES * member.size))
    packed = file.read(min(member.size, MOST + 1))
    if len(packed) < member.size:
        raise Damaged("it is larger than is read" if member.size > MOST else "it is cut off")
    try:
        unpacked = _at_once(member, packed, most) or _UNPACK[member.method](packed, most + 1)
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
        raise Damaged(f"it is damaged ({error})") from None
    if len(unpacked) > most:
        raise Damaged(f"it unfolds to more than {most // 2**20} MB")
    if member.sum is not None and zlib.crc32(unpacked) != member.sum:
        raise Damaged("it is damaged (its check sum is another)")
    return unpacked


class _LocalHeader(NamedTuple):
    """What stands before the content of a member."""

    name: str
    begin: int  # of its content
    size: int  # packed; 0 where only its end tells
    method: int
    flags: int
    sum: int


def _local(file: BinaryIO, at: int) -> _LocalHeader:
    if not 0 <= at < FARTHEST:
        raise Damaged("it is not where the archive says")
    file.seek(at)
    raw = file.read(_LOCAL.size)
    if len(raw) < _LOCAL.size or not raw.startswith(MARK):
        raise Damaged("it is not where the archive says")
    _, _, flags, method, _, _, crc, packed, _, named, extra = _LOCAL.unpack(raw)
    name = file.read(named).decode("utf-8" if flags & _UTF8 else "cp437", "replace")
    name = name.partition("\0")[0]
    return _LocalHeader(name, at + _LOCAL.size + named + extra, packed, method, flags, crc)


def _walked(file: BinaryIO) -> Iterator[Member]:
    at = 0
    end = file.seek(0, 2)
    while True:
        try:
            local = _local(file, at)
            size = _size(file, local)
        except Damaged:
            return
        if local.begin + size > end:
            return
        told = None if local.flags & _UNKNOWN_SIZE else local.sum
        yield Member(local.name, at, size, local.method, told)
        at = local.begin + size
        if local.flags & _UNKNOWN_SIZE:
            at = _behind_descriptor(file, at)


def _size(file: BinaryIO, local: _LocalHeader) -> int:
    """How many bytes a member takes, packed."""
    if local.size == 0xFFFFFFFF:
        raise Damaged("it is larger than is read")
    if local.size or not local.flags & _UNKNOWN_SIZE:
        return local.size
    if local.method != DEFLATED:
        raise Damaged("nobody says where it ends")
    return _deflated_size(file, local.begin)


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
            raise Damaged(str(error)) from None
        if unpack.eof:
            return taken
    raise Damaged("the archive ends in it")


def _behind_descriptor(file: BinaryIO, at: int) -> int:
    """Where the next member may begin: a descriptor has a mark or none."""
    file.seek(at)
    return at + (16 if file.read(4) == b"PK\x07\x08" else 12)


def _stored(packed: bytes, most: int) -> bytes:
    return packed[:most]


def _inflated(packed: bytes, most: int) -> bytes:
    unpack = zlib.decompressobj(-15)
    unpacked = unpack.decompress(packed, most)
    if not unpack.eof and len(unpacked) < most:
        raise EOFError("it is cut off")
    return unpacked


def _of_bzip2(packed: bytes, most: int) -> bytes:
    unpack = bz2.BZ2Decompressor()
    unpacked = unpack.decompress(packed, most)
    if not unpack.eof and len(unpacked) < most:
        raise EOFError("it is cut off")
    return unpacked


def _of_lzma(packed: bytes, most: int) -> bytes:
    """What is packed behind a version, the length of the properties, and these."""
    length = int.from_bytes(packed[2:4], "little")
    properties = packed[4 : 4 + length]
    if length != 5 or len(properties) < length or properties[0] >= 9 * 5 * 5:
        raise ValueError("its properties are none of LZMA")
    rest, lc = divmod(properties[0], 9)
    pb, lp = divmod(rest, 5)
    size = min(int.from_bytes(properties[1:], "little"), DICTIONARY)
    filters = [
        {"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": max(size, 4096)}
    ]
    unpack = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    return unpack.decompress(packed[4 + length :], most)


def _at_once(member: Member, packed: bytes, most: int) -> bytes | None:
    """What a member holds that is of the size the directory says, unpacked in half the time."""
    if member.method != ZSTANDARD or member.unpacked is None or member.unpacked > most:
        return None
    import pyarrow as pa  # only the newest archives are packed so

    with contextlib.suppress(OSError):  # it is of another size, or damaged: the slow way tells
        found: bytes = pa.decompress(packed, member.unpacked, "zstd", asbytes=True)
        return found
    return None


def _of_zstandard(packed: bytes, most: int) -> bytes:
    import pyarrow as pa  # only the newest archives are packed so

    parts: list[bytes] = []
    with pa.CompressedInputStream(pa.BufferReader(packed), "zstd") as stream:
        while most > 0 and (part := stream.read(min(most, _PART))):  # all that it is asked for is
            parts.append(part)  # put aside beforehand
            most -= len(part)
    return b"".join(parts)


_UNPACK = {
    zipfile.ZIP_STORED: _stored,
    DEFLATED: _inflated,
    zipfile.ZIP_BZIP2: _of_bzip2,
    zipfile.ZIP_LZMA: _of_lzma,
    ZSTANDARD: _of_zstandard,
}
