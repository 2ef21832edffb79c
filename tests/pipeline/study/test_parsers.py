import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.study.parsers.first_number import FirstNumberParser
from pipeline.study.parsers.label import LabelParser
from pipeline.study.parsers.score import ScoreParser, expected_score
from pipeline.study.replies import Alternative, Reading

SCORE = ScoreParser()
LABEL = LabelParser(labels=("LLM", "19"), code=None)
EXPECTED = ScoreParser(expected=True)


@pytest.mark.parametrize(
    ("reply", "score", "label"),
    [
        ("85", 85.0, "unparsed"),
        ("19TH", "unparsed", "unparsed"),
        ("-5", "unparsed", "unparsed"),
        ("−5", "unparsed", "unparsed"),
        ("+5", "unparsed", "unparsed"),
        ("0.9", "unparsed", "unparsed"),
        (".9", "unparsed", "unparsed"),
        ("I'd say 85/100", "unparsed", "unparsed"),
        ("85/100", "unparsed", "unparsed"),
        ("101", "unparsed", "unparsed"),
        ("1e2", "unparsed", "unparsed"),
        ("\u0668\u0665", "unparsed", "unparsed"),
        ("85\n90", "unparsed", "unparsed"),
        ("LLM - nothing 19th-century here", "unparsed", "unparsed"),
        ("LLM 19", "unparsed", "unparsed"),
        ("19", 19.0, "19"),
        ("**19**", 19.0, "19"),
        (" 19.\n", 19.0, "19"),
        ('"llm"', "unparsed", "LLM"),
        ("Refusal", "refusal", "refusal"),
        ("CODE", "code", "unparsed"),
        ("CODE 40", "unparsed", "unparsed"),
        ("", "unparsed", "unparsed"),
        ("NaN", "unparsed", "unparsed"),
    ],
)
def test_every_reply_has_a_defined_status(reply: str, score: object, label: object) -> None:
    read = SCORE.parse(reply)
    assert (read.score if read.status == "scored" else read.status) == score
    read = LABEL.parse(reply)
    assert (read.label if read.status == "scored" else read.status) == label


@given(st.text())
def test_a_score_is_always_in_range_and_the_whole_reply(reply: str) -> None:
    read = SCORE.parse(reply)
    if read.status == "scored":
        assert read.score is not None
        assert 0 <= read.score <= 100
        assert reply.strip(" \t\r\n\"'`*_.“”’") == f"{int(read.score)}".rjust(
            len(reply.strip(" \t\r\n\"'`*_.“”’")), "0"
        )


def token(*alternatives: tuple[str, float]) -> tuple[Alternative, ...]:
    made = [Alternative(text, math.log(share)) for text, share in alternatives]
    return (made[0], *made)


def test_the_expected_score_weighs_the_number_tokens() -> None:
    # (80·0.5 + 90·0.3) / 0.8, the rest of the mass is on words
    read = EXPECTED.parse("80", (token(("80", 0.5), ("90", 0.3), ("I", 0.1)),))
    assert read.status == "scored"
    assert read.score == pytest.approx(83.75)


def test_too_little_mass_on_numbers_is_unparsed() -> None:
    assert EXPECTED.parse("80", (token(("80", 0.2), ("The", 0.8)),)).status == "unparsed"


def test_numbers_split_into_digits_have_no_expected_score() -> None:
    logprobs = (token(("8", 0.9), ("9", 0.1)), token(("5", 1.0)))
    assert EXPECTED.parse("85", logprobs) == Reading("scored", score=85.0)


def test_numbers_out_of_range_and_other_digits_have_no_weight() -> None:
    alternatives = token(("50", 0.5), ("150", 0.2), ("\u0665", 0.2))
    assert expected_score(alternatives, 0, 100).score == pytest.approx(50.0)


@given(st.floats(0.25, 1.0))
def test_rounding_leads_no_expected_score_out_of_range(share: float) -> None:
    found = expected_score(token(("100", share)), 0, 100).score
    assert found is not None
    assert 99.9 < found <= 100


def test_a_refusal_beside_numbers_is_a_refusal() -> None:
    assert EXPECTED.parse("REFUSAL", (token(("90", 1.0)),)).status == "refusal"


def test_the_lenient_parser_shows_what_leniency_does() -> None:
    lenient = FirstNumberParser()
    assert [lenient.parse(reply).score for reply in ("19TH", "-5", "0.9", "I'd say 85/100")] == [
        19.0,
        5.0,
        0.0,
        85.0,
    ]
    assert lenient.parse("1800s").score == 100.0
    assert lenient.parse("none").status == "unparsed"
    two_way = FirstNumberParser(labels=("LLM", "19"))
    assert two_way.parse("LLM - nothing 19th-century here").label == "19"
    assert two_way.parse("llm").label == "LLM"
    assert two_way.parse("1800s").status == "unparsed"
