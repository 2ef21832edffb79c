"""Members of zip and tar archives: read where they stand, each within bounds.

Nothing is written, and a name is only compared with a pattern.
"""

import hashlib
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tarfile import EOFHeaderError, HeaderError  # type: ignore[attr-defined]
from typing import BinaryIO, Self

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.files import sniffing, zipped
from pipeline.files.opening import opened
from pipeline.files.texts import unreadable
from pipeline.files.zipped import MOST
from pipeline.importers import Source
from pipeline.maps import pathpatterns

ALL = 2**30
"""How many bytes the members that are read may have together."""

MEMBERS = 100_000

Found = tuple[dict[str, str], Source | RefusedRow]


def is_archive(head: bytes) -> bool:
    """Whether a file that begins so, unpacked, is a zip or tar archive."""
    return head.startswith(zipped.MARK) or head[257:262] == b"ustar"


def members(source: Source, pattern: str) -> Iterator[Found]:
    """The members whose names the pattern reads in one way, with what its placeholders stand for.

    Raises:
        RefusedFile: where the file is no archive, is damaged, or holds too many members.
    """
    wanted = pathpatterns.PathPattern(pattern)
    left = ALL
    seen: set[str] = set()
    for name, member in _each(source, wanted):
        if name in seen:
            yield {}, RefusedRow(None, f"its member {name[:200]!r} stands there twice")
            continue
        seen.add(name)
        ways = wanted.readings(pathpatterns.spelled(Path(name)))
        if why := unreadable(name):
            yield {}, RefusedRow(None, f"the name of its member {name[:200]!r} {why}; rename it")
        elif len(ways) > 1:
            why = f"its member {name[:200]!r} can be read in more than one way"
            yield {}, RefusedRow(None, why)
        elif isinstance(member, str):
            yield {}, RefusedRow(None, f"its member {name[:200]!r} {member}")
        else:
            left -= len(member)
            if left < 0:
                raise RefusedFile(f"its members have more than {ALL // 2**30} GB together")
            try:
                yield ways[0], _source(source, name, member)
            except RefusedFile as error:
                yield {}, RefusedRow(None, f"its member {name[:200]!r}: {error}")
    if not seen:
        raise RefusedFile(f"no member of the archive is called {pattern}")


def names(source: Source) -> list[str]:
    """What the members of an archive are called, folders left out.

    Raises:
        RefusedFile: where the file is no archive, is damaged, or holds too many members.
    """
    with opened(source, as_is=True) as file:
        if source.head.startswith(zipped.MARK):
            return [one.name for one in zipped.listed(file, MEMBERS) if not one.is_folder]
        return [member.name for _, member in _headers(file)]


def _source(archive: Source, name: str, content: bytes) -> Source:
    """A member as a file of its own."""
    packed = sniffing.is_packed(content)
    raw = content[: sniffing.PACKED_HEAD if packed else sniffing.HEAD]
    head = sniffing.unpacked(raw) if packed else raw
    written = sniffing.encoding(head)
    return Source(
        archive.path,
        hashlib.sha256(content).hexdigest(),
        len(content),
        sniffing.as_utf8(head, written),
        archive.meaning,
        packed,
        written,
        content=content,
        member=name,
    )


def _each(source: Source, wanted: pathpatterns.PathPattern) -> Iterator[tuple[str, bytes | str]]:
    """The members that are wanted, by name, with their content or why there is none."""
    with opened(source, as_is=True) as file:
        if source.head.startswith(zipped.MARK):
            yield from _zipped(file, wanted)
        else:
            yield from _tarred(file, wanted)


def _zipped(file: BinaryIO, wanted: pathpatterns.PathPattern) -> Iterator[tuple[str, bytes | str]]:
    for member in zipped.listed(file, MEMBERS):
        if not member.is_folder and _fits(wanted, member.name):
            try:
                yield member.name, zipped.content(file, member)
            except zipped.Damaged as error:
                yield member.name, f"is not read: {error}"


class _Sparing:
    """A file of which no reader is given much at once, whatever it asks for."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MOST + 2**20:
            raise RefusedFile(f"a header of the archive is longer than {MOST // 2**20} MB")
        return self.file.read(size)


class _TarHeader(tarfile.TarInfo):
    """What stands before a member; where the library takes damage for the end, it is told."""

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:
        """The next header.

        Raises:
            RefusedFile: where there is neither a member nor the archive's end.
        """
        try:
            return super().fromtarfile(tarfile)
        except EOFHeaderError:
            raise  # two blocks of zeros: the end
        except HeaderError as error:
            where = f"after {tarfile.offset:,} bytes"
            raise RefusedFile(f"the archive is damaged {where} ({error})") from None


def _tarred(file: BinaryIO, wanted: pathpatterns.PathPattern) -> Iterator[tuple[str, bytes | str]]:
    for archive, member in _headers(file):
        if _fits(wanted, member.name):
            with _damage_told():
                content = _untarred(archive, member)
            yield member.name, content


def _headers(file: BinaryIO) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """The members that are files, one behind the other: links, devices and pipes are none."""
    with _damage_told():
        stream = _Sparing(file)
        with tarfile.open(fileobj=stream, mode="r|", tarinfo=_TarHeader) as archive:  # type: ignore[call-overload]
            for number, member in enumerate(archive):
                if number >= MEMBERS:
                    raise RefusedFile(f"the archive has more than {MEMBERS:,} members")
                if member.isreg():
                    yield archive, member
                archive.members = []  # else it keeps all of them


@contextmanager
def _damage_told() -> Iterator[None]:
    """A context in which what the library raises for a damaged archive is told in a sentence."""
    try:
        yield
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise RefusedFile(f"the archive is damaged ({str(error)[:200]})") from None


def _untarred(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes | str:
    if member.size > MOST:
        return f"has more than {MOST // 2**20} MB"
    held = archive.extractfile(member)
    return held.read() if held is not None else "cannot be read"


def _fits(wanted: pathpatterns.PathPattern, name: str) -> bool:
    try:
        return bool(wanted.readings(pathpatterns.spelled(Path(name))))
    except pathpatterns.TooManyWays:
        return False
