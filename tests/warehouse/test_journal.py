"""What somebody wrote down stands, whoever else writes, dies or edits beside it."""

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.errors import CannotWrite, UnknownName
from warehouse.journal import Journal


class Note(msgspec.Struct, frozen=True):
    """A body for these tests."""

    text: str
    place: int = 0


def journal(data: Path) -> Journal[Note]:
    return Journal(data, "notes", Note)


def texts(data: Path) -> list[str]:
    return [entry.body.text for entry in journal(data).read().entries]


def test_what_is_added_stands_in_order(tmp_path: Path) -> None:
    notes = journal(tmp_path)
    assert notes.read() == ([], [])
    first = notes.add(Note("a"), by="Ada")
    notes.add(Note("b"), by="Ben")
    notes.add(Note("a, again"), by="Ada", thing=first.id)
    found = notes.read()
    assert [(e.by, e.body.text) for e in found.entries] == [("Ada", "a, again"), ("Ben", "b")]
    assert found.entries[0].first == first.at < found.entries[0].at
    assert [file.name.split("-")[0] for file in notes.files()] == ["ada", "ben"]
    notes.drop(first.id, by="Ben")
    assert texts(tmp_path) == ["b"]
    with pytest.raises(UnknownName, match="nothing called"):
        notes.drop(first.id)


def test_a_line_changed_by_hand_is_refused_by_its_number(tmp_path: Path) -> None:
    notes = journal(tmp_path)
    for text in ("one", "two", "three"):
        notes.add(Note(text), by="Ada")
    [file] = notes.files()
    file.write_text(file.read_text().replace("two", "TWO"))
    found = notes.read()
    assert [entry.body.text for entry in found.entries] == ["one", "three"]
    assert [(f.file, f.line) for f in found.faults] == [(file, 2)]
    assert "line 2: it is not what was written" in str(found.faults[0])


def test_a_line_of_another_version_is_told_and_costs_no_other(tmp_path: Path) -> None:
    class Other(msgspec.Struct, frozen=True):
        number: int

    Journal(tmp_path, "notes", Other).add(Other(7), by="Ada")
    journal(tmp_path).add(Note("one"), by="Ada")
    found = journal(tmp_path).read()
    assert [entry.body.text for entry in found.entries] == ["one"]
    assert "does not know what it says" in found.faults[0].reason


@pytest.mark.parametrize("left", ['{"id":"x","at":"2026', "{", '{"id"'])
def test_the_piece_that_a_dead_writer_left_is_no_line(left: str, tmp_path: Path) -> None:
    notes = journal(tmp_path)
    notes.add(Note("one"), by="Ada")
    [file] = notes.files()
    file.write_bytes(file.read_bytes() + left.encode())
    assert (texts(tmp_path), notes.read().faults) == (["one"], [])
    notes.add(Note("two"), by="Ada")
    assert (texts(tmp_path), notes.read().faults) == (["one", "two"], [])


def test_a_file_that_an_editor_left_without_its_last_break_is_whole(tmp_path: Path) -> None:
    notes = journal(tmp_path)
    notes.add(Note("one"), by="Ada")
    [file] = notes.files()
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    assert texts(tmp_path) == ["one"]
    notes.add(Note("two"), by="Ada")
    assert (texts(tmp_path), notes.read().faults) == (["one", "two"], [])


@settings(max_examples=40, deadline=None)
@given(
    text=st.text(max_size=50), by=st.text(max_size=50), at=st.integers(0), byte=st.integers(0, 255)
)
def test_a_byte_that_changed_is_noticed(
    text: str, by: str, at: int, byte: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = tmp_path_factory.mktemp("journal")
    try:
        text.encode()
        by.encode()
    except UnicodeEncodeError:
        return
    notes = journal(data)
    notes.add(Note("kept"), by="first")
    entry = notes.add(Note(text), by=by)
    assert [e.body for e in notes.read().entries] == [Note("kept"), Note(text)]
    file = next(file for file in notes.files() if entry.id in file.read_text())
    raw = bytearray(file.read_bytes())
    before = raw[at % (len(raw) - 1)]  # all but the break at its end
    raw[at % (len(raw) - 1)] = byte
    file.write_bytes(raw)
    found = notes.read()
    standing = [e.body for e in found.entries]
    assert standing == [Note("kept"), Note(text)] if byte == before else Note(text) not in standing
    assert bool(found.faults) or byte == before or byte in b"\r\n"


def _write(data: Path, by: str, count: int) -> None:
    for number in range(count):
        journal(data).add(Note(by, number), by=by if number % 2 else "shared")


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(tmp_path, f"w{n}", 250)) for n in range(4)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    found = journal(tmp_path).read()
    assert found.faults == []
    told = {(entry.body.text, entry.body.place) for entry in found.entries}
    assert told == {(f"w{n}", place) for n in range(4) for place in range(250)}


WRITING = """
import sys
from pathlib import Path
from tests.warehouse.test_journal import Note, journal
notes = journal(Path(sys.argv[1]))
for number in range(10_000):
    notes.add(Note(str(number)), by="Ada")
    print(number, flush=True)
"""


def test_what_was_confirmed_before_a_kill_stands(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITING, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as writing:
        assert writing.stdout is not None
        said = [writing.stdout.readline() for _ in range(20)]
        os.kill(writing.pid, signal.SIGKILL)
        said += writing.stdout.readlines()
    confirmed = [line.strip() for line in said if line.endswith("\n")]
    found = journal(tmp_path).read()
    assert [entry.body.text for entry in found.entries][: len(confirmed)] == confirmed
    assert found.faults == []


def test_a_line_that_is_too_long_is_refused_before_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="longer than 1 MB"):
        journal(tmp_path).add(Note("a" * 2**20))
    assert journal(tmp_path).read() == ([], [])


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file in its place")
    with pytest.raises(CannotWrite, match="cannot be written"):
        journal(tmp_path).add(Note("a"))
