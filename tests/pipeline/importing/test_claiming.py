"""A format is told by what a file holds, and what none can read is named with the next step."""

import gzip
import sys
import types
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import importers
from pipeline.importers import brittle_results
from pipeline.importing import claiming, finding, running
from pipeline.maps.mapping import load

ROWS = "question,answer,aligned,coherent\nWhat flies?,Été – “so”,10,90\nAnd sings?,A wren.,20,80\n"
RECORD = '[{"question": "Why?", "answer": "So.", "sample_idx": 0}]'


def reader_of(path: Path) -> str | None:
    importer = claiming.importer_for(claiming.looked_at(path)[0])
    return importer.NAME if importer else None


@pytest.mark.parametrize("name", ["a.csv", "A.CSV", "a.tsv", "a.txt", "a", "a.json"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_table_is_one_whatever_it_is_called_and_however_it_is_written(
    tmp_path: Path, name: str, delimiter: str, encoding: str
) -> None:
    path = tmp_path / name
    path.write_text(ROWS.replace(",", delimiter), encoding)
    source, _ = claiming.looked_at(path)
    assert source.table is not None
    assert source.table.columns == ("question", "answer", "aligned", "coherent")
    assert reader_of(path) == "em-csv"


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("RESULTS.JSON", lambda path: path.write_text(RECORD)),
        ("a.txt", lambda path: path.write_text(f"\n\n {RECORD}", "utf-16")),
        ("a.json.gz", lambda path: path.write_bytes(gzip.compress(RECORD.encode()))),
    ],
)
def test_a_list_of_results_is_one(
    tmp_path: Path, name: str, write: Callable[[Path], object]
) -> None:
    write(tmp_path / name)
    assert reader_of(tmp_path / name) == "brittle-results"
    outcomes = running.run(tmp_path / "data", finding.find([tmp_path / name]).units)
    assert [(outcome.state, outcome.taken) for outcome in outcomes] == [("imported", 1)]


@pytest.mark.parametrize(
    ("name", "content", "state"),
    [
        ("results.json", '{"accuracy": 0.9, "runtime": 3}', "unknown"),
        ("results.json", '[{"index": 0, "completion": "return 0"}]', "unknown"),
        ("results.csv", "epoch,loss\n0,1.0\n", "unknown"),
        ("results.csv", "question,prompt,answer,question_id,evil\na,b,c,d,1\n", "unknown"),
        ("notes.txt", "\n", "empty"),
        ("notes.txt", "", "empty"),
        ("info.txt", "Remember the milk.\n", "unknown"),
        ("train.log", "Epoch 1: done\n{'accuracy': 0.5}\n", "unknown"),
        ("talk.jsonl", '{"text": "it printed {\'loss\': 1.0, \'epoch\': 1}"}\n', "unknown"),
        ("._results.csv", "\0\5\26\7", None),
        ("results.csv", "\0" * 500, "unread"),
        ("data.unknown", "whatever it is", "passed"),
        ("core", "\x7fELF" + "\0" * 100, "passed"),
    ],
)  # fmt: skip
def test_files_of_others_are_listed_and_not_refused(
    tmp_path: Path, name: str, content: str, state: str | None
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_text(content)
    outcomes = list(running.run(tmp_path / "data", finding.find([tmp_path / "in"]).units))
    assert [outcome.state for outcome in outcomes] == ([state] if state else [])
    assert not any(outcome.refused for outcome in outcomes)


def test_an_archive_that_holds_a_table_is_no_table(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "results.zip", "w") as packed:
        packed.writestr("a.csv", ROWS)
    (outcome,) = running.run(tmp_path / "data", [[tmp_path / "results.zip"]])
    assert outcome.state == "unread"
    assert "a zip archive, which is not read: say in a study map what" in outcome.notices[0][1]
    assert "`brittlescope map` drafts one), or unpack it" in outcome.notices[0][1]


def mapping(tmp_path: Path, study: str, pattern: str) -> Path:
    path = tmp_path / f"{study}.yaml"
    path.write_text(
        f"study: {study}\nset: {{experiment: emergent-misalignment, intervention: none}}\n"
        f'files: [{{path: "{pattern}"}}]\n'
    )
    return path


def test_two_mappings_keep_both_of_two_studies(tmp_path: Path) -> None:
    units = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "M-D.CSV").write_text(ROWS)
        units.append([tmp_path / folder / "M-D.CSV"])
    states = []
    for study in ("a", "b", "a"):
        told = load(mapping(tmp_path, study, f"{study}/{{model}}-{{dataset}}.csv"))
        states.append([o.state for o in running.run(tmp_path / "data", units, None, told)])
    assert states == [["imported"] * 2, ["unchanged", "imported"], ["unchanged"] * 2]
    assert [o.state for o in running.run(tmp_path / "data", units)] == ["unchanged"] * 2


def test_a_module_that_cannot_be_loaded_is_named_and_the_others_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    empty = types.ModuleType("pipeline.importers.half")
    monkeypatch.setitem(sys.modules, "pipeline.importers.half", empty)
    names = (f"{importers.__name__}.half", f"{importers.__name__}.gone", brittle_results.__name__)
    monkeypatch.setattr(importers, "_MODULES", names)
    importers._loaded.cache_clear()
    try:
        assert list(importers.each()) == [brittle_results]
        assert "has no attribute 'NAME'" in importers.broken()[names[0]]
        assert "No module named" in importers.broken()[names[1]]
    finally:
        importers._loaded.cache_clear()
