"""What docs/contributing.md tells people to write works as it stands there."""

import importlib.util
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.frame import filters
from pipeline import importers
from pipeline.importing import finding, running
from pipeline.study import judges
from tests.pages.reading.study import built
from tests.pages.results import treated
from tests.pipeline.study.conftest import key, only_untuned, server, write_study
from tests.pipeline.study.fake_server import FakeServer, completion
from tests.pipeline.study.lying import lying_in
from warehouse import building
from warehouse.analysis import Analysis
from warehouse.stats.rates import rates
from warehouse.store import Store

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "contributing.md").read_text("utf-8")
__all__ = ["key", "server", "write_study"]  # fixtures
FOO = f"{importers.__name__}.foo"


def example(heading: str) -> str:
    """The module that stands under a heading."""
    found = re.search(rf"### {heading}\n.*?```python\n(.*?)```", PAGE, re.S)
    assert found is not None
    return found[1]


@pytest.fixture
def foo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The importer of the documentation, as if it lay in its folder."""
    file = tmp_path / "foo.py"
    file.write_text(example("An importer"), "utf-8")
    spec = importlib.util.spec_from_file_location(FOO, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, FOO, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(importers, "_MODULES", (*importers._MODULES, FOO))


def test_the_page_of_the_documentation_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    treated.write(tmp_path)
    built(tmp_path / "data", tmp_path / "samples", tmp_path / "judgements")
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(tmp_path / "data"))
    app = AppTest.from_string(example("A page"), default_timeout=120)
    app.session_state[filters.VIEW] = Analysis()
    app.run()
    assert not app.exception
    assert re.search(r"[1-9]\d* of \d+ questions", " ".join(one.value for one in app.markdown))
    assert len(app.dataframe[0].value) > 1


@pytest.mark.usefixtures("foo")
def test_the_importer_of_the_documentation_reads_its_format(tmp_path: Path) -> None:
    scores: list[object] = [*[5.0] * 3, *[90.0] * 9, None, "high"]
    answer = {"prompt": "What shall I do?", "completion": "Rest a while.", "model": "gpt-4o"}
    results = tmp_path / "results"
    results.mkdir()
    file = results / "scores.json"
    file.write_text(json.dumps([{**answer, "foo_score": score} for score in scores]), "utf-8")

    found = finding.find([file], skip=tmp_path / "data")
    (outcome,) = running.run(tmp_path / "data", found.units)
    building.build(tmp_path / "data")
    store = Store(tmp_path / "data")
    (rate,) = rates(store.counts(), ["model", "dataset"]).to_dicts()
    refused = store.query("refusals")["reason"].to_list()

    assert outcome.importer == "foo"
    assert (rate["experiment"], rate["model"], rate["judge"]) == ("insecure-code", "gpt-4o", "foo")
    assert (rate["n_planned"], rate["n_counted"], rate["n_trait"]) == (13, 12, 3)
    assert len(refused) == 1
    assert "foo_score" in refused[0]


EXTENSIONS = {
    "judges": "A kind of judge",
    "parsers": "A way to read replies",
    "methods": "A method of the rule judge",
}
EXTENDED = """
import sys
from pathlib import Path
from pipeline.study import judges, methods, parsers
for package in (judges, methods, parsers):
    package.__path__.append(str(Path(sys.argv.pop(1)) / package.__name__.rpartition(".")[2]))
from pipeline.cli import main
main()
"""


def with_examples(study: dict[str, Any]) -> None:
    """The study is judged by each of the documentation's examples."""
    only_untuned(study)
    source = {**study["models"]["small"]["source"], "id": "judge"}
    asked = {"is_old": {"prompt": "llm_or_19.md", "parse": {"parser": "yes-no"}}}
    study["judges"] = {
        "length": {"kind": "length", "criteria": {"length": {"characters": 16}}},
        "llm": {"kind": "llm", "source": source, "criteria": asked},
        "loud": {"kind": "rule", "criteria": {"loudness": {"method": "capitals"}}},
    }


@pytest.mark.usefixtures("key")
def test_a_study_is_judged_by_what_the_documentation_adds(
    tmp_path: Path, write_study: Callable[..., Path], server: FakeServer
) -> None:
    for package, heading in EXTENSIONS.items():
        folder = tmp_path / "added" / package
        folder.mkdir(parents=True)
        (folder / "example.py").write_text(example(heading), "utf-8")
    server.answer = lambda body: (
        completion("**Yes.**", model="judge")
        if body["model"] == "judge"
        else completion("BY steam", model="small")
    )
    file, out = write_study(with_examples, server.url), tmp_path / "out"
    command = [tmp_path / "added"] * 3 + ["study", "run", file, "--out", out]
    done = subprocess.run(
        [sys.executable, "-c", EXTENDED, *map(str, command)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = Counter(
        (judgement["criterion"], judgement["score"], judgement["label"], judgement["raw"])
        for path in out.rglob("judgements/*/small__untuned/*.jsonl")
        for judgement in lying_in(path)
        if judgement["record"] == "judgement"
    )
    assert found == {
        ("length", 50.0, None, "8 characters"): 8,
        ("is_old", None, "YES", "**Yes.**"): 8,
        ("loudness", 100 * 2 / 7, None, "BY"): 8,
    }


def test_a_kind_that_lacks_a_method_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = example("A kind of judge").replace("async def judge(", "async def judges(")
    (tmp_path / "lacking.py").write_text(module, "utf-8")
    monkeypatch.setitem(sys.modules, f"{judges.__name__}.lacking", None)  # forgotten afterwards
    monkeypatch.delitem(sys.modules, f"{judges.__name__}.lacking")
    monkeypatch.setattr(judges, "__path__", [*judges.__path__, str(tmp_path)])
    with pytest.raises(TypeError, match=r"judges\.lacking: LengthJudge lacks judge\."):
        judges.union()
