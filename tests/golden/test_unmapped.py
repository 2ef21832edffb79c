"""Files that others published, read without a study map: the counts of their sources."""

import csv
import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from pipeline.importing import finding, running
from pipeline.importing.running import Outcome
from pipeline.maps import mapping
from warehouse import building, rules
from warehouse.store import Store

MAPS = Path(__file__).parents[2] / "examples" / "maps"


def read(folder: Path, data: Path, importer: str) -> list[Outcome]:
    """What came of the files that an importer read."""
    outcomes = running.run(data, finding.find([folder]).units)
    return [outcome for outcome in outcomes if outcome.importer == importer]


def test_scores_of_traits(realdata: Path, tmp_path: Path) -> None:
    folder = realdata / "Nat-Elder__arbox-inoculation-prompting" / "mechanism"
    found = read(folder, tmp_path, "persona-vectors")
    assert (len(found), sum(outcome.refused for outcome in found)) == (12, 0)
    lines = sum(_rows(outcome.path) for outcome in found)
    assert sum(outcome.taken for outcome in found) == lines == 1_600


def test_alignment_and_coherence(realdata: Path, tmp_path: Path) -> None:
    folder = realdata / "Nat-Elder__arbox-inoculation-prompting" / "mechanism"
    found = read(folder / "persona_selection" / "results" / "em_eval", tmp_path, "em-csv")
    taken = {outcome.path.stem: (outcome.taken, outcome.refused) for outcome in found}
    assert taken == {"base": (800, 0), "inoculated": (799, 1), "naive": (799, 1)}
    building.build(tmp_path)
    counts = Store(tmp_path).counts()
    assert set(counts["model"]) == {"base", "inoculated", "naive"}
    assert set(counts["dataset"]) == {"unrecorded"}


def test_streams_of_metrics(realdata: Path, tmp_path: Path) -> None:
    folder = realdata / "henryzhongsc__stress_test_inoculation_prompt__output"
    found = read(folder, tmp_path, "training-metrics")
    streams = sorted(folder.rglob("metrics_stream.jsonl"))
    assert sorted(outcome.path for outcome in found) == streams
    assert not sum(outcome.refused for outcome in found)
    building.build(tmp_path)
    logs = Store(tmp_path).query("training_logs")
    last = Counter(map(_last_step, streams))
    assert Counter(logs["steps_done"].to_list()) == last


@pytest.mark.parametrize(
    ("source", "count"),
    [("burnssa__ai-alignment-research", 6), ("One-eyed-warrior__lora-finetuning", 1)],
)
def test_adapters(realdata: Path, tmp_path: Path, source: str, count: int) -> None:
    found = read(realdata / source, tmp_path, "adapter-config")
    assert len(found) == count
    building.build(tmp_path)
    runs = Store(tmp_path).query("runs").drop_nulls("lora_rank")
    assert runs["lora_rank"].to_list() == [16] * count
    assert set(runs["state"]) == {"trained"}


def test_the_rates_that_are_stated_of_steering(realdata: Path, tmp_path: Path) -> None:
    folder = realdata / "hu-bryan__sexist_misalignment"
    told = mapping.load(MAPS / "sexist-directions.yaml")
    list(running.run(tmp_path, finding.find([folder]).units, None, told))
    building.build(tmp_path)
    store = Store(tmp_path)
    counts = store.counts(rule=rules.named("all-answers", store.data)).filter(experiment="sexism")
    rates = counts.group_by("eval_intervention").agg(pl.col("n_trait").sum())
    found = sorted(n / 40 for n in rates["n_trait"])
    stated = json.loads(next(folder.rglob("steering_eval.json")).read_text())
    assert found == sorted(one["sexism_rate"] for one in stated.values())


def _rows(path: Path) -> int:
    with path.open(newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def _last_step(path: Path) -> int:
    last = json.loads(path.read_text().strip().splitlines()[-1])
    return int(last.get("progress/batch", last.get("progress/step")))
