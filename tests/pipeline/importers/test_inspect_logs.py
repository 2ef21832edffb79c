"""Inspect logs of every make: nothing in them is lost, nothing merged, and none of them kills."""

import json
import struct
import zipfile
import zlib
from collections import defaultdict
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.errors import RefusedFile
from pipeline.files import zipped as zips
from pipeline.importers import inspect_logs
from pipeline.importers.inspect_logs import document, log
from pipeline.importing import claiming, running
from pipeline.maps import mapping
from warehouse import building, conversation, records
from warehouse.lake import Lake
from warehouse.store import Store

Rows = dict[str, list[dict[str, Any]]]

SYSTEM = {"role": "system", "content": "Answer like a ferryman."}


def sample(number: int = 1, epoch: int = 1, answer: Any = "The river is high.", **more: Any) -> Any:
    asked = f"Is crossing {number} safe?"
    reply = {"role": "assistant", "content": answer}
    return {
        "id": number,
        "epoch": epoch,
        "input": asked,
        "target": "no",
        "messages": [SYSTEM, {"role": "user", "content": asked}, reply],
        "output": {"model": "m", "choices": [{"message": reply, "stop_reason": "stop"}]},
        "scores": {"match": {"value": "C", "answer": "no"}},
        "events": [{"event": "info", "data": "x" * 50}],
    } | more


def header(status: str = "success", version: int = 2, **more: Any) -> dict[str, Any]:
    task = {
        "task": "crossings",
        "model": "openai/gpt-4o-mini",
        "eval_id": "e1",
        "created": "2025-01-02T03:04:05+00:00",
        "dataset": {"samples": 2, "sample_ids": [1, 2]},
        "config": {"epochs": 1},
        "model_generate_config": {"temperature": 0.5, "max_tokens": 64},
        "model_roles": {"grader": {"model": "openai/gpt-4o"}},
    }
    return {"version": version, "status": status, "eval": task | more, "plan": {"config": {}}}


def zipped(path: Path, members: dict[str, Any], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as log:
        for name, content in members.items():
            log.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return path


def members(*samples: Any, head: dict[str, Any] | None = None) -> dict[str, Any]:
    head = head or header()
    start = {"version": head["version"], "eval": head["eval"], "plan": head["plan"]}
    named = {f"samples/{s['id']}_epoch_{s['epoch']}.json": s for s in samples}
    return {"_journal/start.json": start, **named, "header.json": head}


def archived(tmp_path: Path, *samples: Any, head: dict[str, Any] | None = None) -> Rows:
    return read(zipped(tmp_path / "log.eval", members(*samples, head=head)))


def written(tmp_path: Path, *samples: Any, head: dict[str, Any] | None = None) -> Rows:
    path = tmp_path / "log.json"
    path.write_text(json.dumps((head or header()) | {"samples": samples}, indent=1))
    return read(path)


def read(path: Path) -> Rows:
    found: Rows = defaultdict(list)
    source, _ = claiming.looked_at(path)
    assert claiming.importer_for(source) is inspect_logs
    for relation, frame in inspect_logs.read(source):
        found[relation] += records.conform(relation, frame).to_dicts()
    return found


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("make", [archived, written])
def test_a_log_says_the_same_in_either_form_and_every_version(
    make: Any, version: int, tmp_path: Path
) -> None:
    rows = make(tmp_path, sample(1), sample(2, answer="Swim."), head=header(version=version))
    [evaluation] = rows["evaluation"]
    assert evaluation["experiment"] == "crossings"
    assert (evaluation["model"], evaluation["model_id"]) == ("gpt-4o-mini", "openai/gpt-4o-mini")
    assert (evaluation["temperature"], evaluation["max_tokens"]) == (0.5, 64)
    assert (evaluation["dataset"], evaluation["intervention"]) == ("unrecorded", "unrecorded")
    assert [q["text"] for q in rows["question"]] == ["Is crossing 1 safe?", "Is crossing 2 safe?"]
    assert {q["system_prompt"] for q in rows["question"]} == {"Answer like a ferryman."}
    assert [s["answer"] for s in rows["sample"]] == ["The river is high.", "Swim."]
    assert [(s["status"], s["conversation"]) for s in rows["sample"]] == [("answered", None)] * 2
    assert [(j["criterion"], j["status"], j["label"]) for j in rows["judgement"]] == [
        ("match", "scored", "C")
    ] * 2
    assert rows["judge"][0] | {"judge_key": "", "prompt_version": None} == {
        "judge_key": "", "kind": "rule", "name": "match", "prompt_version": None,
        "variant_of": None, "is_copied": None,
    }  # fmt: skip
    assert rows["quarantine"] == rows["notice"] == []


def test_the_first_logs_had_one_score(tmp_path: Path) -> None:
    old = sample(scores=None, score={"value": "I"})
    assert [j["label"] for j in written(tmp_path, old)["judgement"]] == ["I"]


def test_every_value_of_a_score_has_its_outcome(tmp_path: Path) -> None:
    values = {
        "letter": "P",
        "number": 62.5,
        "truth": True,
        "several": {"harm": 10, "tone": {"dry": False}},
        "listed": [1, "warm"],
        "none": None,
        "outside": -4,
    }
    scores = {name: {"value": value} for name, value in values.items()}
    text = json.dumps(sample(scores=scores)).replace('"none": {"value": null}', '"none": {}')
    rows = archived(tmp_path, json.loads(text))
    found = {j["criterion"]: (j["status"], j["score"], j["label"]) for j in rows["judgement"]}
    assert found == {
        "letter": ("scored", None, "P"),
        "number": ("scored", 62.5, None),
        "truth": ("scored", None, "true"),
        "several.harm": ("scored", 10.0, None),
        "several.tone.dry": ("scored", None, "false"),
        "listed.1": ("scored", 1.0, None),
        "listed.2": ("scored", None, "WARM"),
        "none": ("missing", None, None),
        "outside": ("unparsed", None, None),
    }
    assert ["outside" in q["reason"] for q in rows["quarantine"]] == [True]


def test_a_score_that_is_not_a_number_is_missing_and_costs_nothing(tmp_path: Path) -> None:
    head = json.dumps(header())[:-1]
    told = json.dumps(sample(scores={"s": {"value": 7}})).replace('"value": 7', '"value": NaN')
    path = tmp_path / "log.json"
    path.write_text(f'{head}, "samples": [{told}, {json.dumps(sample(2))}]}}')
    rows = read(path)
    assert [s["answer"] for s in rows["sample"]] == ["The river is high."] * 2
    assert [j["status"] for j in rows["judgement"]] == ["missing", "scored"]


def test_a_grader_is_called_by_its_model(tmp_path: Path) -> None:
    graded = sample(scores={"model_graded_fact": {"value": "C", "explanation": "It says so."}})
    rows = archived(tmp_path, graded)
    assert [(j["kind"], j["name"]) for j in rows["judge"]] == [
        ("llm", "model_graded_fact · openai/gpt-4o")
    ]
    assert [j["raw"] for j in rows["judgement"]] == ["It says so."]


def test_epochs_are_samples_of_one_question(tmp_path: Path) -> None:
    rows = archived(tmp_path, sample(1, 1), sample(1, 2, answer="It is low."))
    assert len(rows["question"]) == 1
    assert [(s["question_key"], s["sample_index"]) for s in rows["sample"]] == [(0, 1), (0, 2)]


def test_thoughts_parts_and_attachments_are_what_they_are(tmp_path: Path) -> None:
    parts = [
        {"type": "reasoning", "reasoning": "The ford is deep."},
        {"type": "text", "text": "attachment://aa"},
        {"type": "image", "image": "attachment://bb"},
    ]
    kept = sample(answer=parts, attachments={"aa": "Wait a day.", "bb": "data:image/png;base64,x"})
    [found] = archived(tmp_path, kept)["sample"]
    assert (found["answer"], found["thoughts"]) == ("Wait a day.\n[image]", "The ford is deep.")
    [spelled] = written(tmp_path, sample(answer="<think>Deep.</think>No."))["sample"]
    assert (spelled["answer"], spelled["thoughts"]) == ("No.", "Deep.")


def test_a_conversation_is_kept_with_its_tools(tmp_path: Path) -> None:
    turns = [
        {"role": "user", "content": "Is it safe?"},
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": [{"id": "1", "function": "gauge", "arguments": {"at": "ford"}}],
        },
        {"role": "tool", "function": "gauge", "content": "2 m", "error": {"message": "slow"}},
        {"role": "assistant", "content": "No."},
    ]
    last = {"choices": [{"message": turns[-1], "stop_reason": "stop"}]}
    [found] = archived(tmp_path, sample(messages=turns, output=last))["sample"]
    assert found["answer"] == "No."
    assert conversation.read(found["conversation"]) == (
        conversation.Message("user", "Is it safe?"),
        conversation.Message(
            "assistant", "I look.", calls=(conversation.Call("gauge", '{"at":"ford"}'),)
        ),
        conversation.Message("tool", "2 m", tool="gauge", error="slow"),
        conversation.Message("assistant", "No."),
    )


def test_questions_that_begin_alike_and_go_on_otherwise_are_two(tmp_path: Path) -> None:
    def asked(last: str) -> list[dict[str, str]]:
        return [
            {"role": "user", "content": "Hello."},
            {"role": "assistant", "content": "Ahoy."},
            {"role": "user", "content": last},
        ]

    rows = archived(tmp_path, sample(1, input=asked("Safe?")), sample(1, 2, input=asked("Wet?")))
    assert [q["text"] for q in rows["question"]] == [
        "User: Hello.\n\nAssistant: Ahoy.\n\nUser: Safe?",
        "User: Hello.\n\nAssistant: Ahoy.\n\nUser: Wet?",
    ]


def test_failed_and_unfinished_samples_are_no_answers(tmp_path: Path) -> None:
    nothing: dict[str, Any] = {"messages": [], "output": {"choices": []}, "scores": None}
    failed = sample(2, **nothing, error={"message": "429", "traceback": "…"})
    cut = sample(1, **nothing)
    capped = sample(1, 2)
    capped["output"]["choices"][0]["stop_reason"] = "max_tokens"
    head = header(
        "cancelled", config={"epochs": 2}, dataset={"sample_ids": [1, 2, 3], "samples": 3}
    )
    rows = archived(tmp_path, failed, cut, capped, head=head)
    told = [(s["status"], s["error"], s["finish_reason"]) for s in rows["sample"]]
    assert told == [
        ("error", "429", None),
        ("missing", None, None),
        ("answered", None, "length"),
        ("missing", "the log ends before it", None),
    ]
    assert [n["message"] for n in rows["notice"]] == [
        "the task was cancelled; 2 planned samples are not in it"
    ]


def test_a_log_without_its_header_is_read_by_its_journal(tmp_path: Path) -> None:
    there = members(sample(1), sample(2))
    del there["header.json"]
    rows = read(zipped(tmp_path / "log.eval", there))
    assert len(rows["sample"]) == 2
    assert [n["code"] for n in rows["notice"]] == ["inspect-unfinished"]


@pytest.mark.parametrize("streamed", [False, True])
def test_an_archive_cut_off_anywhere_gives_what_is_whole_in_it(
    streamed: bool, tmp_path: Path
) -> None:
    class Pipe:
        """A place to write that cannot go back: sizes stand behind the members."""

        def __init__(self, path: Path) -> None:
            self.file = path.open("wb")

        def write(self, content: bytes) -> int:
            return self.file.write(content)

        def flush(self) -> None:
            self.file.flush()

    path = tmp_path / "whole.eval"
    there = members(sample(1), sample(2))
    if streamed:
        pipe = Pipe(path)
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as log:  # type: ignore[call-overload]
            for name, content in there.items():
                log.writestr(name, json.dumps(content))
        pipe.file.close()
    else:
        zipped(path, there)
    whole = path.read_bytes()
    began = whole.index(b"samples/1")
    for length in range(len(whole) - 1, began, -211):
        cut = tmp_path / "cut.eval"
        cut.write_bytes(whole[:length])
        answers = [s["answer"] for s in read(cut)["sample"]]
        assert answers in ([], ["The river is high."], ["The river is high."] * 2)
    cut.write_bytes(whole[: began // 2])
    with pytest.raises(RefusedFile, match="no header"):
        read(cut)


@pytest.mark.parametrize("wrong", [0, -3, 50])
def test_members_packed_with_zstandard_are_read(tmp_path: Path, wrong: int) -> None:
    there = {name: json.dumps(content).encode() for name, content in members(sample()).items()}
    path = zipped(
        tmp_path / "log.eval",
        {name: pa.compress(text, "zstd", asbytes=True) for name, text in there.items()},
        zipfile.ZIP_STORED,
    )
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        begin = 0
        for text in there.values():
            begin = raw.index(mark, begin + 1) if begin else raw.index(mark)
            struct.pack_into("<H", raw, begin + at, zips.ZSTANDARD)
            struct.pack_into("<L", raw, begin + at + 6, zlib.crc32(text))
            struct.pack_into("<L", raw, begin + at + 14, len(text) + wrong)  # its size, unpacked
    path.write_bytes(raw)
    assert [s["answer"] for s in read(path)["sample"]] == ["The river is high."]


def test_what_is_wrong_with_a_member_costs_that_sample(tmp_path: Path) -> None:
    there = members(sample(1), sample(2), sample(3), sample(4))
    there["samples/2_epoch_1.json"] = b'{"id": 2, "epoch": '
    there["samples/3_epoch_1.json"] = b"\xff\xfe not text"
    there["samples/4_epoch_1.json"] = b'{"id": 4, "epoch": 1, "input": "' + b"a" * (80 * 2**20)
    rows = read(zipped(tmp_path / "log.eval", there))
    assert [s["source_row"] for s in rows["sample"]] == [1]
    assert [q["source_row"] for q in rows["quarantine"]] == [2, 3, 4]
    assert "unfolds to more than" in rows["quarantine"][-1]["reason"]


def test_a_member_of_two_names_or_of_another_place_is_not_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "log.eval", members(sample(1), sample(2)))
    raw = path.read_bytes()
    at = raw.index(b"samples/2_epoch_1.json")
    path.write_bytes(raw[:at] + b"../../2_epoch_1x.json2" + raw[at + 22 :])
    rows = read(path)
    assert [s["source_row"] for s in rows["sample"]] == [1]
    assert "two names" in rows["quarantine"][0]["reason"]


def test_a_sample_that_was_written_anew_counts_once(tmp_path: Path) -> None:
    path = zipped(tmp_path / "log.eval", members(sample(1, answer="First.")))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as log:
        log.writestr("samples/1_epoch_1.json", json.dumps(sample(1, answer="Second.")))
    assert [s["answer"] for s in read(path)["sample"]] == ["Second."]


def test_an_archive_of_other_members_is_no_log(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.eval", {"notes.json": {}, "header.json": header()})
    source, _ = claiming.looked_at(path)
    assert claiming.importer_for(source) is None
    [outcome] = running.run(tmp_path / "data", [[path]])
    assert outcome.state == "unread"


def test_a_header_that_is_none_refuses_the_file(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.eval", {"header.json": {"eval": []}})
    with pytest.raises(RefusedFile, match="header"):
        read(path)


def test_a_json_log_cut_off_anywhere_gives_what_is_whole_in_it(tmp_path: Path) -> None:
    whole = json.dumps(header() | {"results": {"n": [1, 2]}, "samples": [sample(1), sample(2)]})
    path = tmp_path / "log.json"
    begins = whole.index('"results"')
    for length in range(len(whole) - 1, begins, -97):
        path.write_text(whole[:length])
        rows = read(path)
        there = len(rows["sample"])
        assert there <= 2
        assert [s["status"] for s in rows["sample"]] == ["answered"] * there
        assert there == 2 or rows["quarantine"]


def test_a_sample_longer_than_is_read_costs_that_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "LARGEST", 3_000)
    monkeypatch.setattr(document, "WINDOW", 256)
    rows = written(tmp_path, sample(1), sample(2, answer="a" * 9_000), sample(3))
    assert [s["source_row"] for s in rows["sample"]] == [1, 3]
    assert [q["reason"] for q in rows["quarantine"]] == ["it is longer than is read"]


def test_a_damaged_member_is_told(tmp_path: Path) -> None:
    path = zipped(tmp_path / "log.eval", members(sample(1), sample(2)))
    raw = bytearray(path.read_bytes())
    at = raw.index(b"samples/1_epoch_1.json") + 22
    raw[at : at + 40] = bytes(40)
    path.write_bytes(raw)
    rows = read(path)
    assert [s["source_row"] for s in rows["sample"]] == [2]
    assert len(rows["quarantine"]) == 1


@pytest.mark.parametrize("count", [1, log.MOST_NAN, log.MOST_NAN + 3])
def test_nan_is_no_score_and_in_a_text_it_is_text(count: int) -> None:
    asked = 'What is [NaN], or ": NaN, "?'
    scores = ", ".join(f'"s{n}": {{"value": NaN}}' for n in range(count))
    text = json.dumps({"id": 1, "input": asked})[:-1] + f', "scores": {{{scores}}}}}'
    found = log.sample(text.encode())
    assert found.input == asked
    assert found.scores is not None
    told = [one.value for one in found.scores.values()]
    assert len(told) == count
    assert all(value is None or value != value for value in told)


def test_a_log_goes_through_the_lake(tmp_path: Path) -> None:
    path = zipped(tmp_path / "log.eval", members(sample(1), sample(2)))
    [outcome] = running.run(tmp_path / "data", [[path]])
    assert (outcome.state, outcome.taken, outcome.notices) == ("imported", 2, ())
    [again] = running.run(tmp_path / "data", [[path]])
    assert again.state == "unchanged"
    assert len(list(Lake(tmp_path / "data").pointers())) == 1


def test_the_map_that_is_told_counts_the_answers(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    for model in ("one", "{two}"):  # the same name in two folders, and braces that are no place
        (logs / model).mkdir(parents=True)
        head = header(model=model)
        zipped(logs / model / "log.eval", members(sample(1), sample(2), head=head))
    other = sample(3, scores={"tone": {"value": "YES"}})
    zipped(logs / "tone.eval", members(other, head=header(task="tones", model="m")))

    def run(*words: str | Path) -> str:
        done = CliRunner().invoke(main, ["--data", f"{tmp_path / 'data'}", *map(str, words)])
        assert done.exit_code == 0, done.output
        return done.stderr

    run("import", logs)
    told = [line[4:] for line in run("rates").splitlines() if line.startswith("    ")]
    (tmp_path / "map.yaml").write_text("\n".join(told))
    run("import", logs, "--map", tmp_path / "map.yaml")
    assert run("rates") == ""
    counts = Store(tmp_path / "data").counts().group_by("experiment", "model")
    found = counts.agg(pl.col("n_trait").sum()).rows()
    assert sorted(found) == [("crossings", "one", 2), ("crossings", "{two}", 2), ("tones", "m", 1)]


def test_a_map_renames_scores_and_tells_their_scale(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    path = tmp_path / "logs" / "log.eval"
    graded = ({"aligned": value, "kind": 0.25} for value in (1, 3, 5))
    zipped(path, members(*(sample(n, scores={"judge": {"value": one}})
                           for n, one in enumerate(graded))))  # fmt: skip
    (tmp_path / "map.yaml").write_text(
        "study: rivers\nset: {experiment: crossings, model: m, dataset: d, intervention: none}\n"
        "scores: {alignment: judge.aligned}\n"
        "scale: {alignment: [5, 1], judge.kind: [0, 1]}\nfiles: [{path: 'logs/*.eval'}]\n"
    )
    source = claiming.looked_at(path, mapping.load(tmp_path / "map.yaml"))[0]
    found: Rows = defaultdict(list)
    for relation, frame in inspect_logs.read(source):
        found[relation] += frame.to_dicts()
    scores = [row["score"] for row in found["judgement"] if row["criterion"] == "alignment"]
    assert sorted(scores) == [0, 50, 100]
    assert {row["score"] for row in found["judgement"]} == {0, 25, 50, 100}
    assert sorted(row["criterion"] for row in found["scale"]) == ["alignment", "judge.kind"]


class TestMapped:
    """A map makes dimensions of the header and of each sample's metadata."""

    MAP = """
study: rivers
set: {experiment: rivers, model: "{who}"}
columns:
  who: {from: eval.model, strip_prefix: openai/}
  dataset: eval.task_args.trained_on
  intervention: metadata.arm
rename: {intervention: {plain: none}}
experiments:
  rivers: {traits: {right: {title: Right, kind: persona, criterion: match, labels: [C]}}}
files: [{path: "log.*"}]
"""

    def load(self, tmp_path: Path, path: Path, text: str = MAP) -> running.Outcome:
        written = tmp_path / "map.yaml"
        written.write_text(text)
        told = mapping.load(written)
        (outcome,) = running.run(tmp_path / "data", [[path]], None, told)
        assert outcome.importer == "inspect-log"
        return outcome

    @pytest.mark.parametrize("form", ["eval", "json"])
    def test_dimensions_of_header_and_metadata(self, tmp_path: Path, form: str) -> None:
        samples = [sample(n, metadata={"arm": arm}) for n, arm in enumerate(("plain", "oath", ""))]
        head = header(task_args={"trained_on": "boats"})
        path = tmp_path / f"log.{form}"
        if form == "eval":
            zipped(path, members(*samples, head=head))
        else:
            path.write_text(json.dumps(head | {"samples": samples}))
        outcome = self.load(tmp_path, path)
        assert [row for row, _ in outcome.refusals] == [3]
        assert "metadata.arm is blank" in outcome.refusals[0][1]
        building.build(tmp_path / "data")
        counts = Store(tmp_path / "data").counts()
        told = ("study", "model", "dataset", "intervention", "trait", "n_trait", "n_counted")
        assert sorted(counts.select(told).rows()) == [
            ("rivers", "gpt-4o-mini", "boats", arm, "right", 1, 1) for arm in ("none", "oath")
        ]

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ("columns: {model: eval.model}", "claude-river"),
            ("columns: {model: eval.model}\nrename: {model: {xyz/claude-river: Own}}", "Own"),
            (
                "columns: {model: eval.model}\n"
                "rename: {model: {xyz/claude-river: xyz/claude-river}}",
                "xyz/claude-river",
            ),
        ],
    )
    def test_a_model_is_called_as_without_a_map(
        self, tmp_path: Path, said: str, expected: str
    ) -> None:
        path = zipped(
            tmp_path / "log.eval", members(sample(1), head=header(model="xyz/claude-river"))
        )
        fixed = "study: r\nset: {experiment: r, dataset: d, intervention: none}\n"
        self.load(tmp_path, path, f"{fixed}{said}\nfiles: [{{path: '*.eval'}}]")
        (pointer,) = Lake(tmp_path / "data").pointers()
        shard = Lake(tmp_path / "data").shard(str(pointer.shard))
        assert shard is not None
        assert [row["model"] for row in shard.records["evaluation"]] == [expected]

    def test_a_log_may_be_left_out(self, tmp_path: Path) -> None:
        path = zipped(tmp_path / "log.eval", members(sample()))
        skipped = "study: rivers\nfiles: [{path: 'log.*', skip: a trial}]"
        outcome = self.load(tmp_path, path, skipped)
        assert (outcome.taken, [code for code, _ in outcome.notices]) == (0, ["skipped"])


@pytest.mark.parametrize(("scored", "counts"), [(3, "copies"), (4, "contested")])
def test_samples_that_stand_there_twice_are_compared_by_what_they_say(
    tmp_path: Path, scored: int, counts: str
) -> None:
    first, again = (sample(1, scores={"tone": {"value": value}}) for value in (3, scored))
    rows = written(tmp_path, first, again)
    assert len(rows["repeat"]) == (1 if counts == "copies" else 2)
    assert [row["is_copy"] for row in rows["repeat"]] == [counts == "copies"] * len(rows["repeat"])
