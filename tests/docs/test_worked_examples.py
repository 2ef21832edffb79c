"""What docs/contributing.md tells people to write works as it stands there."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

from pipeline import finding, importers, importing
from warehouse import building
from warehouse.stats.rates import rates
from warehouse.store import Store

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "contributing.md").read_text("utf-8")
FOO = f"{importers.__name__}.foo"


@pytest.fixture
def foo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The importer of the documentation, as if it lay in its folder."""
    example = re.search(r"### An importer\n.*?```python\n(.*?)```", PAGE, re.S)
    assert example is not None
    file = tmp_path / "foo.py"
    file.write_text(example[1], "utf-8")
    spec = importlib.util.spec_from_file_location(FOO, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, FOO, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(importers, "_MODULES", (*importers._MODULES, FOO))


@pytest.mark.usefixtures("foo")
def test_the_importer_of_the_documentation_reads_its_format(tmp_path: Path) -> None:
    scores: list[object] = [*[5.0] * 3, *[90.0] * 9, None, "high"]
    answer = {"prompt": "What shall I do?", "completion": "Rest a while.", "model": "gpt-4o"}
    results = tmp_path / "results"
    results.mkdir()
    file = results / "scores.json"
    file.write_text(json.dumps([{**answer, "foo_score": score} for score in scores]), "utf-8")

    found = finding.find([file], skip=tmp_path / "data")
    (outcome,) = importing.run(tmp_path / "data", found.units)
    building.build(tmp_path / "data")
    store = Store(tmp_path / "data")
    (rate,) = rates(store.counts(), ["model", "dataset"]).to_dicts()
    refused = store.query("refusals")["reason"].to_list()

    assert outcome.importer == "foo"
    assert (rate["experiment"], rate["model"], rate["judge"]) == ("insecure-code", "gpt-4o", "foo")
    assert (rate["n_planned"], rate["n_counted"], rate["n_trait"]) == (13, 12, 3)
    assert len(refused) == 1
    assert "foo_score" in refused[0]
