"""promptfoo's results: each assertion a criterion, each failed call an error and no zero."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.errors import RefusedFile
from pipeline.importers import promptfoo_results
from pipeline.importing import claiming
from pipeline.maps import mapping
from tests.pipeline.importers.answers import claimed
from warehouse import records


def result(number: int, output: object, parts: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "promptIdx": 0, "testIdx": number, "vars": {"place": number},
        "provider": {"id": "openai:chat:gpt-4.1-mini", "label": ""},
        "prompt": {"raw": json.dumps([{"role": "system", "content": "Be brief."},
                                      {"role": "user", "content": f"Where is {number}?"}])},
        "response": {"output": output}, "success": bool(parts and parts[0]["pass"]),
        "gradingResult": {"pass": True, "score": 1, "componentResults": parts},
    } | more  # fmt: skip


def part(kind: str, score: object, metric: str | None = None) -> dict[str, Any]:
    assertion = {"type": kind} | ({"metric": metric} if metric else {})
    return {"pass": score == 1, "score": score, "reason": f"it is {score}", "assertion": assertion}


RESULTS = [
    result(0, "Here.", [part("llm-rubric", 0.25, "kind"), part("contains", 1)]),
    result(1, {"a": 1}, [part("contains", 1), part("contains", 0), part("javascript", 40)]),
    result(2, None, [], error="429 too many requests", failureReason=2),
    {"prompt": {"raw": " "}},
]


def document(results: object, **config: str) -> str:
    inside = {"version": 3, "timestamp": "2026-01-02", "prompts": [], "results": results}
    return json.dumps({"evalId": "eval-1", "results": inside, "config": config}, indent=1)


def test_a_document(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(document(RESULTS, description="places"))
    rows = claimed(promptfoo_results, path)
    told = [(s["status"], s["answer"], s["error"]) for s in rows["sample"]]
    assert told == [
        ("answered", "Here.", None),
        ("answered", '{"a": 1}', None),
        ("error", None, "429 too many requests"),
    ]
    assert [(q["text"], q["system_prompt"]) for q in rows["question"]] == [
        (f"Where is {n}?", "Be brief.") for n in range(3)
    ]
    kinds = {j["judge_key"]: j["kind"] for j in rows["judge"]}
    found = [
        (j["criterion"], kinds[j["judge_key"]], j["status"], j["score"], j["label"])
        for j in rows["judgement"]
    ]
    assert found == [
        ("passed", "rule", "scored", None, "FALSE"), ("kind", "llm", "scored", 25.0, None),
        ("contains", "rule", "scored", 100.0, None), ("passed", "rule", "scored", None, "TRUE"),
        ("contains", "rule", "scored", 100.0, None), ("contains 2", "rule", "scored", 0.0, None),
        ("javascript", "rule", "unparsed", None, None),
    ]  # fmt: skip
    assert [r["source_row"] for r in rows["quarantine"]] == [2, 4]
    (evaluation,) = rows["evaluation"]
    assert (evaluation["experiment"], evaluation["model_id"]) == ("places", "gpt-4.1-mini")


@pytest.mark.parametrize("version", [{"version": 1}, {}])
def test_a_summary_without_the_evaluation_around_it(
    tmp_path: Path, version: dict[str, int]
) -> None:
    path = tmp_path / "summary.json"
    path.write_text(json.dumps({**version, "results": RESULTS[:2], "stats": {"successes": 1}}))
    rows = claimed(promptfoo_results, path)
    assert [s["answer"] for s in rows["sample"]] == ["Here.", '{"a": 1}']


def test_lines(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text("\n".join(map(json.dumps, RESULTS[:2])))
    rows = claimed(promptfoo_results, path)
    assert len(rows["sample"]) == 2
    (evaluation,) = rows["evaluation"]
    assert evaluation["experiment"] == "unrecorded"
    assert "results" in evaluation["eval_intervention"]


def test_a_document_without_results_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(document({"a": 1}))
    with pytest.raises(RefusedFile, match="no list of results"):
        claimed(promptfoo_results, path)


def test_where_a_file_tells_several_models_a_map_makes_no_one_of_them(tmp_path: Path) -> None:
    results = [result(n, "Here.", [part("contains", 1)]) for n in range(2)]
    results += [result(2, "There.", [part("contains", 1)], provider={"id": "lab:gull-7b"})]
    path = tmp_path / "out.json"
    path.write_text(document(results))
    told = tmp_path / "map.yaml"
    told.write_text(
        "study: places\nset: {experiment: places, model: tern, dataset: none, intervention: none}\n"
        "files: [{path: 'out.json'}]\n"
    )
    source, _ = claiming.looked_at(path, mapping.load(told))
    assert claiming.importer_for(source) is promptfoo_results
    frames = [frame for name, frame in promptfoo_results.read(source) if name == "evaluation"]
    rows = records.conform("evaluation", pl.concat(frames, how="diagonal_relaxed")).to_dicts()
    assert {row["experiment"] for row in rows} == {"places"}
    assert len({row["model"] for row in rows}) == 2
