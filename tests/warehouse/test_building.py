"""Builds: what they hold, what they check, and what they leave alone."""

import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse import results
from warehouse import building, records, snapshots, transcripts
from warehouse.errors import BrokenBuild, NoSnapshot, UnknownName
from warehouse.lake import Lake
from warehouse.register import Pointer
from warehouse.seals import opened, sealed
from warehouse.store import Store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    results.write(tmp_path, results.misalignment([(10, 90)] * 4))
    results.load(tmp_path / "data", tmp_path / "results")
    return tmp_path / "data"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The same, built, for tests that only read."""
    root = tmp_path_factory.mktemp("built")
    results.write(root, results.misalignment([(10, 90)] * 4))
    results.load(root / "data", root / "results")
    building.build(root / "data")
    return Store(root / "data")


def test_without_a_build_there_is_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshot, match="brittlescope build"):
        snapshots.latest(tmp_path)


def test_an_empty_lake_builds_an_empty_snapshot(tmp_path: Path) -> None:
    building.build(tmp_path)
    store = Store(tmp_path)
    assert store.counts().is_empty()
    assert store.query("build")["samples"].item() == 0
    for query in ("evaluations", "judges", "questions", "sources", "runs", "training_logs"):
        assert store.query(query).is_empty()


def test_every_relation_says_its_grain_and_no_answer_is_copied(store: Store) -> None:
    relations = store.ask(
        "select schema_name || '.' || table_name as relation, comment from duckdb_tables()"
    )
    assert relations.height > 25
    for relation, comment in relations.rows():
        assert (comment or "").startswith("One row per "), relation
    columns = store.ask("select distinct column_name from duckdb_columns()")
    assert "answer" not in columns["column_name"].to_list()


def test_a_reader_keeps_its_snapshot_while_a_new_one_is_published(data: Path) -> None:
    old = building.build(data)
    reader = Store(data)
    results.write(
        data.parent, results.misalignment([(90, 90)] * 6), "elicitation/insecure-code/gpt-4o-1ep"
    )
    results.load(data, data.parent / "results")
    new = building.build(data)
    assert new.path != old.path
    assert reader.counts()["n_counted"].sum() == 4
    assert Store(data).counts()["n_counted"].sum() == 10


def test_old_snapshots_are_pruned_but_never_one_in_use(data: Path) -> None:
    first = building.build(data).path
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; con = duckdb.connect(sys.argv[1], read_only=True); "
            "print('open', flush=True); sys.stdin.read()",
            str(first),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "open"
        for _ in range(snapshots.KEEP + 2):
            building.build(data)
        assert first.exists()
    finally:
        holder.communicate("")
    building.build(data)
    assert not first.exists()
    assert len(list(snapshots.folder(data).glob("*.duckdb"))) == snapshots.KEEP


def test_a_failed_build_leaves_the_published_snapshot(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = building.build(data)
    schema = tmp_path / "schema"
    shutil.copytree(snapshots.SCHEMA, schema)
    run = schema / "core" / "run.sql"
    text = run.read_text()
    run.write_text(f"-- One row per run.\n-- Key: run_no\n{text}\nunion all from ({text})")
    monkeypatch.setattr(building, "SCHEMA", schema)
    with pytest.raises(BrokenBuild, match=r"core\.run holds 2 rows"):
        building.build(data)
    assert snapshots.latest(data) == published
    assert not list(snapshots.folder(data).glob(".*"))


def test_samples_under_two_contents_and_in_two_places_are_counted_once(data: Path) -> None:
    building.build(data)
    before = Store(data).counts()
    lake = Lake(data)
    shard = next(lake.shards.iterdir())
    twin = shard.with_name(f"{shard.name[:-1]}x")
    shutil.copytree(shard, twin)
    description = opened((shard / "shard.json").read_bytes())
    assert description is not None
    other = description.replace(shard.name.encode(), twin.name.encode())
    sha256 = known.origin.sha256 if (known := lake.shard(shard.name)) else ""
    other = other.replace(sha256.encode(), sha256[::-1].encode())
    (twin / "shard.json").write_bytes(sealed(other))
    lake.point([Pointer(path="/elsewhere/results.json", shard=twin.name)])
    building.build(data)
    after = Store(data)
    assert after.counts()["n_planned"].sum() == before["n_planned"].sum()
    (told,) = after.query("repeats").to_dicts()
    assert told["code"] == "left-out"
    assert "forget one of the two" in told["message"]


def test_parts_that_an_older_version_wrote_are_read_beside_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = records.conform
    data = tmp_path / "data"
    with monkeypatch.context() as older:
        later = ("thoughts", "answered_by")
        older.setattr(records, "conform", lambda *given: whole(*given).drop(later, strict=False))
        results.write(tmp_path, results.misalignment([(10, 90)] * 2))
        results.load(data, tmp_path / "results")
    building.build(data)
    assert Store(data).ask("select count(*) from core.sample where answered_by is null").item() == 2
    results.write(tmp_path, results.misalignment([(10, 90)]), "elicitation/insecure-code/gpt-4o")
    results.load(data, tmp_path / "results")
    building.build(data)
    store = Store(data)
    keys = store.ask("select sample_key from core.sample")["sample_key"].to_list()
    read = [transcripts.transcript(store, key) for key in keys]
    assert [(one.answer, one.thoughts) for one in read if one] == [
        ("An answer of some length.", None)
    ] * 3


def test_threads_share_a_store_without_mixing_answers(store: Store) -> None:
    wrong = []

    def ask(limit: int) -> None:
        for _ in range(30):
            answer = store.ask("select range as n from range($limit)", limit=limit)
            if answer["n"].sum() != limit * (limit - 1) // 2:
                wrong.append(limit)

    threads = [threading.Thread(target=ask, args=(10 * n,)) for n in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_an_unknown_query_is_named(store: Store) -> None:
    with pytest.raises(UnknownName, match="no query 'nonsense'"):
        store.query("nonsense")


def more(data: Path, answers: int) -> Path:
    rows = results.misalignment([(90, 90)] * answers)
    path = results.write(data.parent, rows, "elicitation/insecure-code/gpt-4o-1ep")
    results.load(data, data.parent / "results")
    return path


@pytest.mark.parametrize("happens", ["a newer build", "a change alone", "a forget and a build"])
def test_a_slow_build_never_overwrites_a_newer_one(
    happens: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happens while the slow one is at work is done, in this process, in the midst of it."""
    if happens == "a forget and a build":
        added = more(data, 6)
    really, calls = building._write, []

    def slowly(*given: Any) -> None:
        really(*given)
        calls.append(given)
        if len(calls) > 1:
            return
        if happens == "a forget and a build":
            Lake(data).forget([added])
        else:
            more(data, 6)
        if happens != "a change alone":
            building.build(data)

    monkeypatch.setattr(building, "_write", slowly)
    built = building.build(data)
    expected = {"a newer build": 10, "a change alone": 4, "a forget and a build": 4}[happens]
    assert Store(data).counts()["n_counted"].sum() == expected
    assert built == snapshots.latest(data)
    assert building.is_current(data) == (happens != "a change alone")


def test_of_two_changes_the_last_build_shows_both(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another build is published, and the lake changes once more: then one begins again."""
    really, calls = building._write, []

    def slowly(*given: Any) -> None:
        really(*given)
        calls.append(given)
        if len(calls) == 1:
            more(data, 6)
            building.build(data)
            more(data, 8)

    monkeypatch.setattr(building, "_write", slowly)
    building.build(data)
    assert building.is_current(data)
    assert Store(data).counts()["n_counted"].sum() == 12
    assert len(calls) == 3


def test_what_dead_builds_left_is_swept(data: Path) -> None:
    building.build(data)
    folder = snapshots.folder(data)
    for left in (folder / ".current.17.ab", folder / ".current.new", data / "lake/tmp/x.4.vm"):
        left.write_bytes(b"x")
    (data / "lake/tmp/dead").mkdir()
    (data / "lake/tmp/dead/new.duckdb").touch()
    building.sweep(data)
    assert not list(folder.glob(".*"))
    assert not list((data / "lake/tmp").iterdir())
    assert Store(data).counts()["n_counted"].sum() == 4


def test_only_its_owner_may_read_a_snapshot(store: Store) -> None:
    for path in (store.data, *store.data.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
