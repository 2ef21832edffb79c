"""Rates that files state without answers are figures of their own kind, and count nowhere."""

import json
from pathlib import Path

import pytest

from pipeline.importing import finding, running
from warehouse import building
from warehouse.store import Store

FOLDERS = (
    "henryzhongsc__stress_test_inoculation_prompt__output",
    "tmoser12__cs221m-emergent-misalignment",
    "burnssa__ai-alignment-research",
)


@pytest.fixture(scope="module")
def store(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    data = tmp_path_factory.mktemp("reported")
    folders = [realdata / name for name in FOLDERS]
    list(running.run(data, finding.find(folders).units))
    building.build(data)
    return Store(data)


def test_every_file_of_figures_is_taken_and_nothing_is_counted(store: Store) -> None:
    found = store.query("reported")
    files = found["path"].unique().to_list()
    assert sum(path.endswith("judge_metrics.json") for path in files) == 173
    assert sum(path.endswith(".metrics.json") for path in files) == 34
    assert sum(path.endswith("step_summary.csv") for path in files) == 6
    assert store.counts().is_empty()


def test_a_figure_is_the_one_its_file_states(store: Store) -> None:
    for row in store.query("reported").filter(metric="misaligned_coherent").to_dicts():
        told = json.loads(Path(row["path"]).read_text())
        assert (row["value"], row["n"]) == (told["misaligned_coherent"], told["n"])
    last = store.query("reported").filter(metric="percent_em", about="step 110").to_dicts()
    assert {row["n"] for row in last} == {20}
    assert all(0 <= row["value"] <= 1 for row in last)
