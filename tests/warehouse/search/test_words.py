"""What a word is, in any language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.search import scan
from warehouse.search import words

TEXTS = {
    "Don't STOP—now": ["don", "t", "stop", "now"],
    "Café cafe\u0301 Köln Ångström": ["cafe", "cafe", "koln", "angstrom"],
    "电报 telegraph電報": ["电", "报", "telegraph", "電", "報"],
    "ひらがな カナ": ["ひ", "ら", "が", "な", "カ", "ナ"],
    "한국어": ["한", "국", "어"],
    "ΟΔΟΣ οδός": ["οδοσ", "οδοσ"],
    "Привет, Ёж": ["привет", "еж"],
    "x² ﬁre ½": ["x2", "fire", "1", "2"],
    "snake_case 1859": ["snake", "case", "1859"],
    "🙂 — !": [],
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_taken_apart_into_words(text: str) -> None:
    assert words.split(text) == TEXTS[text]
    assert scan.words(text) == TEXTS[text]


@pytest.mark.parametrize("text", TEXTS)
def test_words_stand_where_they_are_said_to(text: str) -> None:
    placed = words.placed(text)
    assert [word.text for word in placed] == TEXTS[text]
    for word in placed:
        assert word.text in words.split(text[word.start : word.end])


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_words_lie_in_order_within_the_text(text: str) -> None:
    placed = words.placed(text)
    starts = [word.start for word in placed]
    assert starts == sorted(starts)
    assert all(0 <= word.start < word.end <= len(text) for word in placed)
