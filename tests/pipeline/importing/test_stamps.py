"""A file that holds something else is noticed, whatever its size and times say."""

import hashlib
import os
import time
from pathlib import Path

import pytest

from pipeline.importing import stamps
from warehouse.register import Pointer
from warehouse.shards import Origin

OLD = "what it held"
NEW = "What it held"


def stamped(path: Path) -> Pointer:
    state = path.stat()
    origin = Origin(
        path=str(path),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        size=state.st_size,
        mtime_ns=state.st_mtime_ns,
        identity="",
        importer="some",
        version=1,
        imported_at="",
    )
    return stamps.pointer(origin, state, "shard")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_text(OLD)
    return path


@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.parametrize("how", ["in place", "by a rename"])
def test_a_replacement_of_equal_size_and_time_is_noticed(
    how: str, settled: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.stat()
    if settled:  # as if the file had been imported long after it was written
        really = time.time_ns
        monkeypatch.setattr(time, "time_ns", lambda: really() + 10**10)
    pointer = stamped(path)
    assert (pointer.changed_ns == before.st_ctime_ns) == settled
    assert stamps.is_as_it_was(path, pointer)
    if how == "in place":
        path.write_text(NEW)
    else:
        other = path.with_name("other")
        other.write_text(NEW)
        other.rename(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    now = path.stat()
    assert (now.st_size, now.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert not stamps.is_as_it_was(path, pointer)


def test_a_copy_of_equal_content_size_and_time_is_the_same(path: Path) -> None:
    pointer, before = stamped(path), path.stat()
    other = path.with_name("other")
    other.write_text(OLD)
    other.rename(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    path.chmod(0o600)
    assert stamps.is_as_it_was(path, pointer)


def test_what_is_gone_or_of_another_time_or_size_is_not_the_same(path: Path) -> None:
    pointer = stamped(path)
    os.utime(path, (1, 1))
    assert not stamps.is_as_it_was(path, pointer)
    path.write_text("more than it held")
    assert not stamps.is_as_it_was(path, pointer)
    path.unlink()
    assert not stamps.is_as_it_was(path, pointer)
