"""Which words of one text another has not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.quoting import differing


@pytest.mark.parametrize(
    ("text", "other", "marked"),
    [
        ("the new ship", "the old ship", ["new"]),
        ("a b c d", "a d", ["b c"]),
        ("Same, but!", "same but?", [",", "!"]),
        ("same", "same", []),
        ("", "all of it", []),
        ("all of it", "", ["all of it"]),
    ],
)
def test_words_that_the_other_has_not_are_found(text: str, other: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in differing.spans(text, other)] == marked


@given(st.text(max_size=60), st.text(max_size=60))
def test_spans_lie_apart_and_in_order(text: str, other: str) -> None:
    ends = [place for span in differing.spans(text, other) for place in span]
    assert ends == sorted(set(ends))
    assert differing.spans(text, text) == []
