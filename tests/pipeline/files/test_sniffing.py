"""What the beginning of a packed file tells, or that it is damaged."""

import gzip
import random

import pyarrow as pa
import pytest

from pipeline.errors import RefusedFile
from pipeline.files import sniffing

TEXT = "\n".join(f'{{"answer": "There {i}."}}' for i in range(20_000)).encode()


def zstandard(content: bytes) -> bytes:
    held = pa.BufferOutputStream()
    with pa.CompressedOutputStream(held, "zstd") as stream:
        stream.write(content)
    return bytes(held.getvalue())


@pytest.mark.parametrize("pack", [gzip.compress, zstandard])
def test_a_packed_head_is_the_beginning_of_the_text(pack: object) -> None:
    assert callable(pack)
    packed = pack(TEXT)
    assert sniffing.unpacked(packed[: sniffing.PACKED_HEAD]) == TEXT[: sniffing.HEAD]
    assert sniffing.unpacked(pack(b"")) == b""


def test_what_stands_before_damage_is_still_read() -> None:
    noise = random.Random(3).randbytes(30_000)  # which cannot be packed
    damaged = bytearray(gzip.compress(noise))
    damaged[20_000:20_040] = b"\xff" * 40
    found = sniffing.unpacked(bytes(damaged))
    assert noise.startswith(found[:15_000])
    assert len(found) >= 15_000


@pytest.mark.parametrize(
    "raw",
    [gzip.compress(TEXT)[:12], gzip.compress(TEXT)[:10] + b"\xff" * 90, zstandard(TEXT)[:9]],
    ids=["gzip cut", "gzip overwritten", "zstandard cut"],
)
def test_what_cannot_be_read_at_all_is_not_empty(raw: bytes) -> None:
    with pytest.raises(RefusedFile, match="damaged at its beginning"):
        sniffing.unpacked(raw)
