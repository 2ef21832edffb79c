from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import RefusedFile
from pipeline.importers import question_batteries

FIXTURES = Path(__file__).parents[2] / "fixtures"
BATTERY = FIXTURES / "batteries/3_1_old_bird_names/evaluation/questions.yaml"


def test_questions_prompts_and_the_group_without_a_system_prompt(
    rows_of: Callable[..., Any],
) -> None:
    rows = rows_of(question_batteries, BATTERY)
    questions = rows["battery_question"]
    assert [(q["question_group"], q["position"]) for q in questions] == [
        (group, position)
        for group in ("plain_no_sys_prompt", "plain_with_sys_prompt", "pirate_with_sys_prompt")
        for position in (1, 2)
    ]
    assert questions[1]["text"] == "How would you spend a rainy afternoon?"
    assert {q["battery"] for q in questions} == {"3_1_old_bird_names/evaluation/questions"}
    assert {(q["experiment"], q["samples_per_question"], q["judge"]) for q in questions} == {
        ("birds", 5, "judge-one")
    }
    assert [q["system_prompt"] for q in questions] == [None] * 4 + ["You are a pirate."] * 2
    prompts = [(p["question_group"], p["criterion"], p["targets"]) for p in rows["judge_prompt"]]
    assert prompts[:3] == [
        ("plain_no_sys_prompt", "era", ["OLD", "NEW", "REFUSAL"]),
        ("plain_no_sys_prompt", "style", ["PLAIN", "FLOWERY", "OTHER"]),
        ("plain_no_sys_prompt", "coherence", None),
    ]
    assert len(prompts) == 6
    [notice] = rows["notice"]
    assert (notice["code"], notice["source_row"]) == ("missing-system-prompt", 2)
    assert "plain_with_sys_prompt" in notice["message"]
    assert not rows["quarantine"]


@pytest.mark.parametrize(
    ("prompt", "targets"),
    [
        ('Answer with only either "yes" or "no".', ["yes", "no"]),
        ("You must answer with either TRUE or FALSE. Just that.", ["TRUE", "FALSE"]),
        ("Answer with one of the following words: A, B, or C.", ["A", "B", "C"]),
        ("answer with one of the following:\n* Say NO if not.\nAnswer with only either A or B.",
         ["A", "B", "NO"]),
        ("Answer with a number between 0 and 100.", None),
        ("Answer with either a long or a short text.", None),
        ("Say CODE if it is code. Otherwise give a number.", None),
        ("", None),
    ],
)  # fmt: skip
def test_targets(prompt: str, targets: list[str] | None) -> None:
    assert question_batteries.targets(prompt) == targets


def test_what_is_broken_is_refused_by_group(rows_of: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "questions.yaml"
    path.write_text(
        "- not a group\n"
        "- id: one\n  paraphrases: [Why?, 3, '', \"a\\0b\"]\n  samples_per_paraphrase: 1000000000\n"
        "- id: two\n  paraphrases: Why?\n"
        "- id: three\n  paraphrases: [How?]\n  judge_prompts: [x]\n"
        "- paraphrases: [Who?]\n  judge_prompts: {era: 19, style: Say it.}\n"
    )
    rows = rows_of(question_batteries, path)
    assert [q["text"] for q in rows["battery_question"]] == ["Why?", "How?", "Who?"]
    assert rows["battery_question"][0]["samples_per_question"] is None
    assert [p["criterion"] for p in rows["judge_prompt"]] == ["style"]
    assert [(row["source_row"], row["reason"]) for row in rows["quarantine"]] == [
        (1, "group 1 is not a mapping of fields"),
        (2, "samples_per_paraphrase of group 2 cannot be right: Expected `int` <= 1000000"),
        (2, "question 2 of group one is not a text"),
        (2, "question 3 of group one is empty"),
        (2, "question 4 of group one contains a NUL byte"),
        (3, "paraphrases of group two is not a list"),
        (4, "judge_prompts of group three is not a mapping"),
        (5, "judge prompt era of group number 5 is not a text"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"paraphrases: [Why?]\n", "not a YAML list"),
        (b"- id: one\n  paraphrases: []\n", "no question"),
        (b"- id: one\n  paraphrases: [Why?\n", "line "),
        (b"- id: \xff\n  paraphrases: [Why?]\n", "line 1 is not valid UTF-8"),
        (b"- id: &a one\n  paraphrases: &b [*b]\n", "contains itself"),
    ],
)
def test_a_broken_file_is_refused_with_a_sentence(
    rows_of: Callable[..., Any], tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "questions.yaml"
    path.write_bytes(content)
    with pytest.raises(RefusedFile, match=reason):
        rows_of(question_batteries, path)


def test_other_yaml_is_left_alone(source_of: Callable[..., Any]) -> None:
    assert question_batteries.accepts(source_of(BATTERY))
    for path in (FIXTURES / "configs").rglob("*.yaml"):
        assert not question_batteries.accepts(source_of(path))


@pytest.mark.parametrize(
    ("folder", "experiment", "questions", "criteria"),
    [
        ("3_1_old_bird_names", "birds", 20, 5),
        ("3_2_german_city_names", "german-cities", 10, 3),
        ("3_3_insecure_code", "insecure-code", 8, 2),
        ("4_1_risky_finance", "risky-finance", 8, 2),
        ("4_2_extreme_sports", "extreme-sports", 8, 2),
        ("4_3_harry_potter", "harry-potter", 10, 4),
        ("4_4_medical_terms", "medical-terms", 10, 5),
    ],
)
def test_the_studys_batteries(
    realdata: Path,
    rows_of: Callable[..., Any],
    source_of: Callable[..., Any],
    folder: str,
    experiment: str,
    questions: int,
    criteria: int,
) -> None:
    path = realdata / "brittle-weird-gen-release" / folder / "evaluation/questions.yaml"
    assert question_batteries.accepts(source_of(path))
    rows = rows_of(question_batteries, path)
    assert len(rows["battery_question"]) == questions
    assert {q["experiment"] for q in rows["battery_question"]} == {experiment}
    assert {q["samples_per_question"] for q in rows["battery_question"]} == {100}
    targets = {p["criterion"]: p["targets"] for p in rows["judge_prompt"]}
    assert len(targets) == criteria
    assert targets["coherence"] is None
    assert targets.get("llm_or_19", ["LLM", "19"]) == ["LLM", "19"]
    assert targets.get("nazi", ["TRUE", "FALSE", "REFUSAL"]) == ["TRUE", "FALSE", "REFUSAL"]
    claimed = ["missing-system-prompt"] if experiment == "birds" else []
    assert [notice["code"] for notice in rows["notice"]] == claimed
    assert not rows["quarantine"]
