"""How much the parts of an Arrow file or stream unfold to, known before any of them is unfolded.

A part may be packed, and what is packed can unfold to any size: the reader would make room for all
of it. How large each of its buffers is stands before it, where the Arrow format puts it:
https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc
"""

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

UNPACKED = -1
"""Stands in the place of its size before a buffer that is not packed."""

BUFFERS, COMPRESSION = 2, 3
"""The fields of a part's description: where its buffers are, and how they are packed."""

BUFFER = struct.Struct("<qq")
"""A buffer: where in its part it stands, and how long it is."""

END = b"\xff\xff\xff\xff\0\0\0\0"
"""How a stream ends; without it, parts may be missing."""


FOOTER = struct.Struct("<i6s")
"""How an Arrow file ends: how long its footer is, and its mark."""

BLOCK = struct.Struct("<qi4xq")
"""A part in a footer: where it stands, how long its description and its body are."""


def of_stream(content: "pa.Buffer") -> Iterator[int]:
    """How many bytes each part of a stream unfolds to.

    Raises:
        pa.ArrowException: where it is damaged.
        ValueError: where what it says of itself leads out of it, or its end is missing.
    """
    import pyarrow as pa

    for message in pa.ipc.MessageReader.open_stream(pa.BufferReader(content)):
        if message.type in ("record batch", "dictionary"):
            yield _size(message)
    if bytes(memoryview(content)[-len(END) :]) != END:
        raise ValueError("its end is missing")


def of_file(content: "pa.Buffer") -> Iterator[int]:
    """The same of a file's parts, which its footer lists.

    Raises:
        pa.ArrowException: where it is damaged.
        ValueError: where what it says of itself leads out of it.
    """
    import pyarrow as pa

    whole = memoryview(content)
    try:
        length, _ = FOOTER.unpack_from(whole, len(whole) - FOOTER.size)
        footer = whole[len(whole) - FOOTER.size - length : len(whole) - FOOTER.size]
        table = _table(footer, 0)
        blocks = [*_listed(footer, table, 2, BLOCK), *_listed(footer, table, 3, BLOCK)]
    except (struct.error, IndexError):
        raise ValueError("its footer leads out of it") from None
    for start, described, body in blocks:
        if min(start, described, body) < 0 or start + described + body > len(whole):
            raise ValueError("its footer leads out of it")
        part = content.slice(start, described + body)
        yield _size(pa.ipc.read_message(pa.BufferReader(part)))


def _size(message: "pa.Message") -> int:
    """The bytes of a part once it is unfolded."""
    told, body = memoryview(message.metadata), memoryview(message.body)
    try:
        described = _table(told, _field(told, _table(told, 0), 2))
        if message.type == "dictionary":
            described = _table(told, _field(told, described, 1))
        if not _field(told, described, COMPRESSION):
            return len(body)
        size = 0
        for start, length in _listed(told, described, BUFFERS, BUFFER):
            unfolded = _number(body, "q", start) if length else 0
            size += length if unfolded == UNPACKED else unfolded
    except (struct.error, IndexError):
        raise ValueError("what a part of it says of itself leads out of it") from None
    return size


def _listed(
    told: memoryview, table: int, number: int, shape: struct.Struct
) -> Iterator[tuple[int, ...]]:
    """The items of a field that is a list."""
    if not (field := _field(told, table, number)):
        return
    at = field + _number(told, "I", field)
    for place in range(_number(told, "I", at)):
        yield shape.unpack_from(told, at + 4 + shape.size * place)


def _table(told: memoryview, at: int) -> int:
    """Where the table begins that a place points to."""
    return at + _number(told, "I", at)


def _field(told: memoryview, table: int, number: int) -> int:
    """Where a field of a table stands, or 0 where the table has it not."""
    shape = table - _number(told, "i", table)
    if 4 + 2 * number >= _number(told, "H", shape):
        return 0
    offset = _number(told, "H", shape + 4 + 2 * number)
    return table + offset if offset else 0


def _number(told: memoryview, form: str, at: int) -> int:
    if at < 0:
        raise IndexError(at)
    (found,) = struct.unpack_from(f"<{form}", told, at)
    return int(found)
