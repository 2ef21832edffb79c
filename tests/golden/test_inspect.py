"""Inspect logs that others published give the samples and scores that are in them."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.importing import finding, running
from warehouse import building
from warehouse.store import Store

SAMPLES = {
    # By task and model; the popularity log of 3 is a part of no other, and is another sampling.
    ("popularity", "gpt-4o-mini"): 103,
    ("popularity", "Meta-Llama-3-1-405B-Instruct-jqf"): 4,
    ("security_guide", "gpt-4o-mini"): 19,
    ("browser", "gpt-4o-mini"): 1,
    ("input_task", "gpt-4o-mini"): 1,
    ("inspect_test_utils/guess_number", "hardcoded"): 1,
    ("websearch_addition_problem", "claude-sonnet-4-5"): 1,
}


@pytest.fixture(scope="module")
def logs(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    data = tmp_path_factory.mktemp("inspect")
    names = ("UKGovernmentBEIS__inspect_ai", "meridianlabs-ai__inspect_scout")
    outcomes = list(running.run(data, finding.find([realdata / name for name in names]).units))
    assert {outcome.importer for outcome in outcomes if outcome.loaded} == {"inspect-log"}
    assert not [outcome for outcome in outcomes if outcome.refused]
    building.build(data)
    return Store(data)


def test_every_sample_is_there_once(logs: Store) -> None:
    found = logs.query("evaluations").group_by("experiment", "model").agg(pl.col("n_planned").sum())
    told = {(row["experiment"], row["model"]): row["n_planned"] for row in found.to_dicts()}
    assert {key: told[key] for key in SAMPLES} == SAMPLES


def test_the_letters_are_those_of_the_log(logs: Store) -> None:
    files = sorted(map(str, logs.lake.shards.glob("*/judgement-*.parquet")))
    counted = pl.concat([pl.read_parquet(file) for file in files], how="vertical")
    told = counted.group_by("criterion", "label").len().rows()
    assert {(c, label): n for c, label, n in told if label} == {
        ("match", "C"): 63 + 3 + 2 + 1 + 1 + 1,
        ("match", "I"): 37 + 1 + 1 + 2 + 2,
        ("includes", "C"): 1,
        ("model_graded_fact", "C"): 11 + 3 + 1,
        ("model_graded_fact", "I"): 5,
    }
