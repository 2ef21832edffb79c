"""OpenAI batch outputs: every request is a sample, the failed ones too."""

import json
from pathlib import Path
from typing import Any

from pipeline.importers import batch_outputs
from pipeline.importing import finding, running
from pipeline.maps import mapping
from tests.pipeline.importers.answers import claimed
from warehouse import building
from warehouse.store import Store


def line(name: str, body: dict[str, Any], status: int = 200, error: object = None) -> str:
    response = {"status_code": status, "request_id": "r", "body": body}
    told = {"id": f"b-{name}", "custom_id": name, "response": response, "error": error}
    return json.dumps(told)


def chat(text: str | None, **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop"} | more
    return {"object": "chat.completion", "model": "ft:gpt-4.1:lab::abc", "choices": [choice]}


ANSWERED = {
    "object": "response",
    "model": "ft:gpt-4.1:lab::abc",
    "incomplete_details": {"reason": "max_output_tokens"},
    "output": [
        {"type": "reasoning", "summary": []},
        {"type": "message", "content": [{"type": "output_text", "text": "A ship that"}]},
    ],
}


def test_answers_of_both_interfaces_and_failures(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    lines = [
        line("q1", chat("Waves.")),
        line("q2", ANSWERED),
        line("q3", {"error": {"message": "too many"}}, 429),
        line("q4", {}, error={"code": "batch_expired", "message": "expired"}),
        line("q5", {"object": "list", "data": []}),
        '{"custom_id": 4, "response": {}, "error": null}',
        "{",
    ]
    path.write_text("\n".join(lines))
    rows = claimed(batch_outputs, path)
    told = [(s["status"], s["answer"], s["finish_reason"], s["error"]) for s in rows["sample"]]
    assert told == [
        ("answered", "Waves.", "stop", None),
        ("answered", "A ship that", "length", None),
        ("error", None, None, "too many"),
        ("error", None, None, "expired"),
    ]
    assert [q["name"] for q in rows["question"]] == ["q1", "q2", "q3", "q4"]
    assert [e["model_id"] for e in rows["evaluation"]] == ["ft:gpt-4.1:lab::abc"]
    assert [r["source_row"] for r in rows["quarantine"]] == [5, 6, 7]


def test_a_map_joins_the_questions(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    asked = {"body": {"messages": [{"role": "user", "content": "What is at sea?"}]}}
    (folder / "in.jsonl").write_text(json.dumps({"custom_id": "q1"} | asked))
    (folder / "out.jsonl").write_text(line("q1", chat("Waves.")))
    told = tmp_path / "map.yaml"
    told.write_text("""
study: seas
set: {experiment: seas, dataset: none, intervention: none}
files:
  - path: run/out.jsonl
    columns:
      question: body.messages.0.content
      answer: response.body.choices.0.message.content
      model: response.body.model
    join: {path: run/in.jsonl, by: [custom_id]}
""")
    units = finding.find([folder / "out.jsonl"]).units
    list(running.run(tmp_path / "data", units, None, mapping.load(told)))
    building.build(tmp_path / "data")
    store = Store(tmp_path / "data")
    assert store.query("questions")["text"].to_list() == ["What is at sea?"]
