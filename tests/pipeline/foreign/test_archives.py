"""Archives that are damaged, cut off or oddly named: every member is read or named."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.foreign import archives
from pipeline.importing import claiming

NAMES = ("a.csv", "b.csv", "c.csv")
CONTENT = b"question,answer\nWhere?,There.\n"


def tar(names: tuple[str, ...] = NAMES, content: bytes = CONTENT, encoding: str = "utf-8") -> bytes:
    held = io.BytesIO()
    form = tarfile.GNU_FORMAT
    with tarfile.open(fileobj=held, mode="w", format=form, encoding=encoding) as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return held.getvalue()


def read(folder: Path, content: bytes, pattern: str = "*.csv*") -> list[str]:
    """What became of each member: its name, or why it is refused."""
    path = folder / "all.data"
    path.write_bytes(content)
    source, _ = claiming.looked_at(path)
    found = [member for _, member in archives.members(source, pattern)]
    return [str(one) if isinstance(one, RefusedRow) else one.member or "" for one in found]


MEMBER = 1_024
"""A header and a short content, in blocks of 512 bytes."""


def test_a_tar_archive_is_whole_only_with_its_end(tmp_path: Path) -> None:
    whole = tar()
    assert read(tmp_path, whole) == list(NAMES)
    assert read(tmp_path, whole[: 3 * MEMBER + 1_024]) == list(NAMES)
    for length in range(512, 3 * MEMBER + 1, 512):
        with pytest.raises(RefusedFile, match="the archive is damaged"):
            read(tmp_path, whole[:length])


@pytest.mark.parametrize("place", [0, 100, 148, 300])
def test_a_damaged_header_is_not_the_end_of_a_tar_archive(tmp_path: Path, place: int) -> None:
    damaged = bytearray(tar())
    damaged[MEMBER + place] ^= 1
    with pytest.raises(RefusedFile, match=r"damaged after 1,024 bytes \("):
        read(tmp_path, bytes(damaged))


def test_a_member_whose_name_cannot_be_kept_is_named(tmp_path: Path) -> None:
    told = read(tmp_path, tar(("m\u00f6we.csv", "b.csv"), encoding="latin-1"))
    assert told[0].startswith("the name of its member 'm\\udcf6we.csv' is not valid UTF-8")
    assert told[1] == "b.csv"


def test_a_damaged_packed_member_costs_itself(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.csv.gz", gzip.compress(CONTENT)[:10] + b"\xff" * 50)
        archive.writestr("b.csv.gz", gzip.compress(CONTENT))
    told = read(tmp_path, held.getvalue())
    assert "'a.csv.gz': the packed file is damaged at its beginning" in told[0]
    assert told[1] == "b.csv.gz"


@pytest.mark.parametrize("at", [2**62, 2**63 - 1, 2**64 - 1])
def test_a_member_beyond_every_file_is_named(tmp_path: Path, at: int) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.csv", CONTENT)
        archive.writestr("b.csv", CONTENT)
        archive.filelist[0].header_offset = at
    told = read(tmp_path, held.getvalue())
    assert "'a.csv' is not read: it is not where the archive says" in told[0]
    assert told[1] == "b.csv"
