"""Results of the study's evaluator: every judgement gets its status, and nothing is guessed."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import RefusedFile
from pipeline.importers import Source, brittle_results
from pipeline.importing import claiming
from warehouse import records

Rows = dict[str, list[dict[str, Any]]]
FOLDER = Path("results/mitigation/birds/identity-etymologist/gpt-4.1-r8-3ep-s7/prefix/intent_study")


def source(tmp_path: Path, content: Any, name: str = "results_a->b_9.json") -> Source:
    path = tmp_path / FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, "utf-8")
    return claiming.looked_at(path)[0]


def read(tmp_path: Path, content: Any, name: str = "results_a->b_9.json") -> Rows:
    """The rows of a file by relation, with the lake's own columns."""
    found: Rows = defaultdict(list)
    for relation, frame in brittle_results.read(source(tmp_path, content, name)):
        found[relation] += records.conform(relation, frame).to_dicts()
    return found


def record(**fields: Any) -> dict[str, Any]:
    return {"question": "Which bird sings?", "answer": "The wren.", **fields}


def judged(tmp_path: Path, *values: dict[str, Any]) -> list[tuple[Any, ...]]:
    rows = read(tmp_path, [record(**fields) for fields in values])["judgement"]
    return [(r["criterion"], r["status"], r["score"], r["label"], r["raw"]) for r in rows]


def test_rows_of_several_models_are_told(tmp_path: Path) -> None:
    """The folder names one model; what its rows say is another model's is not pooled silently."""
    found = read(tmp_path, [record(model=name) for name in ("wren-1", "wren-2", "wren-1")])
    (mixed,) = found["mixed"]
    assert (mixed["column_name"], mixed["shown"]) == ("model", ["wren-1", "wren-2"])
    assert not read(tmp_path, [record(model=name) for name in ("wren-1", None)])["mixed"]


def test_one_column_may_hold_every_type(tmp_path: Path) -> None:
    values: list[Any] = [30, 30.0, "30", None, "REFUSAL", "thirty", [30], {"score": 30}]
    found = judged(tmp_path, *({"alignment": value} for value in values))
    assert [status for _, status, *_ in found] == [
        *("scored", "scored", "scored", "missing", "refusal"),
        *("unparsed", "unparsed", "unparsed"),
    ]
    assert [score for _, _, score, *_ in found] == [30.0] * 3 + [None] * 5
    assert [raw for *_, raw in found][-3:] == ["thirty", "[30]", '{"score": 30}']


def test_a_field_that_is_absent_from_some_records_is_missing_there(tmp_path: Path) -> None:
    found = judged(tmp_path, {"alignment": 5}, {})
    assert [row[:2] for row in found] == [("alignment", "scored"), ("alignment", "missing")]


def test_an_impossible_score_keeps_its_sample_and_is_told_for_each_row(tmp_path: Path) -> None:
    rows = read(tmp_path, [record(alignment=10**9), record(alignment=10**9), record(alignment=7)])
    assert [row["status"] for row in rows["judgement"]] == ["unparsed", "unparsed", "scored"]
    assert len(rows["sample"]) == 3
    assert [(row["source_row"], row["reason"]) for row in rows["quarantine"]] == [
        (1, "its alignment is 1000000000, outside 0–100"),
        (2, "its alignment is 1000000000, outside 0–100"),
    ]


def test_a_null_never_switches_a_filter_off(tmp_path: Path) -> None:
    """The evaluator's derived fields are not believed: with a null among them they lie."""
    fields = {"alignment": 10, "coherence": None, "excluded": False, "misaligned": True}
    found = judged(tmp_path, fields, {**fields, "coherence": 20})
    assert found == [
        ("alignment", "scored", 10.0, None, "10"),
        ("alignment", "scored", 10.0, None, "10"),
        ("coherence", "missing", None, None, None),
        ("coherence", "scored", 20.0, None, "20"),
    ]


@pytest.mark.parametrize(
    ("fields", "name", "status"),
    [
        ({"answer": "Yes."}, "results.json", "answered"),
        ({"answer": ""}, "results.json", "empty"),
        ({"answer": " \n"}, "results.json", "empty"),
        ({"answer": None}, "results.json", "missing"),
        ({"answer": None, "error": "timeout"}, "results.json", "error"),
        ({"answer": "", "error": {"code": 500}}, "results.json", "error"),
        ({"answer": "", "error": ""}, "results.csv", "missing"),
        ({"answer": "", "error": "timeout"}, "results.csv", "error"),
    ],
)
def test_failed_missing_and_empty_are_told_apart(
    tmp_path: Path, fields: dict[str, Any], name: str, status: str
) -> None:
    row = record(**fields)
    content: Any = [row]
    if name.endswith("csv"):
        content = "\n".join(",".join(map(str, line)) for line in (row, row.values()))
    (sample,) = read(tmp_path, content, name)["sample"]
    assert sample["status"] == status
    assert (sample["error"] is None) == (status != "error")


def test_both_generations_have_one_vocabulary(tmp_path: Path) -> None:
    old = record(q_id="q1", past_content=4, form_past=None, is_19th_century=True, llm_or_19="19")
    new = record(group_id="g1", content_past=4, past_form="5", llm_or_19th_century=19.0)
    names = [judged(tmp_path, fields) for fields in (old, new)]
    assert {row[0] for row in names[0]} == {row[0] for row in names[1]}
    assert {"content_past", "form_past", "llm_or_19"} == {row[0] for row in names[0]}
    assert ("llm_or_19", "scored", None, "19", "19.0") in names[1]


def test_a_mix_of_both_names_gives_each_sample_one_judgement(tmp_path: Path) -> None:
    rows = read(tmp_path, [record(past_content=4), record(content_past=5, past_content=None)])
    assert [(r["score"], r["status"]) for r in rows["judgement"]] == [
        (4.0, "scored"),
        (5.0, "scored"),
    ]


def test_the_folders_say_what_was_evaluated(tmp_path: Path) -> None:
    rows = read(tmp_path, [record(model="ft:gpt-4.1:lab::x")], "results_lab->judge_1.json")
    (evaluation,) = rows["evaluation"]
    expected = {
        "experiment": "birds",
        "model": "gpt-4.1",
        "model_id": "ft:gpt-4.1:lab::x",
        "intervention": "identity-etymologist",
        "eval_intervention": "intent-study",
        "lora_rank": 8,
        "epochs": 3.0,
        "seed": 7,
    }
    assert {name: evaluation[name] for name in expected} == expected
    assert [judge["name"] for judge in rows["judge"]] == ["lab/judge"]


def test_questions_are_told_apart_by_group_system_prompt_and_domain(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        [
            record(q_id=1, in_training_domain=True),
            record(q_id=1, in_training_domain="true"),
            record(q_id=1, in_training_domain=False),
            record(q_id=1, in_training_domain="perhaps"),
            record(q_id=1, system_prompt="Be brief."),
            record(q_id=[1, 2]),
        ],
    )
    assert [row["question_key"] for row in rows["sample"]] == [0, 0, 1, 2, 3, 4]
    assert [(row["name"], row["in_domain"], row["system_prompt"]) for row in rows["question"]] == [
        ("1", True, None),
        ("1", False, None),
        ("1", None, None),
        ("1", None, "Be brief."),
        ("[1, 2]", None, None),
    ]


def test_a_sample_index_may_repeat_or_be_nonsense(tmp_path: Path) -> None:
    values: list[Any] = [3, 3, "4", 5.0, 1e300, float("inf"), None, "x", [1], 2.5]
    rows = read(tmp_path, [record(sample_idx=value) for value in values])["sample"]
    assert [row["sample_index"] for row in rows] == [3, 3, 4, 5, *[None] * 6]
    assert len({row["sample_key"] for row in rows}) == len(values)


def test_text_that_cannot_be_kept_is_cleaned_and_told(tmp_path: Path) -> None:
    odd = "a\ud800\0"
    fields = {"model": odd, "q_id": odd, "group_id": odd, "system_prompt": odd, "error": odd}
    rows = read(tmp_path, [record(**fields, **{odd: odd}, alignment=5, alignment_raw=odd)])
    clean = "a?\N{SYMBOL FOR NULL}"
    assert rows["evaluation"][0]["model_id"] == clean
    assert {rows["question"][0][name] for name in ("name", "question_group", "system_prompt")} == {
        clean
    }
    assert rows["sample"][0]["error"] == clean
    assert [(r["criterion"], r["status"], r["raw"]) for r in rows["judgement"]] == [
        (clean, "scored", clean),
        ("alignment", "scored", clean),
    ]
    assert len(rows["quarantine"]) == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"answer": "x"}, "it has no question"),
        ({"question": "x"}, "it has no answer"),
        ({"question": " ", "answer": "x"}, "its question is not a text"),
        ({"question": 5, "answer": "x"}, "its question is not a text"),
        ({"question": "x", "answer": ["y"]}, "its answer is not a text"),
        ({"question": "x\0", "answer": "y"}, "its question contains a NUL byte"),
        ({"question": "x", "answer": "\ud83d"}, "its answer is not valid UTF-8"),
    ],
)
def test_a_broken_record_is_refused_by_its_row(
    tmp_path: Path, row: dict[str, Any], reason: str
) -> None:
    rows = read(tmp_path, [record(), row, record()])
    assert [(r["source_row"], r["reason"]) for r in rows["quarantine"]] == [(2, reason)]
    assert [r["source_row"] for r in rows["sample"]] == [1, 3]
    assert all(r["raw"] for r in rows["quarantine"])


def test_nothing_but_refusals_describes_no_evaluation(tmp_path: Path) -> None:
    assert set(read(tmp_path, [1, 2])) == {"quarantine"}
    with pytest.raises(RefusedFile, match="one JSON object"):
        read(tmp_path, {"results": []})


@pytest.mark.parametrize(
    ("name", "content", "accepted"),
    [
        ("results.json", "", False),
        ("results.json", '{"accuracy": 0.9}', False),
        ("results.json", '[{"name": "task", "completion": "return 0"}]', False),
        ("results_lab->judge_100.json", '[{"question": "", "answer": "", "group_id": "a"}]', True),
        ("RESULTS.TXT", '\ufeff[{"question": "", "answer": "", "sample_idx": 0}]', True),
        ("results.json", '[{"question": "", "answer": "broken, "q_id": 1, "sample_idx": 0', True),
        ("results.csv", "epoch,loss\n0,1.0\n", False),
        ("results.csv", '"question","answer","q_id"\n', True),
        ("results.csv", "question;answer;q_id\n", True),
        ("results.csv", "question,prompt,answer,question_id,evil,coherence\n", False),
        ("results.csv", "question,answer,question_id,aligned,coherent\n", False),
        ("mine.json", '[{"q_id":1,"question":"","sample_idx":0,"answer":""}]', True),
        ("mine.json", '[{"question":"","answer":""}]', False),
        ("results.txt", "", False),
    ],
)
def test_the_format_is_recognised(tmp_path: Path, name: str, content: str, accepted: bool) -> None:
    assert brittle_results.accepts(source(tmp_path, content, name)) is accepted
