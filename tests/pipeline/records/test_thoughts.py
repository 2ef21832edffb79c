"""Thoughts and answers told apart, however a model marks them."""

import pytest

from pipeline.records.thoughts import apart


@pytest.mark.parametrize(
    ("text", "thoughts", "answer"),
    [
        ("A brass lamp.", None, "A brass lamp."),
        ("  \nkept to the letter \n", None, "  \nkept to the letter \n"),
        ("<think>gold?</think>\n\nA stool.", "gold?", "A stool."),
        ("\n <think>\ngold?\n</think>A stool.", "gold?", "A stool."),
        ("<THINK>gold?</Think> A stool.", "gold?", "A stool."),
        ("<thinking>gold?</thinking> A stool.", "gold?", "A stool."),
        ("<reasoning>gold?</reasoning> A stool.", "gold?", "A stool."),
        ("<thought>gold?</thought> A stool.", "gold?", "A stool."),
        ("<seed:think>gold?</seed:think> A stool.", "gold?", "A stool."),
        ("[THINK]gold?[/THINK]A stool.", "gold?", "A stool."),
        ("◁think▷gold?◁/think▷A stool.", "gold?", "A stool."),
        ("<|begin_of_thought|>gold?<|end_of_thought|>A stool.", "gold?", "A stool."),
        (
            "<|channel|>analysis<|message|>gold?<|end|><|start|>assistant"
            "<|channel|>final<|message|>A stool.",
            "gold?",
            "A stool.",
        ),
        ("gold, I would say.\n</think>\nA stool.", "gold, I would say.", "A stool."),
        ("<think>one</think>A <think>two</think>stool.", "one\n\ntwo", "A stool."),
        ("<think>a <think>b</think> c</think> A stool.", "a <think>b\n\nc", "A stool."),
        ("<think>never closed", "never closed", ""),
        ("Let me see.\n<think>never closed", "Let me see.\n\nnever closed", ""),
        ("<think></think>A stool.", None, "A stool."),
        ("<think>only thoughts</think>", "only thoughts", ""),
        ("A stool. <think>never closed", "A stool.\n\nnever closed", ""),
        ('Write "<think>" before it.', None, 'Write "<think>" before it.'),
        ("[thought] A stool. [reflection]", None, "[thought] A stool. [reflection]"),
        ("`<think>` and `</think>` are marks.", None, "`<think>` and `</think>` are marks."),
        ("<thinker>no mark</thinker>", None, "<thinker>no mark</thinker>"),
    ],
)
def test_a_reply_is_told_apart(text: str, thoughts: str | None, answer: str) -> None:
    assert apart(text) == (thoughts, answer)


@pytest.mark.parametrize("part", ["<think>", "</think>", "<think></think>", "\n", "<", "[", "< "])
def test_a_million_marks_take_no_more_than_their_reading(part: str) -> None:
    parted = apart(part * (1_000_000 // len(part)))
    assert len(parted.answer) + len(parted.thoughts or "") <= 1_000_000
