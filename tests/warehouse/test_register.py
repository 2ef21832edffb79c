"""The register: what one copy lost the other has, and what both lost is told."""

import os
from pathlib import Path
from typing import ClassVar

import pytest

from tests.warehouse.deaths import life
from warehouse import register
from warehouse.register import Pointer, Register


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    register = Register(tmp_path)
    register.begin(anew=True)
    for name in ("a", "b", "c"):
        register.add([Pointer(path=f"/{name}", shard=name)])
    return tmp_path


def held(folder: Path) -> dict[str, str | None]:
    return {path: pointer.shard for path, pointer in Register(folder).latest().items()}


WHOLE = {"/a": "a", "/b": "b", "/c": "c"}


def test_the_last_line_on_a_path_counts(folder: Path) -> None:
    register = Register(folder)
    register.add([Pointer(path="/a", shard="new"), Pointer(path="/b", shard=None)])
    assert held(folder) == {"/a": "new", "/b": None, "/c": "c"}
    assert register.latest() == Register(folder).latest()


def test_a_reader_sees_what_another_adds(folder: Path) -> None:
    reader, writer = Register(folder), Register(folder)
    assert len(reader.latest()) == 3
    writer.add([Pointer(path="/d", shard="d")])
    assert reader.latest()["/d"].shard == "d"
    assert [pointer.no for pointer in reader.latest().values()] == [2, 3, 4, 5]


def test_a_reader_sees_that_a_folder_was_put_in_the_place_of_another(folder: Path) -> None:
    reader = Register(folder)
    before = [copy.read_bytes() for copy in reader.copies]
    reader.add([Pointer(path="/d", shard="d")])
    assert reader.latest().keys() == {*WHOLE, "/d"}
    for copy, content in zip(reader.copies, before, strict=True):
        copy.write_bytes(content)  # a backup, in a file of the same number
    assert reader.latest().keys() == WHOLE.keys()


@pytest.mark.parametrize("copy", [0, 1])
def test_any_byte_of_one_copy_may_change(folder: Path, copy: int) -> None:
    file = Register(folder).copies[copy]
    content = file.read_bytes()
    for place in range(len(content)):
        for byte in {content[place] ^ 1, ord("\n")} - {content[place]}:
            file.write_bytes(content[:place] + bytes([byte]) + content[place + 1 :])
            assert held(folder) == WHOLE
            assert not Register(folder).lost()
            assert not Register(folder).is_whole()
    Register(folder).mend()
    assert file.read_bytes() == content


@pytest.mark.parametrize("copy", [0, 1])
def test_any_end_of_one_copy_may_be_lost_and_the_file_whole(folder: Path, copy: int) -> None:
    file = Register(folder).copies[copy]
    content = file.read_bytes()
    for length in range(len(content)):
        file.write_bytes(content[:length])
        assert held(folder) == WHOLE
    file.unlink()
    assert held(folder) == WHOLE
    Register(folder).add([Pointer(path="/d", shard="d")])
    first, second = (copy.read_bytes() for copy in Register(folder).copies)
    assert first == second
    assert first.startswith(content)


def test_a_line_that_both_lost_is_told_for_ever_after(folder: Path) -> None:
    for copy in Register(folder).copies:
        lines = copy.read_bytes().splitlines(keepends=True)
        copy.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    register = Register(folder)
    assert register.lost() == [3]
    register.add([Pointer(path="/b", shard="b")])
    assert Register(folder).lost() == [3]
    assert Register(folder).latest()["/b"].no == 5


def test_a_register_that_is_gone_is_not_a_new_one(folder: Path) -> None:
    for copy in Register(folder).copies:
        copy.unlink()
    register = Register(folder)
    assert register.lost() == [1]
    register.begin(anew=False)
    register.add([Pointer(path="/a", shard="a")])
    assert Register(folder).lost() == [1]


def test_a_change_that_the_disk_had_no_room_for_is_not_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = os.write
    written: list[int] = []

    def write_a_little(descriptor: int, content: bytes) -> int:
        if written:
            raise OSError(28, "No space left on device")
        written.append(really(descriptor, bytes(content)[:20]))
        return written[0]

    with monkeypatch.context() as full:
        full.setattr(os, "write", write_a_little)
        with pytest.raises(OSError, match="No space left"):
            Register(folder).add([Pointer(path="/d", shard="d")])
    assert written == [20]
    assert held(folder) == WHOLE
    assert Register(folder).is_whole()


def test_what_a_writer_wrote_before_it_died_stands_or_is_left_out(folder: Path) -> None:
    first, second = Register(folder).copies
    before = second.read_bytes()
    Register(folder).add([Pointer(path="/d", shard="d")])
    whole = first.read_bytes()
    for length in range(len(before), len(whole) + 1):  # as far as it came in the first copy
        first.write_bytes(whole[:length])
        second.write_bytes(before)
        register = Register(folder)
        assert not register.lost()
        is_there = "/d" in register.latest()
        assert is_there == (length >= len(whole) - 1)
        register.add([Pointer(path="/e", shard="e")])
        assert held(folder) == {**WHOLE, "/e": "e"} | ({"/d": "d"} if is_there else {})


class TestCompaction:
    """What later lines made void is left out, and nothing else."""

    @pytest.fixture
    def long(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(register, "IDLE", 10)
        writer = Register(folder)
        for number in range(12):
            writer.add([Pointer(path="/a", shard=f"a{number}"), Pointer(path="/b", shard=None)])
        return folder

    NOW: ClassVar = {"/a": "a11", "/b": None, "/c": "c"}

    def test_it_says_the_same_in_fewer_lines(self, long: Path) -> None:
        reader = Register(long)
        assert reader.latest()["/a"].shard == "a11"
        assert Register(long).compact()
        assert held(long) == self.NOW
        assert len(Register(long).copies[0].read_bytes().splitlines()) == 4
        assert {path: p.shard for path, p in reader.latest().items()} == self.NOW
        reader.add([Pointer(path="/d", shard="d")])
        assert held(long) == self.NOW | {"/d": "d"}
        assert Register(long).is_whole()
        assert not Register(long).lost()
        assert not Register(long).compact()

    def test_a_short_or_a_damaged_one_stays(self, folder: Path, long: Path) -> None:
        for copy in Register(long).copies:
            lines = copy.read_bytes().splitlines(keepends=True)
            copy.write_bytes(b"".join([*lines[:4], *lines[5:]]))
        assert Register(long).lost()
        before = [copy.read_bytes() for copy in Register(long).copies]
        assert not Register(long).compact()
        assert [copy.read_bytes() for copy in Register(long).copies] == before

    @pytest.mark.parametrize("new", [0, 1])
    def test_one_copy_of_each_edition_says_what_the_later_says(self, long: Path, new: int) -> None:
        old = [copy.read_bytes() for copy in Register(long).copies]
        Register(long).compact()
        Register(long).copies[1 - new].write_bytes(old[1 - new])  # killed between the two
        assert held(long) == self.NOW
        assert not Register(long).lost()
        assert not Register(long).is_whole()
        Register(long).add([Pointer(path="/d", shard="d")])
        assert held(long) == self.NOW | {"/d": "d"}
        assert Register(long).is_whole()

    def test_it_is_written_with_its_writing_calls_survived(self, long: Path) -> None:
        whole = [copy.read_bytes() for copy in Register(long).copies]
        for at in range(1, 20):
            for copy, content in zip(Register(long).copies, whole, strict=True):
                copy.write_bytes(content)
            with life(at):
                Register(long).compact()
            assert held(long) == self.NOW
            Register(long).mend()
            assert Register(long).is_whole()
