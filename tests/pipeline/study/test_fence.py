import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.study import fence
from warehouse.errors import InvalidDefinition

TEMPLATE = "Question:\n{question}\nAnswer:\n{answer}\nReply 0 to 100."


@given(st.text(), st.text())
def test_nothing_in_an_answer_can_end_its_fence(question: str, answer: str) -> None:
    marks = iter([*(part for part in (answer[:4], question[:4]) if part), "f00dfeed"])
    drawn = []

    def draw() -> str:
        drawn.append(next(marks))
        return drawn[-1]

    prompt = fence.prompt(TEMPLATE, question, answer, draw)
    mark = drawn[-1]
    assert mark not in question
    assert mark not in answer
    inside = prompt.split(f"<<answer {mark}>>\n")[1].split(f"\n<<end of answer {mark}>>")[0]
    assert inside == answer
    assert prompt.count(f"<<end of answer {mark}>>") == 1
    assert prompt.endswith("Reply 0 to 100.")


def test_a_placeholder_in_an_answer_stays_text() -> None:
    prompt = fence.prompt(TEMPLATE, "Who?", "{question} {answer}", lambda: "mark")
    assert prompt.count("Who?") == 1
    assert "{question} {answer}" in prompt


def test_marks_differ() -> None:
    assert fence.prompt("{answer}", "", "a") != fence.prompt("{answer}", "", "a")


@pytest.mark.parametrize("template", ["", "{question}", "{answer}{answer}", "{question}" * 2])
def test_a_prompt_needs_one_place_for_the_answer(template: str) -> None:
    with pytest.raises(InvalidDefinition, match=r"judge\.md"):
        fence.check(template, "judge.md")
