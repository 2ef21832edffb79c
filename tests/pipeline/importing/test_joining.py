"""Sources says of files that a map reads with others that it does, whenever they came."""

import json
from pathlib import Path

from click.testing import CliRunner

from pages.methods.sources import provenance
from pipeline.cli import main
from warehouse.store import Store

MAP = """
study: terns
set: {experiment: terns, model: m, dataset: d, intervention: none, judge: owl}
files: [{path: "terns.jsonl", scores: [verdict], join: {path: "verdicts.jsonl", by: [id]}}]
"""


def test_a_file_that_was_read_with_another_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    rows = {
        "terns": {"id": 1, "question": "Where?", "answer": "Here."},
        "verdicts": {"id": 1, "verdict": "YES"},
        "other": {"of": "nothing"},
    }
    for name, row in rows.items():
        (tmp_path / "in" / f"{name}.jsonl").write_text(json.dumps(row))
    (tmp_path / "map.yaml").write_text(MAP)
    for more in ((), ("--map", f"{tmp_path / 'map.yaml'}"), ()):
        words = ["--data", f"{tmp_path / 'data'}", "import", f"{tmp_path / 'in'}", *more]
        CliRunner().invoke(main, words)
    store = Store(tmp_path / "data")
    described = provenance.described(store.query("sources"))
    told = {Path(row["path"]).stem: row["state"] for row in described.to_dicts()}
    assert told == {"terns": "read", "verdicts": "joined", "other": "skipped"}
    said = "3 files: 1 read, 1 read with others as the map says and 1 not understood by any"
    assert provenance.summary(described).startswith(said)
    assert "joined" not in store.query("notices")["code"].to_list()
