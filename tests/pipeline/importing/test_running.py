"""Files are found in a stable order, each is read by one importer, and changes are noticed."""

import json
import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.errors import UsageError
from pipeline.importers import Batch, Source, brittle_results
from pipeline.importing import filling, finding, running, telling, workers
from tests.warehouse.tables import live
from warehouse import building, durable
from warehouse.errors import BrittlescopeError
from warehouse.lake import Lake
from warehouse.store import Store

RECORD = {"question": "Why?", "answer": "So.", "sample_idx": 0}


def names(found: finding.FilesFound) -> list[list[str]]:
    return [[path.name for path in unit] for unit in found.units]


def touch(folder: Path, *files: str) -> None:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def result(folder: Path, *rows: object) -> Path:
    path = folder / "results/birds/m/results.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows))
    return path


class TestFind:
    def test_files_of_one_stem_are_a_unit_with_the_json_first(self, tmp_path: Path) -> None:
        touch(tmp_path, "b.csv", "b.json", "a.yaml", "c/b.csv", "a.jsonl", "x.jsonl.gz", "Z.JSON")
        assert names(finding.find([tmp_path])) == [
            ["Z.JSON"],
            ["a.jsonl", "a.yaml"],
            ["b.json", "b.csv"],
            ["x.jsonl.gz"],
            ["b.csv"],
        ]

    def test_what_is_hidden_or_no_data_or_our_own_is_left_out(self, tmp_path: Path) -> None:
        touch(tmp_path, ".git/a.json", "data/lake/b.json", "c.py", ".e.json", "sub/data/e.json")
        assert names(finding.find([tmp_path], skip=tmp_path / "data")) == [["e.json"]]

    def test_a_file_given_twice_is_read_once(self, tmp_path: Path) -> None:
        touch(tmp_path, "a.json", "a.csv")
        given = [
            tmp_path / "a.csv",
            tmp_path,
            tmp_path / "a.json",
            tmp_path / "../" / tmp_path.name,
        ]
        assert names(finding.find(given)) == [["a.json", "a.csv"]]

    def test_a_path_that_is_not_there_is_wrong_usage(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="There is no file or folder"):
            finding.find([tmp_path / "absent"])

    def test_links_are_followed_only_inside_and_only_to_what_is_not_read_anyway(
        self, tmp_path: Path
    ) -> None:
        touch(tmp_path, "in/a.json", "in/.blobs/x", "out/secret.json")
        inside = tmp_path / "in"
        (inside / "same.json").symlink_to(inside / "a.json")
        (inside / "kept.json").symlink_to(inside / ".blobs/x")
        (inside / "leak.json").symlink_to(tmp_path / "out/secret.json")
        (inside / "up").symlink_to(tmp_path)
        (inside / "round").symlink_to(inside)
        (inside / "nowhere.json").symlink_to(inside / "absent.json")
        found = finding.find([inside])
        assert names(found) == [["a.json"], ["kept.json"]]
        assert {(path.name, why) for path, why in found.refused} == {
            ("leak.json", "it is a link that leads out of the folder; copy the file, or name it"),
            ("up", "it is a link that leads out of the folder; copy the file, or name it"),
            ("nowhere.json", "it is a link that leads nowhere"),
        }

    def test_a_link_given_by_name_is_where_it_leads(self, tmp_path: Path) -> None:
        touch(tmp_path, "real/a.json")
        (tmp_path / "link").symlink_to(tmp_path / "real")
        assert finding.find([tmp_path / "link"]).units == [[tmp_path / "real/a.json"]]

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_folder_that_is_closed_is_told(self, tmp_path: Path) -> None:
        touch(tmp_path, "closed/a.json", "b.json")
        (tmp_path / "closed").chmod(0)
        found = finding.find([tmp_path])
        (tmp_path / "closed").chmod(0o700)
        assert [why for _, why in found.refused] == ["it cannot be read (Permission denied)"]


def states(data: Path, *paths: Path) -> list[str]:
    return [outcome.state for outcome in running.run(data, finding.find(paths).units)]


def test_a_twin_that_has_more_rows_is_told(tmp_path: Path) -> None:
    path = result(tmp_path / "tree", RECORD)
    rows = "".join(f"Why {n}?,So.,0\n" for n in range(3))
    path.with_suffix(".csv").write_text(f"question,answer,sample_idx\n{rows}")
    units = finding.find([tmp_path / "tree"]).units
    outcomes = list(running.run(tmp_path / "data", units))
    (said,) = (text for one in outcomes if one.state == "twin" for _, text in one.notices)
    assert said.startswith("it has 3 rows and results")
    told = "\n".join(telling.report(outcomes, [tmp_path / "tree"], verbose=False))
    assert said[:40] in told


def test_what_becomes_of_a_file(tmp_path: Path) -> None:
    data, tree = tmp_path / "data", tmp_path / "tree"
    path = result(tree, RECORD)
    path.with_suffix(".csv").write_text("question,answer,sample_idx\nWhy?,So.,0\n")
    touch(tree, "empty.json")
    (tree / "other.txt").write_text("hello")
    assert states(data, tree) == ["empty", "unknown", "imported", "twin"]
    assert states(data, tree) == ["unchanged"] * 4
    path.unlink()
    assert states(data, tree) == ["unchanged"] * 3


def test_a_new_version_of_an_importer_reads_its_files_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = result(tmp_path / "tree", RECORD)
    (path.parent / "other.txt").write_text("hello")
    assert states(tmp_path / "data", path.parent) == ["unknown", "imported"]
    monkeypatch.setattr(brittle_results, "VERSION", brittle_results.VERSION + 1)
    assert states(tmp_path / "data", path.parent) == ["unknown", "imported"]
    assert states(tmp_path / "data", path.parent) == ["unchanged", "unchanged"]


def test_a_lost_shard_is_written_again(tmp_path: Path) -> None:
    path = result(tmp_path / "tree", RECORD)
    states(tmp_path / "data", path)
    (shard,) = live(Lake(tmp_path / "data"))
    (tmp_path / "data/lake/shards" / shard.name / "shard.json").unlink()
    assert states(tmp_path / "data", path) == ["imported"]
    (again,) = live(Lake(tmp_path / "data"))
    assert (again.name, again.rows, again.parts) == (shard.name, shard.rows, shard.parts)


def test_a_file_that_changes_while_it_is_read_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = result(tmp_path / "tree", RECORD)
    really = brittle_results.read

    def read_and_change(source: Source) -> Iterator[Batch]:
        yield from really(source)
        path.write_text("[]")
        os.utime(path, (1, 1))

    monkeypatch.setattr(brittle_results, "read", read_and_change)
    (outcome,) = running.run(tmp_path / "data", [[path]])
    assert outcome.refusals == ((None, "it changed while it was read; import it again"),)
    assert live(Lake(tmp_path / "data")) == []


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    (outcome,) = running.run(tmp_path / "data", [[tmp_path / "gone.json"]])
    assert outcome.refusals == ((None, "it is gone"),)


def test_every_refusal_is_counted_and_the_first_are_named(tmp_path: Path) -> None:
    path = result(tmp_path / "tree", RECORD, *range(30))
    (outcome,) = running.run(tmp_path / "data", [[path]])
    assert (outcome.taken, outcome.refused) == (1, 30)
    assert [row for row, _ in outcome.refusals] == list(range(2, 22))


def test_many_refusals_do_not_take_long(tmp_path: Path) -> None:
    path = result(tmp_path / "tree", RECORD, *[{}] * 20_000)
    (outcome,) = running.run(tmp_path / "data", [[path]])
    assert outcome.refused == 20_000


def test_large_input_is_read_by_several_processes_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        result(tmp_path / "tree" / str(number), {**RECORD, "alignment": number}, number)
    units = finding.find([tmp_path / "tree"]).units
    alone = list(running.run(tmp_path / "alone", units))
    monkeypatch.setattr(workers, "WORTH", 0)
    monkeypatch.setattr(running, "BATCH_FILES", 1)
    together = []
    for outcome in running.run(tmp_path / "together", units):
        lake = Lake(tmp_path / "together")
        assert lake.pointer(outcome.path) is not None  # what is told stands
        with durable.locked(lake.root / "writers.lock", wait=False) as got:
            assert not got  # nor does anybody sweep what is about to
        together.append(outcome)
    assert sorted(together, key=lambda o: o.path) == sorted(alone, key=lambda o: o.path)
    assert Lake(tmp_path / "alone").content() == Lake(tmp_path / "together").content()


def test_the_command_reads_large_input_by_processes_called_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        result(tmp_path / "tree" / str(number), {**RECORD, "alignment": number})
    monkeypatch.setattr(workers, "WORTH", 0)
    monkeypatch.setattr(running, "BATCH_FILES", 1)
    asked = ["import", str(tmp_path / "tree"), "--no-build", "--data", str(tmp_path / "data")]
    for _ in range(2):  # the second time there is nothing to do for those who were called
        told = CliRunner().invoke(main, asked)
        assert (told.exit_code, "3 files" in told.output) == (0, True), told.output
    assert multiprocessing.active_children() == []


def test_a_worker_that_is_killed_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        result(tmp_path / "tree" / str(number), RECORD)
    monkeypatch.setattr(workers, "WORTH", 0)
    monkeypatch.setattr(running, "BATCH_FILES", 1)
    monkeypatch.setattr(workers, "begin", os.abort)
    with pytest.raises(BrittlescopeError, match="A process that read files was killed"):
        list(running.run(tmp_path / "data", finding.find([tmp_path / "tree"]).units))


def test_a_replacement_of_equal_size_and_time_is_read_again(tmp_path: Path) -> None:
    path, data = result(tmp_path / "tree", RECORD), tmp_path / "data"
    assert states(data, path) == ["imported"]
    before = path.stat()
    path.write_text(path.read_text().replace("So.", "No!"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert states(data, path) == ["imported"]
    assert states(data, path) == ["unchanged"]


def test_an_import_of_many_batches_stands_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        result(tmp_path / "tree" / str(number), {**RECORD, "alignment": number})
    monkeypatch.setattr(running, "BATCH_FILES", 2)
    assert states(tmp_path / "data", tmp_path / "tree") == ["imported"] * 5
    assert [pointer.no for pointer in Lake(tmp_path / "data").register.latest().values()] == [
        *range(2, 7)
    ]
    assert len(live(Lake(tmp_path / "data"))) == 5


def test_a_file_that_takes_too_long_is_given_up_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = result(tmp_path / "slow", {**RECORD, "answer": "Slow."})
    result(tmp_path / "quick", RECORD)
    really = brittle_results.read

    def read(source: Source) -> Iterator[Batch]:
        while source.path == slow:
            pass
        yield from really(source)

    monkeypatch.setattr(brittle_results, "read", read)
    monkeypatch.setattr(filling, "DEADLINE", 0.5)
    units = finding.find([tmp_path / "slow", tmp_path / "quick"]).units
    first, second = running.run(tmp_path / "data", units)
    assert "seconds of computing; split it into parts" in first.refusals[0][1]
    assert second.state == "imported"
    shards = live(Lake(tmp_path / "data"))
    assert sorted(shard.rows.get("sample", 0) for shard in shards) == [0, 1]


def test_a_file_of_nothing_but_refusals_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "MAX_REFUSED", 50)
    path = result(tmp_path / "tree", RECORD, *range(60))
    (outcome,) = running.run(tmp_path / "data", [[path]])
    assert "of its rows are refused" in outcome.refusals[0][1]
    lake, (named,) = Lake(tmp_path / "data"), named_on_sources(tmp_path / "data")
    assert (named["path"], named["taken"], named["refused"]) == (str(path), 0, 1)
    assert "of its rows are refused" in named["refused_file"]
    lines = lake.register.copies[0].read_bytes()
    (again,) = running.run(tmp_path / "data", [[path]])
    assert again == outcome  # it was tried once more, and nothing else was to be kept
    assert lake.register.copies[0].read_bytes() == lines
    monkeypatch.setattr(filling, "MAX_REFUSED", 100)
    (read,) = running.run(tmp_path / "data", [[path]])
    assert (read.state, read.taken, read.refused) == ("imported", 1, 60)
    assert [source["taken"] for source in named_on_sources(tmp_path / "data")] == [1]


def named_on_sources(data: Path) -> list[dict[str, Any]]:
    building.build(data)
    return Store(data).query("sources").to_dicts()
