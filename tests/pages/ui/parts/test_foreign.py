"""What becomes of text that others wrote, without an app around it."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.ui.parts import foreign
from warehouse import harmless

TAGS = re.compile(r"</?(?:div|mark|details|summary|table|thead|tbody|tr|td|th)\b[^>]*>")


def shown(page: str) -> str:
    """What a browser would draw of it."""
    return html.unescape(TAGS.sub("", page))


def marked(needle: str) -> foreign.Marked:
    """Finds a text, in any case."""

    def find(text: str) -> list[tuple[int, int]]:
        found = re.finditer(re.escape(needle), text, re.IGNORECASE) if needle else ()
        return [one.span() for one in found]

    return find


@given(st.text(), st.text(max_size=3))
def test_only_our_own_tags_are_tags_and_nothing_is_lost(text: str, needle: str) -> None:
    page = foreign.block(text, marked(needle))
    assert "<" not in TAGS.sub("", page)
    assert shown(page).replace("\r", "") == harmless.visible(text).replace("\r", "")


def test_characters_without_a_look_get_one() -> None:
    assert harmless.visible("a\x00b\x1bc\td\ne\x7f") == "a␀b␛c\td\ne␡"


def test_line_breaks_of_every_system_are_one() -> None:
    assert harmless.visible("a\r\nb\rc") == "a\nb␍c"


def test_matches_are_marked_in_any_case_and_as_they_are() -> None:
    page = foreign.escaped("A.c and a.C but not abc", marked("a.c"))
    assert [shown(m) for m in re.findall(r"<mark[^>]*>.*?</mark>", page)] == ["A.c", "a.C"]


def test_a_match_that_is_markup_is_marked_as_text() -> None:
    assert "&lt;b&gt;</mark>" in foreign.escaped("say <b> now", marked("<B>"))


def test_a_flood_of_matches_is_marked_in_part_and_shown_whole() -> None:
    page = foreign.escaped("e" * 1_000_000, marked("e"))
    assert page.count("<mark") == foreign.MARKS
    assert len(shown(page)) == 1_000_000


@pytest.mark.parametrize(("at", "starts", "ends"), [(0, False, True), (5_000, True, True)])
def test_an_excerpt_lies_around_the_match(at: int, starts: bool, ends: bool) -> None:
    text = "x" * at + "NEEDLE" + "y" * 10_000
    found = foreign.excerpt(text, marked("needle"))
    assert "NEEDLE" in found
    assert (found.startswith("… "), found.endswith(" …")) == (starts, ends)
    assert len(found) <= 244


def test_an_excerpt_of_a_short_text_is_the_text_on_one_line() -> None:
    assert foreign.excerpt("one\n\n two ") == "one two"


def test_a_table_escapes_every_cell_and_highlights_rows() -> None:
    page = foreign.table(("<h>",), [("<i>",), ("b",)], highlighted=[1])
    assert "&lt;h&gt;" in page
    assert "&lt;i&gt;" in page
    first, second = page.split("<tr style=")[1:]
    assert "rgba" not in first.split(">")[0]
    assert "rgba" in second.split(">")[0]
