"""One door to a foreign file's bytes: unpacked, as UTF-8, and never more than a budget of them."""

import codecs
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from pipeline.errors import RefusedFile
from pipeline.files import sniffing
from pipeline.importers import Source

BLOCK = 2**20

MOST_UNPACKED = 4 * 2**30
MOST_TIMES = 200
FREELY_UNPACKED = 32 * 2**20
"""A packed file may unfold to 4 GiB, and, beyond the last of these, to 200 times its size."""


@contextmanager
def opened(source: Source, table: bool = False, as_is: bool = False) -> Iterator[BinaryIO]:
    """The file's text as UTF-8 without a byte order mark; a table's may be Windows-1252.

    What is not UTF-8 of a file that should be comes as it is, and so does all `as_is`.

    Raises:
        RefusedFile: while it is read, where it is damaged or unfolds to more than may be.
    """
    with _bytes(source) as file:
        raw: BinaryIO = file
        if source.packed:
            begin = file.read(4)
            file.seek(0)
            kind = _Zstandard if begin == sniffing.ZSTANDARD else _Unpacked
            raw = io.BufferedReader(kind(file, source.size), BLOCK)
        if as_is:
            yield raw
            return
        written = source.encoding
        if table and written == "utf-8" and _is_windows(source):
            written = "cp1252"
        if written != "utf-8":
            raw = io.BufferedReader(_Recoded(raw, written), BLOCK)
        elif raw.peek(3)[:3] == codecs.BOM_UTF8:  # type: ignore[attr-defined]
            raw.read(3)
        yield raw


def _bytes(source: Source) -> BinaryIO:
    content = source.held if source.content is None else source.content
    if content is None:
        return source.path.open("rb")
    return io.BufferedReader(io.BytesIO(content))


def table_encoding(source: Source) -> str:
    """How a table is written, which only its first accent tells."""
    windows = source.encoding == "utf-8" and _is_windows(source)
    return "cp1252" if windows else source.encoding


def _is_windows(source: Source) -> bool:
    """Whether the first block with more than ASCII in it is Windows-1252."""
    with opened(source) as file:
        while block := file.read(BLOCK):
            if not block.isascii():
                return sniffing.is_windows(block)
    return False


class _Unpacked(io.RawIOBase):
    """A gzip file's content, within a budget."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file = file
        self.left = min(MOST_UNPACKED, max(FREELY_UNPACKED, MOST_TIMES * size))
        self.member = zlib.decompressobj(31)
        self.waiting = b""
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        wanted = len(buffer)
        while not self.ended:
            if self.member.eof:
                self.waiting = self.member.unused_data.lstrip(b"\0")
                self.member = zlib.decompressobj(31)
                self.ended = not (self.waiting or self._more())
                if self.ended:
                    break
            elif not self.waiting and not self._more():
                raise RefusedFile("the packed file ends too early; pack or copy it again")
            try:
                found = self.member.decompress(self.waiting, wanted)
            except zlib.error as error:
                raise RefusedFile(f"the packed file is damaged ({error})") from None
            self.waiting = self.member.unconsumed_tail
            self.left -= len(found)
            if self.left < 0:
                raise RefusedFile(
                    "it unfolds to more than can be taken; unpack it, and see what it holds"
                )
            if found:
                buffer[: len(found)] = found
                return len(found)
        return 0

    def _more(self) -> bool:
        self.waiting = self.file.read(BLOCK // 16)
        return bool(self.waiting)


class _Zstandard(io.RawIOBase):
    """A Zstandard file's content, within a budget."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        import pyarrow as pa  # few files are packed so

        self.left = min(MOST_UNPACKED, max(FREELY_UNPACKED, MOST_TIMES * size))
        self.stream = pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        try:
            found = self.stream.read(len(buffer))
        except OSError as error:
            raise RefusedFile(f"the packed file is damaged ({error})") from None
        self.left -= len(found)
        if self.left < 0:
            raise RefusedFile(
                "it unfolds to more than can be taken; unpack it, and see what it holds"
            )
        buffer[: len(found)] = found
        return len(found)


class _Recoded(io.RawIOBase):
    """Text in another encoding as UTF-8; a byte that the encoding has not is U+FFFD."""

    def __init__(self, file: BinaryIO, written: str) -> None:
        self.file = file
        self.decoder = codecs.getincrementaldecoder(written)("replace")
        self.waiting = b""
        self.begun = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        while not self.waiting:
            block = self.file.read(BLOCK)
            text = self.decoder.decode(block, final=not block)
            if not self.begun:
                text, self.begun = text.removeprefix("\ufeff"), True
            self.waiting = text.encode("utf-8", "replace")
            if not block and not self.waiting:
                return 0
        found, self.waiting = self.waiting[: len(buffer)], self.waiting[len(buffer) :]
        buffer[: len(found)] = found
        return len(found)
