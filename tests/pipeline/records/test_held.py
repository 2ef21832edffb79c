"""Rows wait until enough of them came together, and none is handed on twice."""

import polars as pl
import pytest

from pipeline.records import held
from pipeline.records.held import Held


def rows(of: Held, n: int, answer: str = "There.") -> None:
    for at in range(n):
        of.sample(at, "e", 0, at, at + 1, "answered", answer, None, None, None, None)
        of.judgement(at, "alignment", "judge", "scored", 50.0, None, "50")


@pytest.mark.parametrize(
    ("n", "answer"), [(held.HELD, "There."), (2, "x" * (held.HELD_CHARACTERS // 2))]
)
def test_many_rows_or_long_ones_are_handed_on(n: int, answer: str) -> None:
    waiting = Held()
    rows(waiting, n - 1, answer)
    assert list(waiting.flush()) == []
    rows(waiting, 1, answer)
    samples, judgements = waiting.flush()
    assert (samples.relation, samples.rows.height) == ("sample", n)
    assert (judgements.relation, judgements.rows.height) == ("judgement", n)
    assert list(waiting.flush(last=True)) == []


def test_the_last_rows_are_handed_on_however_few() -> None:
    waiting = Held()
    rows(waiting, 1)
    samples, _ = waiting.flush(last=True)
    assert samples.rows.schema["thoughts"] == pl.String()


def test_questions_are_told_by_their_keys() -> None:
    found = held.questions({("e", "first\0", "Where?", None): 0, ("e", "second", "Who?", "Be."): 1})
    assert found.relation == "question"
    told = found.rows.select("question_key", "name", "text", "system_prompt").rows()
    assert told == [(0, "first␀", "Where?", None), (1, "second", "Who?", "Be.")]


@pytest.mark.parametrize(
    ("text", "error", "became"),
    [
        ("There.", None, "answered"),
        (" ", None, "empty"),
        (None, None, "missing"),
        (None, "no reply", "error"),
        ("Half", "cut", "answered"),
    ],
)
def test_what_became_of_a_sample(text: str | None, error: str | None, became: str) -> None:
    assert held.status(text, error) == became
