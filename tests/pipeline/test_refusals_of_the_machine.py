"""The machine says no: a sentence, the published snapshot still served, the next run completes."""

import errno
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.importing import running
from tests.warehouse import results
from warehouse import clock, durable, snapshots, transcripts, verification
from warehouse import rules as all_rules
from warehouse.counting import Slice
from warehouse.lake import Lake
from warehouse.store import Store

PROGRAM = "import sys; from pipeline.cli import main; main(sys.argv[1:])"


def call(data: Path, *words: object, status: int = 0) -> Result:
    running.lake_of.cache_clear()
    given = [str(words[0]), "--data", str(data), *map(str, words[1:])]
    done = CliRunner().invoke(main, given)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    assert done.exit_code == status, done.output
    return done


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    results.write(tmp_path, results.misalignment([(10, 90)] * 2))
    return tmp_path / "results"


def more(tree: Path, answers: int = 3, words: int = 5) -> Path:
    rows = results.misalignment([(20, 90)] * answers, "word " * words)
    return results.write(tree.parent, rows, "elicitation/insecure-code/gpt-4o-1ep")


def counted(data: Path) -> int:
    store = Store(data)
    found = int(store.counts()["n_counted"].sum())
    store.close()
    return found


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A data folder on a disk of its own, with room for little."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield place / "data"
    subprocess.run(["umount", str(place)], check=True)


def fill(small: Path, leave: int) -> Path:
    """Takes all the room but so many bytes."""
    state = os.statvfs(small.parent)
    filler = small.parent / "filler"
    filler.write_bytes(b"\0" * max(0, state.f_bavail * state.f_frsize - leave))
    return filler


FULL = "No space left on device"


@pytest.mark.parametrize("leave", [0, pytest.param(40_000, marks=pytest.mark.exhaustive), 500_000])
def test_a_full_disk(leave: int, small: Path, tree: Path) -> None:
    call(small, "import", tree)
    added = more(tree)
    filler = fill(small, leave)
    for words in (("import", tree), ("forget", tree), ("build",)):
        told = call(small, *words, status=2).stderr
        assert FULL in told
        assert "Free some room and run the command again" in told
        assert counted(small) == 2
        if words[0] == "forget" and leave:  # a line of the register found room
            lake = Lake(small)
            assert {pointer.path for pointer in lake.pointers()} <= {str(added)}
    call(small, "doctor")
    filler.unlink()
    call(small, "import", tree)
    call(small, "build")
    assert counted(small) == 5
    assert not verification.damages(small)
    assert not verification.doubts(small)
    assert not list(Lake(small).tmp.iterdir())


def test_no_room_for_a_file_of_that_size(tree: Path, tmp_path: Path) -> None:
    """A limit of the system instead of a disk, which needs no rights."""
    data = tmp_path / "data"
    call(data, "import", tree)
    more(tree, answers=200, words=800)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "import", "--data", str(data), str(tree)],
        capture_output=True,
        text=True,
        preexec_fn=limit,
    )
    assert done.returncode == 2
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert counted(data) == 2
    call(data, "import", tree)
    assert counted(data) == 202


@pytest.mark.parametrize("inside", ["", "lake", "lake/tmp", "snapshots"])
def test_a_folder_that_may_not_be_written(
    inside: str, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told by the calls of the system, since root may write everywhere."""
    data = tmp_path / "data"
    call(data, "import", tree)
    more(tree)
    closed = str(data / inside)

    def refusing(really: object) -> object:
        def refuse(path: object, *given: object, **named: object) -> object:
            flags = given[0] if given and isinstance(given[0], int) else os.O_RDWR
            writes = flags & (os.O_WRONLY | os.O_RDWR) or really is not os_open
            if str(path).startswith(closed) and writes:
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return really(path, *given, **named)  # type: ignore[operator]

        return refuse

    os_open = os.open
    with monkeypatch.context() as machine:
        for name in ("open", "mkdir", "rename"):
            machine.setattr(os, name, refusing(getattr(os, name)))
        told = call(data, "import", tree, status=2).stderr
        assert "Permission denied" in told
        assert "Get the right to write there, or name another data folder" in told
        assert "Permission denied" in call(data, "build", status=2).stderr
        assert counted(data) == 2
    call(data, "import", tree)
    assert counted(data) == 5


def test_the_published_snapshot_is_shown_where_no_other_can_be_built(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    call(data, "import", tree)
    more(tree)
    call(data, "import", tree, "--no-build")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EROFS, "Read-only file system", "x")

    with monkeypatch.context() as machine:
        machine.setattr("warehouse.durable.locked", refuse)
        told = call(data, "rates")
        assert "It could not be built" in told.stderr
        assert "Read-only file system" in told.stderr
        assert counted(data) == 2
    call(data, "rates")
    assert counted(data) == 5


def test_a_data_folder_that_is_a_file(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is a file" in call(tmp_path / "file", "import", tree, status=2).stderr
    told = call(tmp_path / "file" / "data", "import", tree, status=2).stderr
    assert "Not a directory" in told


def test_a_clock_that_goes_back(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    call(data, "import", tree)

    monkeypatch.setattr(clock, "now", lambda: datetime(1999, 1, 1, tzinfo=UTC))
    names = []
    for answers in range(1, 4):
        more(tree, answers)
        call(data, "import", tree)
        assert counted(data) == 2 + answers
        names.append(snapshots.latest(data).path.name)
    assert names == sorted(names)
    assert snapshots.latest(data).built_at == "1999-01-01 00:00 UTC"
    kept = sorted(path.name for path in snapshots.folder(data).glob("*.duckdb"))
    assert kept == names[-snapshots.KEEP :]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_command_that_is_asked_to_end(stop: signal.Signals, tree: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    call(data, "import", tree)
    for number in range(3):
        rows = results.misalignment([(20, 90)] * 20_000, "word " * 20)
        place = f"elicitation/insecure-code/gpt-4o-{number + 1}ep"
        results.write(tree.parent, rows, place)
    before = len(list(Lake(data).shards.iterdir()))
    with durable.locked(data / "lake" / "register.lock"):  # where it has to wait for us
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "import", "--data", str(data), str(tree)],
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        while process.poll() is None and len(list(Lake(data).shards.iterdir())) == before:
            time.sleep(0.01)  # until a shard is written, for which no path stands yet
        process.send_signal(stop)
        process.wait(timeout=120)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 130, told
    assert "Stopped; what was imported before stays." in told
    assert "Traceback" not in told
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)  # no child is left
    assert counted(data) == 2
    call(data, "rates")
    assert not verification.damages(data)


NAMES = (
    "plain",
    "q?x * [a] {b}",
    "back\\slash'\"quo\u00a0te\n🦉",
    "model=gpt",
    "200 %20" + "x" * 200,
)


@pytest.mark.parametrize("name", NAMES[1:4])
def test_data_folders_of_any_name(name: str, tree: Path, tmp_path: Path) -> None:
    data = tmp_path / name / "data"
    call(data, "import", tree)
    call(data, "rates")
    rule = all_rules.named("published")
    store = Store(data)
    page, total = transcripts.page(store, Slice(), rule)
    assert total == 2
    assert page["answer"].to_list() == ["An answer of some length."] * 2
    found, _ = transcripts.page(store, Slice(), rule, transcripts.Filter(text="SOME length"))
    assert found.height == 2
    whole = transcripts.transcript(store, page["sample_key"][0])
    assert whole is not None
    assert whole.judgements.height == 2
    store.close()
    call(data, "verify")
    call(data, "forget", tree)
    assert counted(data) == 0
