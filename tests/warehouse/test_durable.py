"""Done means on the disk: nothing changes after it was last forced there."""

import errno
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warehouse import results
from warehouse import building, durable, verification
from warehouse.errors import CannotWrite
from warehouse.lake import Lake
from warehouse.store import Store


class Forced:
    """What each file and folder was when it was last forced to the disk."""

    def __init__(self) -> None:
        self.states: dict[tuple[int, int], int] = {}
        self._really = os.fsync

    def fsync(self, descriptor: int) -> None:
        self._really(descriptor)
        state = os.fstat(descriptor)
        self.states[state.st_dev, state.st_ino] = state.st_mtime_ns

    def lacks(self, path: Path) -> bool:
        state = path.stat()
        return self.states.get((state.st_dev, state.st_ino)) != state.st_mtime_ns


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch) -> Forced:
    watching = Forced()
    monkeypatch.setattr(os, "fsync", watching.fsync)
    return watching


def unforced(forced: Forced, data: Path) -> list[str]:
    """What a power cut could take away: all but locks and what is being written."""
    wanted = [data, *data.rglob("*")]
    return [
        str(path.relative_to(data))
        for path in wanted
        if path.suffix != ".lock" and "tmp" not in path.parts[-2:] and forced.lacks(path)
    ]


def test_what_is_done_was_forced_to_the_disk_as_it_is(tmp_path: Path, forced: Forced) -> None:
    data = tmp_path / "new" / "data"
    results.write(tmp_path, results.misalignment([(10, 90)] * 3))
    second = results.write(
        tmp_path, results.misalignment([(20, 90)]), "elicitation/insecure-code/gpt-4o-1ep"
    )
    (tmp_path / "new").mkdir()
    results.load(data, tmp_path / "results")
    assert not unforced(forced, data / "lake" / "shards")
    assert not [name for name in unforced(forced, data) if "register" in name]
    building.build(data)
    # Folders are made once and hold locks, whose loss means nothing.
    assert set(unforced(forced, data)) <= {"lake", "snapshots"}
    for inner in ("lake/register.jsonl", "lake/register.copy.jsonl", "snapshots/current"):
        assert not forced.lacks(data / inner)
    Lake(data).forget([second])
    building.build(data)
    assert set(unforced(forced, data)) <= {"lake", "snapshots", "lake/shards"}  # what was deleted


def test_replace_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pointer"
    durable.replace(path, b"first")

    def fails(_: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="full"):
        durable.replace(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_append_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal"
    durable.append(path, b"first\n")

    def fails(_: int) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fails)
        with pytest.raises(OSError, match="full"):
            durable.append(path, b"second\n")
    durable.append(path, b"third\n")
    assert path.read_bytes() == b"first\nthird\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_lock_keeps_others_out_until_its_context_ends(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with durable.locked(lock, shared=True), durable.locked(lock, shared=True, wait=False) as two:
        assert two
        with durable.locked(lock, wait=False) as alone:
            assert not alone
    with durable.locked(lock, wait=False) as alone:
        assert alone


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "x"), "No space left on device). Free some room"),
        (OSError(errno.EROFS, "x"), "Read-only file system). Get the right to write"),
        (ValueError("parquet: no room (os error 28)"), "No space left on device). Free"),
        (ValueError('Could not write "x": Disk quota exceeded'), "Disk quota exceeded). Free"),
    ],
)
def test_a_disk_that_refuses_is_told_with_what_to_do(error: Exception, said: str) -> None:
    with pytest.raises(CannotWrite) as told, durable.told(Path("data")):
        raise error
    assert str(told.value).startswith("data cannot be written (")
    assert said in str(told.value)


def test_what_is_no_failure_of_the_disk_passes() -> None:
    with pytest.raises(ValueError, match="odd"), durable.told(Path("data")):
        raise ValueError("odd")


# A file system of its own, whose image can be copied beneath the mount as a power cut leaves it.


def _run(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


@pytest.fixture
def image(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """An image with a file system, and where it is mounted."""
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.skip("only root may mount a file system, and mkfs.ext4 makes it")
    image, place = tmp_path / "image", tmp_path / "mounted"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(48 * 2**20)
    _run("mkfs.ext4", "-q", image)
    try:
        _run("mount", "-o", "loop", image, place)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no file system can be mounted here ({error.stderr.decode().strip()})")
    yield image, place
    _run("umount", place)


def _after_a_cut(image: Path) -> set[str]:
    """The paths that the lake holds after a power cut at this moment, each byte checked."""
    with tempfile.TemporaryDirectory() as folder:
        copy, place = Path(folder) / "copy", Path(folder) / "mounted"
        shutil.copyfile(image, copy)
        place.mkdir()
        _run("mount", "-o", "loop", copy, place)
        try:
            data = place / "data"
            assert not verification.damages(data)
            assert not verification.doubts(data)
            store = Store(data)
            shown = set(store.query("sources")["path"].to_list())
            store.close()
            assert shown == {pointer.path for pointer in Lake(data).pointers()}
            return shown
        finally:
            _run("umount", place)


@pytest.mark.parametrize(
    "cuts", [3, pytest.param(16, marks=[pytest.mark.exhaustive, pytest.mark.timeout(1_800)])]
)
def test_a_power_cut_after_done_loses_nothing(
    cuts: int, image: tuple[Path, Path], tmp_path: Path
) -> None:
    below, place = image
    data = place / "data"
    imported: list[Path] = []
    for cut in range(cuts):
        if cut % 3 == 2:
            Lake(data).forget([imported.pop(0)])
        else:
            name = f"elicitation/insecure-code/gpt-4o-{cut + 1}ep"
            imported.append(results.write(tmp_path, results.misalignment([(cut, 90)]), name))
            results.load(data, imported[-1])
        building.build(data)
        assert _after_a_cut(below) == {str(path) for path in imported}
