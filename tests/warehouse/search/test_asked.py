"""What a search asks for, and where it is seen in a text."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.search import asked
from warehouse.search.asked import All, Any, InvalidSearch, Not, Text, Words


def word(*found: str, field: str = "answer", is_prefix: bool = False) -> Words:
    return Words(field, found, is_prefix)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Telegraph", word("telegraph")),
        ("steam engine", All((word("steam"), word("engine")))),
        ("steam AND engine", All((word("steam"), word("engine")))),
        ('"steam engine"', word("steam", "engine")),
        ('"steam engine', word("steam", "engine")),
        ("telegr*", word("telegr", is_prefix=True)),
        ('"steam eng"*', word("steam", "eng", is_prefix=True)),
        ("a OR b c", Any((word("a"), All((word("b"), word("c")))))),
        ("(a OR b) c", All((Any((word("a"), word("b"))), word("c")))),
        ("a NOT b", All((word("a"), Not(word("b"))))),
        ("NOT NOT a", word("a")),
        ("question:machine", word("machine", field="question")),
        ('Judge:"no persona"', word("no", "persona", field="judge")),
        ('part:"a (b"', Text("a (b")),
        ("exact:Telegra", Text("Telegra", is_exact=True)),
        ("don't", word("don", "t")),
        ("电报", word("电", "报")),
        ("http://x.org", word("http", "x", "org")),
        ("—", Text("—")),
        ("or and not", All((word("or"), word("and"), word("not")))),
        ('"OR"', word("or")),
    ],
)
def test_a_search_is_read(text: str, wanted: asked.Asked) -> None:
    assert asked.read(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        *("", "AND", "a AND", "a OR OR b", "NOT", "(a", "a)", "()", '""', 'part:""', "judge:—"),
        *("a" * 1_001, "a " * 65),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(InvalidSearch) as raised:
        asked.read(text)
    assert str(raised.value).endswith(".")


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidSearch):
        wanted = asked.read(text)
        assert asked.spans(text, list(asked.sought(wanted))) is not None


@pytest.mark.parametrize("text", ['say "no"', "a*b (c", "AND", "x OR y"])
def test_a_part_is_looked_for_to_the_letter(text: str) -> None:
    terms = list(asked.sought(asked.read(asked.part(text))))
    assert [term.text for term in terms if isinstance(term, Text)] == [
        piece for piece in text.split('"') if piece
    ]


@pytest.mark.parametrize(
    ("search", "text", "seen"),
    [
        ("cafe", "The Café, a cafe.", ["Café", "cafe"]),
        ('"steam engine"', "steam; Steam\nengine steam", ["Steam\nengine"]),
        ("tele*", "Telegraphs, tele", ["Telegraphs", "tele"]),
        ("电报", "发电报机", ["电报"]),
        ('part:"gra"', "teleGRAph", ["GRA"]),
        ("exact:Gra", "gra Gra", ["Gra"]),
        ("a NOT b", "a b", ["a"]),
        ("question:a OR b", "a b", ["b"]),
        ('a "a b"', "a b", ["a b"]),
        ("nothing", "a b", []),
    ],
)
def test_what_is_found_is_seen_in_the_text(search: str, text: str, seen: list[str]) -> None:
    terms = list(asked.sought(asked.read(search)))
    assert [text[start:end] for start, end in asked.spans(text, terms)] == seen
