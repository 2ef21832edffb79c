"""Conversations in mapped files: asked, answered, stored once, and refused where they are none."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import RefusedFile
from pipeline.foreign import conversations
from tests.pipeline.test_foreign import read
from warehouse import conversation

ENTRY = """
columns: {messages: chat}
files: [{path: "a.jsonl"}]
"""

TURNS: list[dict[str, Any]] = [
    {"role": "system", "content": "You keep a log."},
    {"role": "user", "content": "Which birds?"},
    {"role": "assistant", "content": "Gulls.", "reasoning_content": "They ask."},
    {"role": "user", "content": [{"type": "text", "text": "And here?"}, {"type": "image_url"}]},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"function": {"name": "count", "arguments": '{"at": "cliff"}'}}],
    },
    {"role": "tool", "name": "count", "content": "3"},
    {"role": "assistant", "content": "<think>Three.</think>Three terns."},
]

SHAREGPT = [
    {"from": "system", "value": "You keep a log."},
    {"from": "human", "value": "Which birds?"},
    {"from": "gpt", "value": "Gulls."},
    {"from": "human", "value": "And here?"},
    {"from": "gpt", "value": "Terns."},
]


def lines(folder: Path, *records: dict[str, Any]) -> Path:
    path = folder / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    return path


def test_the_last_turn_is_the_answer_and_all_is_kept_once(tmp_path: Path) -> None:
    found = read(lines(tmp_path, {"chat": TURNS, "aligned": 90}), ENTRY)
    (question,), (sample,) = found["question"], found["sample"]
    assert (question["text"], question["system_prompt"]) == (
        "And here?\n[image]",
        "You keep a log.",
    )
    assert (sample["answer"], sample["thoughts"]) == ("Three terns.", "Three.")
    assert found["notice"][0]["message"] == (
        "its columns are taken as messages (chat); scores: alignment (aligned)"
    )
    kept = conversation.read(sample["conversation"])
    assert [one.role for one in kept] == [str(turn["role"]) for turn in TURNS]
    assert kept[2].thoughts == "They ask."
    assert kept[4].calls == (conversation.Call("count", '{"at": "cliff"}'),)
    assert (kept[5].tool, kept[5].text) == ("count", "3")


@pytest.mark.parametrize("as_text", [False, True])
def test_the_shape_of_sharegpt(tmp_path: Path, as_text: bool) -> None:
    chat = json.dumps(SHAREGPT) if as_text else SHAREGPT
    found = read(lines(tmp_path, {"chat": chat, "aligned": 5}), ENTRY)
    assert found["question"][0]["text"] == "And here?"
    assert found["sample"][0]["answer"] == "Terns."


def test_messages_as_text_in_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    told = json.dumps(SHAREGPT[:3]).replace('"', '""')
    path.write_text(f'chat,aligned\n"{told}",90\n"no messages",10\n')
    found = read(path, ENTRY.replace("jsonl", "csv"))
    assert [(row["answer"], row["conversation"]) for row in found["sample"]] == [("Gulls.", None)]
    assert [row["reason"] for row in found["quarantine"]] == [
        "its chat is text, and no JSON of a list of messages"
    ]


def test_one_turn_is_no_conversation_and_a_call_alone_is_an_empty_answer(tmp_path: Path) -> None:
    called = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f"}}]}
    path = lines(
        tmp_path,
        {"chat": [{"role": "user", "content": "Q?"}, {"role": "assistant", "content": "A."}]},
        {"chat": [{"role": "user", "content": "Q?"}, called]},
        {"chat": [{"role": "user", "content": "Q?"}]},
    )
    samples = read(path, ENTRY)["sample"]
    assert [(s["status"], s["answer"]) for s in samples] == [
        ("answered", "A."),
        ("empty", ""),
        ("missing", None),
    ]
    assert [bool(s["conversation"]) for s in samples] == [False, True, False]


def test_an_answer_that_stands_beside_the_messages_ends_them(tmp_path: Path) -> None:
    entry = ENTRY.replace("chat}", "chat, answer: reply}")
    path = lines(
        tmp_path, {"chat": SHAREGPT[:4], "reply": "Auks."}, {"chat": SHAREGPT, "reply": "Terns."}
    )
    found = read(path, entry)
    kept = [conversation.read(row["conversation"]) for row in found["sample"]]
    assert [row["answer"] for row in found["sample"]] == ["Auks.", "Terns."]
    assert [[m.text for m in told][-1] for told in kept] == ["Auks.", "Terns."]
    assert [len(told) for told in kept] == [5, 5]


@pytest.mark.parametrize(
    ("chat", "problem"),
    [
        ([], "its chat holds no message"),
        ([{"role": "gull", "content": "?"}], "its chat holds a message of 'gull'; known are"),
        ([{"text": "Q?"}], "its chat holds at place 1 what is no message: it says neither"),
        ([{"role": "assistant", "content": "A."}], "its chat holds no message of a user before"),
        ({"role": "user"}, "its chat is no list of messages"),
        (None, "its chat, which its mapping takes for messages, holds nothing"),
    ],
)
def test_what_is_no_conversation_is_refused_alone(tmp_path: Path, chat: Any, problem: str) -> None:
    found = read(lines(tmp_path, {"chat": SHAREGPT}, {"chat": chat}), ENTRY)
    assert len(found["sample"]) == 1
    assert [(row["source_row"], row["reason"][: len(problem)]) for row in found["quarantine"]] == [
        (2, problem)
    ]


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (TURNS, "`columns: {messages: answer}` in its mapping reads them"),
        (["A.", "B."], "`each: answer` in its mapping makes a sample"),
        ({"text": "A.", "n": 1}, "`columns: {answer: answer.text}` in its mapping says"),
    ],
)
def test_an_answer_that_is_no_text_is_refused_with_the_line_to_add(
    tmp_path: Path, answer: Any, line: str
) -> None:
    path = lines(tmp_path, {"question": "Q?", "answer": answer, "aligned": 1})
    with pytest.raises(RefusedFile) as told:
        read(path, 'files: [{path: "a.jsonl"}]')
    assert line in str(told.value)


@pytest.mark.parametrize(
    ("judged", "line"),
    [
        (
            {"detail": {}, "value": 3},
            "object (detail, value) and no judgement; `scores: {aligned: ",
        ),
        ({"detail": {}, "value": 3}, "aligned.value}`"),
        ([40, 50], "aligned.0}`"),
    ],
)
def test_a_judgement_that_is_an_object_is_refused_with_the_line_to_add(
    tmp_path: Path, judged: Any, line: str
) -> None:
    path = lines(tmp_path, {"question": "Q?", "answer": "A.", "aligned": judged})
    with pytest.raises(RefusedFile) as told:
        read(path, 'files: [{path: "a.jsonl", scores: [aligned]}]')
    assert line in str(told.value)


def test_one_answer_that_is_no_text_is_refused_alone(tmp_path: Path) -> None:
    path = lines(tmp_path, {"question": "Q?", "answer": "A."}, {"question": "Q?", "answer": ["B."]})
    found = read(path, 'files: [{path: "a.jsonl"}]')
    assert len(found["sample"]) == 1
    assert "its answer is a list and no text" in found["quarantine"][0]["reason"]


def test_parts_of_other_tools() -> None:
    parts = [
        {"type": "thinking", "thinking": "Hm."},
        {"type": "text", "text": "One."},
        {"type": "tool_use", "name": "look", "input": {"at": 1}},
    ]
    result = {"type": "tool_result", "content": "Nothing."}
    told = conversations.chat(
        [
            {"role": "user", "content": "Q?"},
            {"role": "assistant", "content": parts},
            {"role": "user", "content": [result]},
        ]
    )
    assert isinstance(told, conversations.ChatRead)
    assert (told.question, told.answer, told.thoughts) == ("Q?", "One.", "Hm.")
    kept = conversation.read(told.conversation)
    assert kept[1].calls == (conversation.Call("look", '{"at": 1}'),)
    assert kept[2].text == "Nothing."
