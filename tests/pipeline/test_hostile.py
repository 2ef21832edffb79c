"""Each hostile input costs itself alone: it is named, the rest is loaded, in bounded memory."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from tests.pipeline import hostile
from tests.pipeline.hostile import CASES, TRAPS, Case, Trap
from tests.warehouse.tables import live
from warehouse.lake import Lake
from warehouse.shards import bulk_files

# The kernel's ru_maxrss of a process begins with that of the process it was forked from, so that
# a large test process would be measured too; VmHWM begins anew with the program.
MEASURED = """
import re, resource, sys
from pathlib import Path
from pipeline.cli import main
try:
    main()
finally:
    own = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(one.ru_utime + one.ru_stime for one in used)
    print(seconds, max(own, used[1].ru_maxrss) // 1024)
"""

MEGABYTES = 1_000


class Told(NamedTuple):
    """What one import said, how it ended, and the most memory that a process of it took."""

    said: str
    status: int
    megabytes: int
    samples: int
    seconds: float  # of computing: the machine may be busy with something else


def imported(tree: Path, data: Path, *options: str) -> Told:
    """Import a tree in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "import", str(tree), "--data", str(data), *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=1_100,
    )
    lake = Lake(data)
    files = list(bulk_files(lake.shards, live(lake), "sample"))
    samples = sum(pl.read_parquet(file, columns=["status"]).height for file in files)
    seconds, megabytes = done.stdout.split()[-2:]
    return Told(done.stderr, done.returncode, int(megabytes), samples, float(seconds))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """One import of the whole corpus, with all that is said of it."""
    folder = tmp_path_factory.mktemp("hostile")
    hostile.write(folder / "tree", CASES)
    hostile.set_traps(folder / "tree" / "traps")
    return imported(folder / "tree", folder / "data", "--no-build", "--verbose")


def lines_of(told: Told, name: str) -> list[str]:
    return [line for line in told.said.splitlines() if f"/{name}/" in line or f"/{name}:" in line]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_each_is_named_with_what_is_wrong(told: Told, case: Case) -> None:
    lines = [line for line in lines_of(told, case.name) if line.startswith("refused: ")]
    assert any(case.said in line for line in lines) if case.said else not lines, lines
    assert all(len(line) < 3_000 for line in lines)


@pytest.mark.parametrize("trap", TRAPS, ids=[trap.name for trap in TRAPS])
def test_what_is_no_file_of_data_is_named(told: Told, trap: Trap) -> None:
    lines = [line for line in told.said.splitlines() if f"traps/{trap.name}" in line]
    assert any(trap.said in line for line in lines), lines


def test_the_rest_is_loaded_in_bounded_memory(told: Told) -> None:
    assert len(CASES) + len(TRAPS) >= 80
    assert "Traceback" not in told.said
    assert "defect" not in told.said
    assert told.status == 1
    assert told.samples == sum(case.samples for case in CASES)
    assert told.megabytes < MEGABYTES


def test_the_page_is_short(tmp_path: Path) -> None:
    hostile.write(tmp_path / "tree", CASES[:60])
    page = imported(tmp_path / "tree", tmp_path / "data", "--no-build")
    assert page.status == 1
    assert len(page.said.splitlines()) < 60
    assert all(len(line) < 600 for line in page.said.splitlines())


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/stdin"])
def test_a_device_is_not_read(tmp_path: Path, path: str) -> None:
    done = imported(Path(path), tmp_path / "data", "--no-build")
    assert done.status == 2
    assert "not a regular file" in done.said
    assert "Nothing was loaded" in done.said


@pytest.mark.parametrize(
    ("pattern", "said"),
    [("a" * 10_000 + ".csv", "has 10,004 characters"), ("*a" * 30 + ".csv", "30 placeholders")],
)
def test_a_pattern_has_bounds(tmp_path: Path, pattern: str, said: str) -> None:
    hostile.write(tmp_path / "tree", CASES[:1])
    written = tmp_path / "map.yaml"
    written.write_text(
        "study: s\nset: {experiment: e, model: m, dataset: d, intervention: none}\n"
        f'files: [{{path: "{pattern}"}}]\n'
    )
    done = imported(tmp_path / "tree", tmp_path / "data", "--no-build", "--map", str(written))
    assert done.status == 2
    assert said in done.said
    assert len(done.said) < 1_000


@pytest.mark.exhaustive
@pytest.mark.timeout(1_200)
def test_the_large_ones_are_done_within_a_minute(tmp_path: Path) -> None:
    cases = [*CASES, *hostile.heavy()]
    samples = hostile.write(tmp_path / "tree", cases)
    hostile.set_traps(tmp_path / "tree" / "traps")
    done = imported(tmp_path / "tree", tmp_path / "data", "--no-build", "--verbose")
    for case in cases:
        assert not case.said or any(case.said in line for line in lines_of(done, case.name)), case
    assert (done.status, done.samples) == (1, samples)
    assert done.megabytes < MEGABYTES
    assert done.seconds < 60
