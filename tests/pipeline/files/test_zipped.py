import io
import zipfile

import pytest

from pipeline.errors import RefusedFile
from pipeline.files import zipped
from pipeline.files.zipped import Damaged

TEXTS = {"one.json": b"first " * 500, "über/two.json": b"second", "empty": b""}


def archive(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        made.mkdir("folder")
        for name, text in TEXTS.items():
            made.writestr(name, text)
    return file.getvalue()


def texts(file: io.BytesIO, members: list[zipped.Member]) -> dict[str, bytes]:
    return {one.name: zipped.content(file, one) for one in members if not one.is_folder}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_members_are_read_by_the_directory_and_without_one(method: int) -> None:
    whole = archive(method)
    file = io.BytesIO(whole)
    assert texts(file, zipped.listed(file, 4)) == TEXTS
    cut = io.BytesIO(whole[: whole.index(b"PK\x01\x02")])
    assert texts(cut, zipped.walked(cut, 4)) == TEXTS
    with pytest.raises(RefusedFile, match="damaged"):
        zipped.listed(cut, 4)


def test_more_members_than_may_be_refuse_the_file() -> None:
    file = io.BytesIO(archive())
    for members in (zipped.listed, zipped.walked):
        with pytest.raises(RefusedFile, match="more than 3 members"):
            members(file, 3)


def test_a_member_that_changed_is_noticed() -> None:
    raw = bytearray(archive(zipfile.ZIP_STORED))
    raw[raw.index(b"second")] += 1
    file = io.BytesIO(raw)
    (member,) = (one for one in zipped.listed(file, 4) if "two" in one.name)
    with pytest.raises(Damaged, match="check sum"):
        zipped.content(file, member)


def test_what_is_not_read_is_said() -> None:
    for at, value, why in ((6, 1, "encrypted"), (8, 99, "method 99")):
        raw = bytearray(archive(zipfile.ZIP_STORED))
        name = raw.index(b"one.json")
        raw[name - 30 + at] |= value
        raw[raw.index(b"one.json", name + 1) - 46 + at + 2] |= value
        file = io.BytesIO(raw)
        (member,) = (one for one in zipped.listed(file, 4) if one.name == "one.json")
        with pytest.raises(Damaged, match=why):
            zipped.content(file, member)
