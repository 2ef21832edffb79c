"""The index on the disk: whole or not there, and nothing of what was forgotten."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from tests.warehouse import results
from tests.warehouse.deaths import life
from warehouse import building, verification
from warehouse.lake import Lake
from warehouse.search import finding, volumes
from warehouse.search.volumes import Volumes
from warehouse.store import Store

ARMS = ("gpt-4.1-3ep", "gpt-4o-1ep", "gpt-4.1-9ep")


def written(root: Path) -> Path:
    """Three files, each with a word of its own and one that all have, imported and built."""
    for arm, word in zip(ARMS, ("alpha", "beta", "gamma"), strict=True):
        records = results.misalignment([(10, 90)] * 4, f"Common {word}.")
        results.write(root, records, f"elicitation/insecure-code/{arm}")
    results.load(root / "data", root / "results")
    building.build(root / "data")
    return root


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("volumes"))


@pytest.fixture
def data(once: Path, tmp_path: Path) -> Path:
    """What was built once, where it may be written."""
    return shutil.copytree(once / "data", tmp_path / "data")


def found(data: Path, text: str) -> int:
    return len(finding.find(Store(data), text))


def held(data: Path) -> list[str]:
    """The parts that the index holds, each as often as it is held."""
    index = Volumes(Lake(data)).held()
    return sorted(part.name for volume in index.values() for part in volume.parts)


def test_only_its_owner_reads_the_index(data: Path) -> None:
    before = os.umask(0)
    try:
        assert found(data, "alpha") == 4
    finally:
        os.umask(before)
    files = list((data / "search").rglob("*"))
    assert files
    assert {path.stat().st_mode & 0o077 for path in files} == {0}


def test_an_import_adds_what_it_brings_and_loses_nothing(data: Path, tmp_path: Path) -> None:
    assert found(data, "common") == 12
    more = results.misalignment([(10, 90)] * 5, "Common delta.")
    results.write(tmp_path, more, "elicitation/insecure-code/gpt-4.1-1ep")
    results.load(data, tmp_path / "results")
    building.build(data)
    assert (found(data, "common"), found(data, "delta")) == (17, 5)
    assert len(set(held(data))) == len(held(data))


def test_what_a_dead_writer_left_is_swept(data: Path, tmp_path: Path) -> None:
    assert found(data, "common") == 12
    (joined,) = Volumes(Lake(data)).held()
    aside = shutil.copytree(joined, tmp_path / joined.name)
    more = results.misalignment([(10, 90)] * 5, "Common delta.")
    results.write(tmp_path, more, "elicitation/insecure-code/gpt-4.1-1ep")
    results.load(data, tmp_path / "results")
    building.build(data)
    assert found(data, "common") == 17
    shutil.copytree(aside, joined)  # as one that died before it deleted what it had joined
    (data / "search/tmp/1f").mkdir(parents=True)
    building.sweep(data)
    assert len(Volumes(Lake(data)).held()) == 1
    assert not (data / "search/tmp").exists()
    assert found(data, "common") == 17
    (data / "search/tmp/1f").mkdir(parents=True)
    given = ["--data", str(data), "import", "--no-build", str(tmp_path / "results")]
    assert CliRunner().invoke(main, given).exit_code == 0
    assert not (data / "search/tmp").exists()


def test_an_import_during_searches_is_harmless(data: Path, tmp_path: Path) -> None:
    before = Store(data)
    with ThreadPoolExecutor(1) as beside:
        more = results.misalignment([(10, 90)] * 5, "Common delta.")
        results.write(tmp_path, more, "elicitation/insecure-code/gpt-4.1-1ep")

        def bring_in() -> None:
            results.load(data, tmp_path / "results")
            building.build(data)

        done = beside.submit(bring_in)
        seen = {len(finding.find(before, "common"))}
        while not done.done():
            seen.add(len(finding.find(before, "common")))
        done.result()
    known = set(before.ask("select sample_key from core.sample")["sample_key"])
    assert len(known & set(finding.find(before, "common").tolist())) == 12
    assert seen <= {12, 17}
    assert found(data, "common") == 17


def test_large_parts_have_volumes_of_their_own(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volumes, "BYTES", 1)
    monkeypatch.setattr(volumes, "SMALL", 0)
    said: list[tuple[int, int]] = []
    finding.complete(Store(data), lambda done, of: said.append((done, of)))
    assert len(Volumes(Lake(data)).held()) == len(held(data)) == len(said) == 6
    assert said[-1][0] == said[-1][1]
    assert found(data, "common") == 12


def test_what_is_forgotten_is_gone_from_the_index(data: Path, once: Path) -> None:
    assert found(data, "beta") == 4
    Lake(data).forget([once / "results" / "elicitation" / "insecure-code" / ARMS[1]])
    building.build(data)
    assert not any(b"beta" in path.read_bytes() for path in (data / "search").rglob("words"))
    assert (found(data, "beta"), found(data, "common")) == (0, 8)


def test_a_changed_file_is_found_as_it_is_now(tmp_path: Path) -> None:
    data = written(tmp_path) / "data"
    assert found(data, "beta") == 4
    records = results.misalignment([(10, 90)] * 4, "Common omega.")
    results.write(tmp_path, records, f"elicitation/insecure-code/{ARMS[1]}")
    results.load(data, tmp_path / "results")
    building.build(data)
    assert (found(data, "beta"), found(data, "omega")) == (0, 4)


def test_damage_is_told_and_mended(data: Path) -> None:
    assert found(data, "alpha") == 4
    assert verification.doubts(data) == []
    (terms,) = (data / "search").rglob("words")
    content = bytearray(terms.read_bytes())
    content[len(content) // 2] ^= 1
    terms.write_bytes(content)
    assert verification.doubts(data) == [f"{terms} is not what was written"]
    Volumes(Lake(data)).mend()
    assert found(data, "alpha") == 4
    assert verification.doubts(data) == []


def test_a_volume_that_lost_a_file_is_made_again(data: Path) -> None:
    assert found(data, "alpha") == 4
    next((data / "search").rglob("words")).unlink()
    assert found(data, "alpha") == 4
    assert verification.doubts(data) == []


def test_the_index_of_another_version_is_not_read(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(data, "alpha") == 4
    monkeypatch.setattr(volumes, "FORM", "another")
    assert Volumes(Lake(data)).held() == {}
    assert found(data, "alpha") == 4
    building.sweep(data)
    assert {path.name.partition("-")[0] for path in Volumes(Lake(data)).held()} == {"another"}
    assert len(list((data / "search").glob("*-*"))) == 1


def test_a_part_that_the_disk_changed_is_not_looked_through(data: Path) -> None:
    part = next((data / "lake" / "shards").rglob("sample-*.parquet"))
    content = part.read_bytes()
    part.write_bytes(content[:-1] + b"!")
    assert found(data, "common") == 8
    part.write_bytes(content)
    assert found(data, "common") == 12


@pytest.mark.parametrize("place", [3, 9, pytest.param(range(1, 60), marks=pytest.mark.exhaustive)])
def test_an_index_killed_anywhere_is_completed(place: int | range, data: Path) -> None:
    for ends_at in [place] if isinstance(place, int) else place:
        shutil.rmtree(data / "search", ignore_errors=True)
        with life(ends_at) as lived:
            finding.complete(Store(data))
        assert found(data, "common") == 12, (ends_at, lived.calls)
        assert len(set(held(data))) == len(held(data))
