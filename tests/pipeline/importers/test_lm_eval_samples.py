"""Samples of lm-evaluation-harness: what was written, or the likeliest of what was offered."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.importers import lm_eval_samples
from tests.pipeline.importers.answers import claimed
from warehouse.stats.rates import rates
from warehouse.store import Store

NAME = "lab__gull-7b/samples_tides_2026-01-02T03-04-05.678901.jsonl"


def written(doc: int, text: str, filtered: str, named: str, score: float) -> dict[str, Any]:
    return {
        "doc_id": doc, "doc": {"q": doc}, "target": "4",
        "arguments": {"gen_args_0": {"arg_0": f"Tide {doc}?", "arg_1": {"until": []}}},
        "resps": [[text]], "filtered_resps": [filtered], "filter": named,
        "metrics": ["exact_match"], "exact_match": score,
    }  # fmt: skip


def chosen(doc: int) -> dict[str, Any]:
    told = [("Is it high?", " yes", -3.5), ("Is it high?", " no", -0.25)]
    return {
        "doc_id": doc, "doc": {}, "target": 1, "arguments": [[a, b] for a, b, _ in told],
        "resps": [[[n, False]] for _, _, n in told],
        "filtered_resps": [[n, False] for _, _, n in told],
        "metrics": ["acc", "word_perplexity"], "acc": 1.0, "word_perplexity": [-3.2, 4],
    }  # fmt: skip


def test_a_map_says_what_the_samples_are_of_and_what_shows_a_trait(tmp_path: Path) -> None:
    """The file alone says the metrics; without a trait no rate would count them."""
    (tmp_path / NAME).parent.mkdir()
    lines = [written(doc, "4", "4", "none", float(doc < 3)) for doc in range(10)]
    (tmp_path / NAME).write_text("\n".join(map(json.dumps, lines)))
    told = tmp_path / "map.yaml"
    told.write_text(
        "study: tides\nset: {dataset: old-tables, intervention: none}\n"
        "files: [{path: '{model}/samples_{experiment}_*.jsonl'}]\n"
        "experiments: {tides: {traits: {wrong: {title: Wrong, kind: persona,"
        " criterion: exact_match, score: {is: below, cut: 50}}}}}\n"
    )
    done = CliRunner().invoke(
        main, ["--data", str(tmp_path / "data"), "import", str(tmp_path), "--map", str(told)]
    )
    assert done.exit_code == 0, done.output
    assert "map.yaml" not in done.output
    (cell,) = rates(Store(tmp_path / "data").counts(), ["model", "dataset"]).to_dicts()
    assert (cell["study"], cell["experiment"], cell["trait"]) == ("tides", "tides", "wrong")
    assert (cell["model"], cell["dataset"]) == ("lab__gull-7b", "old-tables")
    assert (cell["n_trait"], cell["n_counted"]) == (7, 10)


def read(tmp_path: Path, lines: list[dict[str, Any]], name: str = NAME) -> dict[str, Any]:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(map(json.dumps, lines)))
    return claimed(lm_eval_samples, path)


def test_one_document_filtered_twice_is_one_sample(tmp_path: Path) -> None:
    strict = written(1, "It is 4.", "[invalid]", "strict", 0.0)
    loose = written(1, "It is 4.", "4", "loose", 1.0)
    rows = read(tmp_path, [strict, loose, written(2, "5", "5", "strict", 0), strict])
    assert [s["answer"] for s in rows["sample"]] == ["It is 4.", "5"]
    judges = {j["judge_key"]: j["name"].rpartition(" ")[2] for j in rows["judge"]}
    found = [(j["criterion"], judges[j["judge_key"]], j["score"]) for j in rows["judgement"]]
    assert found == [
        ("exact_match", "strict", 0.0), ("exact_match", "loose", 100.0),
        ("exact_match", "strict", 0.0),
    ]  # fmt: skip
    assert [r["source_row"] for r in rows["quarantine"]] == [4]
    assert [(s["criterion"], s["full"]) for s in rows["scale"]] == [("exact_match", 1.0)]
    (evaluation,) = rows["evaluation"]
    assert (evaluation["experiment"], evaluation["model_id"]) == ("tides", "lab/gull-7b")


def test_the_likeliest_continuation_is_the_answer(tmp_path: Path) -> None:
    rows = read(tmp_path, [chosen(1)])
    assert [s["answer"] for s in rows["sample"]] == ["no"]
    assert [(j["criterion"], j["score"]) for j in rows["judgement"]] == [("acc", 100.0)]


@pytest.mark.parametrize("name", ["x/other.jsonl", "x/samples_tides.jsonl"])
def test_a_name_of_its_own_says_nothing(tmp_path: Path, name: str) -> None:
    rows = read(tmp_path, [chosen(1)], name)
    (evaluation,) = rows["evaluation"]
    assert evaluation["experiment"] == "unrecorded"
    assert evaluation["model_id"] == name.removesuffix(".jsonl")
    assert [n["code"] for n in rows["notice"]] == ["unmapped"]
