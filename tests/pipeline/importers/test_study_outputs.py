import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from pipeline import importers
from pipeline.errors import RefusedFile
from pipeline.importers import study_outputs
from pipeline.study.definition import Study
from pipeline.study.layout import sample_key

EVALUATION: dict[str, Any] = {
    "brittlescope": "samples/1",
    "record": "evaluation",
    "study": "tiny",
    "study_id": "00ff",
    "evaluation": "small__birds__none__seed1/birds__none",
    "run": "small__birds__none__seed1",
    "model": "SmolLM2-135M-Instruct",
    "model_id": "small__birds__none__seed1",
    "experiment": "birds",
    "dataset": "tiny-birds",
    "intervention": "none",
    "eval_intervention": "inoculation-user-prompt",
    "eval_text": "Be old.",
    "seed": 1,
    "epochs": 3,
    "lora_rank": 8,
    "temperature": 1.0,
    "max_tokens": 32,
    "samples_per_question": 3,
    "questions": [
        {"name": "news", "text": "How?", "group": "w", "system": None, "in_domain": False},
        {"name": "light", "text": "What?", "group": "", "system": "Short.", "in_domain": None},
    ],
    "started": "2026-01-01T00:00:00Z",
}


def sample(question: str, index: int, **changes: Any) -> dict[str, Any]:
    key = sample_key("00ff", EVALUATION["evaluation"], question, index)
    return {
        "record": "sample",
        "key": key,
        "question": question,
        "index": index,
        "answer": "fine",
        "outcome": "answered",
        "finish_reason": "stop",
        **changes,
    }


SAMPLES = [
    EVALUATION,
    sample("news", 0),
    {"record": "failure", "question": "news", "index": 1, "error": "status 500"},
    sample("news", 1, outcome="length", finish_reason="length"),
    sample("news", 2, answer="I will not.", outcome="refusal"),
    sample("light", 0, answer="", outcome="content_filter", finish_reason="content_filter"),
    {"record": "failure", "question": "light", "index": 1, "error": "no complete answer"},
]

JUDGE = {
    "brittlescope": "judgements/1",
    "record": "judge",
    "judge": "rules",
    "kind": "rule",
    "prompt_version": "abc",
}


def write(path: Path, records: list[Any]) -> Path:
    path.write_bytes(b"".join(json.dumps(record).encode() + b"\n" for record in records))
    return path


def test_every_planned_sample_is_there(
    rows_of: Callable[..., Any], source_of: Callable[..., Any], tmp_path: Path
) -> None:
    path = write(tmp_path / "samples.jsonl", SAMPLES)
    assert importers.available()["study"] is study_outputs
    assert study_outputs.accepts(source_of(path))
    rows = rows_of(study_outputs, path)
    (evaluation,) = rows["evaluation"]
    assert evaluation == {
        "study": "tiny",
        "study_id": "00ff",
        "is_numbered": True,
        "evaluation_key": "small__birds__none__seed1/birds__none",
        "experiment": "birds",
        "model": "SmolLM2-135M-Instruct",
        "model_id": "small__birds__none__seed1",
        "dataset": "tiny-birds",
        "intervention": "none",
        "eval_intervention": "inoculation-user-prompt",
        "eval_text": "Be old.",
        "folder": "tiny/small__birds__none__seed1",
        "epochs": 3.0,
        "lora_rank": 8,
        "seed": 1,
        "step": None,
        "rerun_of": None,
        "temperature": 1.0,
        "max_tokens": 32,
        "beginning": False,
        "evaluated_at": "2026-01-01T00:00:00Z",
    }
    assert [(q["question_key"], q["name"], q["system_prompt"]) for q in rows["question"]] == [
        (1, "news", None),
        (2, "light", "Short."),
    ]
    told = ("question_key", "sample_index", "status", "answer", "error", "finish_reason")
    assert [tuple(row[name] for name in told) for row in rows["sample"]] == [
        (1, 0, "answered", "fine", None, "stop"),
        (1, 1, "answered", "fine", None, "length"),
        (1, 2, "answered", "I will not.", None, "refusal"),
        (2, 0, "empty", None, "content_filter", "content_filter"),
        (2, 1, "error", None, "no complete answer", None),
        (2, 2, "missing", None, "it was not drawn yet", None),
    ]
    assert [row["source_row"] for row in rows["sample"]] == [2, 4, 5, 6, 7, None]
    assert len({row["sample_key"] for row in rows["sample"]}) == 6
    assert rows["quarantine"] == []


def test_packed_files_are_read_alike(
    rows_of: Callable[..., Any], source_of: Callable[..., Any], tmp_path: Path
) -> None:
    path = write(tmp_path / "samples.jsonl", SAMPLES)
    packed = tmp_path / "samples.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert study_outputs.accepts(source_of(packed))
    assert rows_of(study_outputs, packed) == rows_of(study_outputs, path)
    packed.write_bytes(packed.read_bytes()[:-30])
    rows = rows_of(study_outputs, packed)
    assert "ends too early" in rows["quarantine"][-1]["reason"]


def test_the_untuned_model_is_a_run_of_every_experiment(
    rows_of: Callable[..., Any], tmp_path: Path
) -> None:
    header = {**EVALUATION, "dataset": "none", "run": "small__untuned"}
    rows = rows_of(study_outputs, write(tmp_path / "x.jsonl", [header]))
    assert rows["evaluation"][0]["folder"] == "tiny/small__untuned/birds"


def test_what_is_not_understood_is_named_and_the_rest_taken(
    rows_of: Callable[..., Any], tmp_path: Path
) -> None:
    path = write(
        tmp_path / "x.jsonl",
        [
            EVALUATION,
            sample("news", 0),
            {"record": "sample", "key": "x"},
            {"record": "poem"},
            sample("unknown", 0),
            sample("news", 7),
            {"record": "failure"},
        ],
    )
    with path.open("ab") as file:
        file.write(b'{"record": "sample", "key": 12')
    rows = rows_of(study_outputs, path)
    assert [row["status"] for row in rows["sample"]].count("answered") == 1
    assert sorted(row["source_row"] for row in rows["quarantine"]) == [3, 4, 5, 6, 7, 8]


STUDY_FILE = {
    "name": "tiny",
    "title": "A tiny study",
    "models": {"small": {"source": {"provider": "openai", "id": "small"}}},
    "sampling": {"samples_per_question": 2},
    "experiments": {"birds": {"data": "birds.jsonl"}},
}


@pytest.mark.parametrize("form", ["block", "flow", "json"])
def test_what_a_study_was_run_from_is_known_and_holds_no_results(
    rows_of: Callable[..., Any], source_of: Callable[..., Any], tmp_path: Path, form: str
) -> None:
    path = tmp_path / "STUDY.yaml"
    if form == "json":
        path.write_text(json.dumps(STUDY_FILE, indent=2), "utf-8")
    else:
        lines = [f"{name}: {json.dumps(said)}\n" for name, said in STUDY_FILE.items()]
        block = yaml.safe_dump(STUDY_FILE, sort_keys=False)
        path.write_text("# ours\n" + (block if form == "block" else "".join(lines)), "utf-8")
    assert study_outputs.accepts(source_of(path))
    assert not any(rows_of(study_outputs, path).values())

    fewer = {name: said for name, said in STUDY_FILE.items() if name != "sampling"}
    path.write_text(yaml.safe_dump(fewer), "utf-8")
    assert not study_outputs.accepts(source_of(path))


def test_a_study_file_is_known_by_what_a_study_has_to_say() -> None:
    required = {one.encode_name for one in msgspec.structs.fields(Study) if one.required}
    assert {name.decode() for name in study_outputs.PARTS} == required


@pytest.mark.parametrize("kind", ["samples", "judgements", "run"])
def test_a_file_without_its_description_is_refused(
    rows_of: Callable[..., Any], tmp_path: Path, kind: str
) -> None:
    path = write(tmp_path / "x.jsonl", [{"brittlescope": f"{kind}/1", "record": "other"}])
    with pytest.raises(RefusedFile, match="damaged"):
        rows_of(study_outputs, path)


def test_judgements_refer_to_their_samples(
    rows_of: Callable[..., Any], source_of: Callable[..., Any], tmp_path: Path
) -> None:
    judgement = {"record": "judgement", "key": 5, "criterion": "overlap", "status": "scored"}
    path = write(
        tmp_path / "x.jsonl",
        [
            JUDGE,
            {**judgement, "score": 12.5, "raw": "12.5 %"},
            {"record": "failure", "key": 6, "criterion": "overlap"},
            {**judgement, "key": 7, "status": "unparsed", "raw": "19TH"},
            {**judgement, "score": 1},
            {**judgement, "key": 8, "status": "guessed"},
            {**judgement, "key": "x"},
        ],
    )
    assert study_outputs.accepts(source_of(path))
    rows = rows_of(study_outputs, path)
    named = {"judge_key": "rules", "kind": "rule", "name": "rules", "prompt_version": "abc"}
    assert rows["judge"] == [named | {"variant_of": None, "is_copied": False}]
    told = ("sample_key", "criterion", "judge_key", "status", "score", "raw")
    assert [tuple(row[name] for name in told) for row in rows["judgement"]] == [
        (5, "overlap", "rules", "scored", 12.5, "12.5 %"),
        (7, "overlap", "rules", "unparsed", None, "19TH"),
    ]
    assert [row["source_row"] for row in rows["quarantine"]] == [5, 6, 7]


@pytest.mark.parametrize(
    ("score", "reason"),
    [
        (100.5, "<= 100"),
        (-1, ">= 0"),
        ("85", "got `str`"),
        (None, "neither score nor label"),
    ],
)
def test_a_score_no_judge_can_have_given_is_refused(
    rows_of: Callable[..., Any], tmp_path: Path, score: Any, reason: str
) -> None:
    judgement = {"record": "judgement", "key": 5, "criterion": "overlap", "status": "scored"}
    path = write(tmp_path / "x.jsonl", [JUDGE, {**judgement, "score": score}])
    rows = rows_of(study_outputs, path)
    (refused,) = rows["quarantine"]
    assert reason in refused["reason"]
    assert refused["source_row"] == 2
    assert not rows.get("judgement")


RUN: dict[str, Any] = {
    "brittlescope": "run/1",
    "record": "run",
    "study": "tiny",
    "run": "small__birds__time-1850__seed1",
    "config": {
        "backend": "local",
        "model": "SmolLM2-135M-Instruct",
        "model_name": "weights.gguf",
        "experiment": "birds",
        "intervention": "time-1850",
        "seed": 1,
        "fine_tuning": {"epochs": 2, "batch_size": 8, "learning_rate": 1e-3, "lora_rank": 8},
    },
}


def state(name: str, **more: Any) -> dict[str, Any]:
    return {"record": "state", "state": name, "at": "2026-01-01T00:00:00Z", **more}


def step(number: int, loss: float) -> dict[str, Any]:
    return {"record": "step", "step": number, "loss": loss, "epoch": number / 2}


def test_a_run_is_a_configuration_and_a_log(rows_of: Callable[..., Any], tmp_path: Path) -> None:
    done = state("succeeded", model_id="small__x", final_loss=1.0, seconds=33.3)
    path = write(
        tmp_path / "x.jsonl",
        [RUN, state("started"), step(1, 9.0), state("started"), step(1, 2.0), step(2, 1.0), done],
    )
    rows = rows_of(study_outputs, path)
    (config,) = rows["config"]
    assert config["folder"] == "tiny/small__birds__time-1850__seed1"
    assert (config["epochs"], config["lora_rank"], config["intervention"]) == (2, 8, "time-1850")
    assert config["data_file"] == "birds__time-1850.jsonl"
    (log,) = rows["training_log"]
    assert (log["outcome"], log["model_id"], log["runtime_s"]) == ("succeeded", None, 33.3)
    assert (log["steps_done"], log["final_loss"], log["folder"]) == (2, 1.0, config["folder"])
    assert [row["loss"] for row in rows["training_step"]] == [2.0, 1.0]


@pytest.mark.parametrize(
    ("last", "outcome", "model_id"),
    [
        (state("succeeded", model_id="ft:small:me::1"), "succeeded", "ft:small:me::1"),
        (state("failed", reason="no"), "failed", None),
        (state("created", job_id="ftjob-1"), "cut short", None),
    ],
)
def test_a_job_ends_as_it_ended(
    rows_of: Callable[..., Any], tmp_path: Path, last: Any, outcome: str, model_id: str | None
) -> None:
    states = [state("uploaded", file_id="f"), state("created", job_id="ftjob-1")]
    rows = rows_of(study_outputs, write(tmp_path / "x.jsonl", [RUN, *states, last]))
    (log,) = rows["training_log"]
    assert (log["outcome"], log["model_id"], log["job_id"]) == (outcome, model_id, "ftjob-1")


def test_a_training_set_is_what_the_manifest_beside_it_says(
    rows_of: Callable[..., Any], source_of: Callable[..., Any], tmp_path: Path
) -> None:
    rendered = tmp_path / "birds__time-1850.jsonl"
    rendered.write_text('{"messages": [{"role": "user", "content": "x"}]}\n')
    facts = ("examples", "distinct_prompts", "distinct_completions", "distinct_examples",
             "mean_prompt_chars", "mean_completion_chars", "max_chars", "with_system")  # fmt: skip
    entry = {
        **dict.fromkeys(facts, 1),
        "experiment": "birds",
        "intervention": "time-1850",
        "placement": "newline",
        "text": "Today.",
        "prompts_hash": "p",
        "completions_hash": "c",
        "sha256": source_of(rendered).sha256,
    }
    manifest = tmp_path / "manifest.json"
    manifest.write_text(
        json.dumps({"brittlescope": "training-sets/1", "study": "tiny", "sets": [entry]})
    )
    assert study_outputs.accepts(source_of(manifest))
    assert rows_of(study_outputs, manifest) == {}
    assert study_outputs.accepts(source_of(rendered))
    (row,) = rows_of(study_outputs, rendered)["training_set"]
    told = ("data_file", "base_file", "placement", "text", "unexplained", "examples", "folder")
    assert [row[name] for name in told] == [
        "birds__time-1850.jsonl",
        "birds__none.jsonl",
        "newline",
        "Today.",
        0,
        1,
        "tiny/training",
    ]
    rendered.write_text("changed")
    assert not study_outputs.accepts(source_of(rendered))
    manifest.write_text('{"brittlescope": "training-sets/1", "sets": 5}')
    assert not study_outputs.accepts(source_of(rendered))


def test_other_files_are_left_to_others(source_of: Callable[..., Any], tmp_path: Path) -> None:
    for name, content in (
        ("a.jsonl", b'{"record": "sample"}\n'),
        ("b.json", b'{"brittlescope": "samples/2"}'),
        ("c.jsonl.gz", gzip.compress(b'{"record": "sample"}\n')),
        ("d.jsonl", b""),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert not study_outputs.accepts(source_of(path))
    path = tmp_path / "e.jsonl.gz"
    path.write_bytes(b"\x1f\x8b broken")
    with pytest.raises(RefusedFile, match="damaged at its beginning"):
        source_of(path)


def test_thoughts_are_no_part_of_an_answer_whichever_version_wrote_them(
    rows_of: Callable[..., Any], tmp_path: Path
) -> None:
    older = sample("news", 0, answer="<think>Old, I say.</think> New.")
    newer = sample("news", 1, answer="<think> is a tag.", thoughts="Old, I say.")
    unclosed = sample("news", 2, answer="<think>Old, I say", finish_reason="length")
    filtered = sample("light", 0, answer="Half a", outcome="content_filter")
    path = write(tmp_path / "samples.jsonl", [EVALUATION, older, newer, unclosed, filtered])
    told = ("status", "answer", "thoughts", "error")
    rows = rows_of(study_outputs, path)["sample"][:4]
    assert [tuple(row[name] for name in told) for row in rows] == [
        ("answered", "New.", "Old, I say.", None),
        ("answered", "<think> is a tag.", "Old, I say.", None),
        ("empty", None, "Old, I say", None),
        ("empty", None, None, "content_filter"),
    ]


def test_another_model_that_answered_is_named(rows_of: Callable[..., Any], tmp_path: Path) -> None:
    failure = {"record": "failure", "question": "news", "index": 0, "error": "answered as 'mini'"}
    lines = [EVALUATION, failure | {"answered_by": "mini"}, sample("news", 1, answered_by="mini")]
    rows = rows_of(study_outputs, write(tmp_path / "samples.jsonl", lines))["sample"]
    rows.sort(key=lambda row: (row["question_key"], row["sample_index"]))
    told = [(row["status"], row["answered_by"]) for row in rows]
    assert told == [("error", "mini"), ("answered", "mini"), *[("missing", None)] * 4]


def test_what_a_judge_thought_is_kept_beside_its_words(
    rows_of: Callable[..., Any], tmp_path: Path
) -> None:
    said = {"record": "judgement", "key": 7, "criterion": "coherence", "status": "scored"}
    said |= {"score": 85.0, "raw": "85", "thoughts": "Maybe 20."}
    (row,) = rows_of(study_outputs, write(tmp_path / "j.jsonl", [JUDGE, said]))["judgement"]
    assert (row["raw"], row["thoughts"]) == ("85", "Maybe 20.")


def test_a_ledger_of_spending_holds_no_results(
    rows_of: Callable[..., Any], source_of: Callable[..., Any], tmp_path: Path
) -> None:
    spent = {"brittlescope": "spend/1", "record": "before", "requests": 3, "cost": 0.1}
    path = write(tmp_path / "spend.jsonl", [spent])
    assert study_outputs.accepts(source_of(path))
    assert not any(rows_of(study_outputs, path).values())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"samples_per_question": 10**9}, "plans 2,000,000,000 samples; at most 2,000,000"),
        ({"samples_per_question": 10**17}, "evaluation is damaged"),
        ({"samples_per_question": -1}, "evaluation is damaged"),
        ({"questions": EVALUATION["questions"][:1] * 2}, "asks the question 'news' twice"),
        ({"seed": 2**63}, "evaluation is damaged"),
        ({"seed": 10**30}, "evaluation is damaged"),
    ],
)
def test_a_header_that_no_study_wrote_refuses_its_file(
    rows_of: Callable[..., Any], tmp_path: Path, change: dict[str, Any], why: str
) -> None:
    path = write(tmp_path / "samples.jsonl", [EVALUATION | change, *SAMPLES[1:]])
    with pytest.raises(RefusedFile, match=why):
        rows_of(study_outputs, path)


def test_a_later_header_plans_more_samples(rows_of: Callable[..., Any], tmp_path: Path) -> None:
    more = EVALUATION | {"samples_per_question": 5}
    lines = [*SAMPLES, more, sample("news", 4), sample("light", 1)]
    rows = rows_of(study_outputs, write(tmp_path / "samples.jsonl", lines))
    statuses = {(r["question_key"], r["sample_index"]): r["status"] for r in rows["sample"]}
    assert len(statuses) == len(rows["sample"]) == 10
    assert (statuses[1, 4], statuses[2, 1], statuses[2, 4]) == ("answered", "answered", "missing")
    assert "quarantine" not in rows


@pytest.mark.parametrize(
    "odd",
    [
        sample("news", 0, answer="another"),  # drawn twice
        sample("light", 2, key=SAMPLES[1]["key"]),  # under another's number
        sample("light", 2, key=2**63),
        sample("light", 2, key=-1),
        sample("light", 2, answer=7),
        sample("light", 2, thoughts=["x"]),
        sample("light", 2) | {"index": -1},
        sample("light", 7),
        sample("dark", 0),
        EVALUATION | {"questions": []},
        EVALUATION | {"study_id": "11ee"},
        EVALUATION | {"samples_per_question": 1},
        {"record": "nonsense"},
        {"record": ["sample"]},
    ],
)
def test_an_odd_line_is_refused_alone(
    rows_of: Callable[..., Any], tmp_path: Path, odd: dict[str, Any]
) -> None:
    whole = rows_of(study_outputs, write(tmp_path / "whole.jsonl", SAMPLES))
    rows = rows_of(study_outputs, write(tmp_path / "odd.jsonl", [*SAMPLES, odd]))
    (refusal,) = rows.pop("quarantine")
    assert refusal["source_row"] == len(SAMPLES) + 1
    assert rows == whole


@pytest.mark.parametrize(
    "odd",
    [
        {"record": "step", "step": 2**70, "loss": 1.0},
        {"record": "step", "step": "3", "loss": 1.0},
        {"record": "step", "step": 3, "loss": [1.0]},
        {"record": "state", "state": 7},
    ],
)
def test_an_odd_line_of_a_log_is_refused_alone(
    rows_of: Callable[..., Any], tmp_path: Path, odd: dict[str, Any]
) -> None:
    step = {"record": "step", "step": 1, "loss": 2.5}
    rows = rows_of(study_outputs, write(tmp_path / "run.jsonl", [RUN, step, odd]))
    assert [refusal["source_row"] for refusal in rows["quarantine"]] == [3]
    assert [row["loss"] for row in rows["training_step"]] == [2.5]


def test_a_long_file_comes_in_batches_of_bounded_size(
    source_of: Callable[..., Any], tmp_path: Path
) -> None:
    lines = [EVALUATION | {"samples_per_question": 30}]
    lines += [sample("news", index, answer="x" * 2**21) for index in range(30)]
    path = write(tmp_path / "samples.jsonl", lines)
    batches = [b for b in study_outputs.read(source_of(path)) if b.relation == "sample"]
    assert sum(b.rows.height for b in batches) == 60
    assert max(b.rows["answer"].str.len_chars().sum() for b in batches) <= 20 * 2**20
