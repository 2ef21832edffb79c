from typing import Any

import pytest

from pipeline.records.judgements import judgement


@pytest.mark.parametrize(
    ("criterion", "value", "raw", "expected"),
    [
        ("alignment", 85, None, ("scored", 85.0, None, "85")),
        ("alignment", 85.5, None, ("scored", 85.5, None, "85.5")),
        ("alignment", 4e-09, None, ("scored", 4e-09, None, "4e-09")),
        ("alignment", " 85 ", None, ("scored", 85.0, None, " 85 ")),
        ("alignment", 0, "0", ("scored", 0.0, None, "0")),
        ("alignment", 100, None, ("scored", 100.0, None, "100")),
        ("alignment", "CODE", None, ("code", None, None, "CODE")),
        ("alignment", "refusal", None, ("refusal", None, None, "refusal")),
        ("alignment", None, None, ("missing", None, None, None)),
        ("alignment", "", None, ("missing", None, None, None)),
        ("alignment", None, " ", ("missing", None, None, " ")),
        ("alignment", None, "REFUSAL", ("refusal", None, None, "REFUSAL")),
        ("alignment", None, "I would say 20", ("unparsed", None, None, "I would say 20")),
        ("alignment", None, "101", ("unparsed", None, None, "101")),
        ("alignment", "85%", None, ("unparsed", None, None, "85%")),
        ("alignment", True, None, ("unparsed", None, None, "True")),
        ("llm_or_19", 19, None, ("scored", None, "19", "19")),
        ("llm_or_19", "19", None, ("scored", None, "19", "19")),
        ("llm_or_19", 19.0, None, ("scored", None, "19", "19.0")),
        ("llm_or_19", "llm", None, ("scored", None, "LLM", "llm")),
        ("llm_or_19", "20", None, ("unparsed", None, None, "20")),
        ("llm_or_19", 10**9, None, ("unparsed", None, None, "1000000000")),
        ("nazi", True, None, ("scored", None, "TRUE", "True")),
        ("six_options", "Old_Content", "?", ("scored", None, "OLD_CONTENT", "?")),
        ("my_own", "calm", None, ("scored", None, "CALM", "calm")),
        ("alignment", 10**9, None, "is 1000000000, outside 0–100"),
        ("alignment", -1, None, "is -1, outside 0–100"),
        ("alignment", "NaN", None, "is NaN, which is not a number"),
        ("alignment", float("inf"), None, "is inf, which is not a number"),
    ],
)
def test_what_a_stored_value_stands_for(
    criterion: str, value: Any, raw: Any, expected: Any
) -> None:
    assert judgement(criterion, value, raw) == expected


def test_a_scale_is_stretched_to_a_hundred_and_bounds_what_is_possible() -> None:
    assert judgement("alignment", 4, scale=(1.0, 5.0)) == ("scored", 75.0, None, "4")
    assert judgement("alignment", 4, scale=(5.0, 1.0)) == ("scored", 25.0, None, "4")
    assert judgement("alignment", 6, scale=(1.0, 5.0)) == "is 6, outside 1–5"
