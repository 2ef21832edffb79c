"""Whatever strangers wrote, a terminal, a spreadsheet and a line of a table only show it."""

import csv
import io
import json
import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse import harmless

CLEARS = "a\x1b[2J\x9b31mb"
TURNED = "x\u202egnp.exe\u2066"


def unseen(text: str, but: str = "") -> list[str]:
    """The characters of a text that are controls, format characters or line separators."""
    kinds = {"Cc", "Zl", "Zp", "Cs"}
    return [c for c in text if unicodedata.category(c) in kinds and c not in but]


def test_controls_become_pictures_and_directions_their_numbers() -> None:
    assert harmless.line(CLEARS) == "a␛[2J⟨U+009B⟩31mb"
    assert harmless.line(TURNED) == "x⟨U+202E⟩gnp.exe⟨U+2066⟩"
    assert harmless.line("a\nb\tc\u200b\ufeff") == "a␊b␉c⟨U+200B⟩⟨U+FEFF⟩"


def test_a_long_text_keeps_its_lines_and_the_joiners_of_its_script() -> None:
    family = "\N{MAN}\u200d\N{WOMAN}"
    assert harmless.visible(f"one\r\n\ttwo {family}\r\x07") == f"one\n\ttwo {family}␍␇"


@given(st.text())
def test_no_text_keeps_a_control(text: str) -> None:
    assert not unseen(harmless.line(text))
    assert not unseen(harmless.visible(text), but="\n\t")
    assert harmless.line(harmless.line(text)) == harmless.line(text)


@given(st.text(), st.integers(20, 80))
def test_a_short_text_is_short(text: str, most: int) -> None:
    assert len(harmless.short(text, most)) <= max(most, len(harmless.line(text)) * (most >= 8))
    assert len(harmless.short(text, most)) <= most


def test_two_that_begin_alike_stay_two() -> None:
    one, other = "m" * 5_000 + "1", "m" * 5_000 + "2"
    assert harmless.short(one, 60) != harmless.short(other, 60)
    assert harmless.short(one, 60).startswith("mmmm")


@given(st.text(st.characters(codec=None)))
def test_json_says_the_same_in_characters_that_do_nothing(text: str) -> None:
    written = harmless.json_text(json.dumps(text, ensure_ascii=False))
    assert json.loads(written) == text
    assert not unseen(written)
    written.encode("utf-8")


@pytest.mark.parametrize("sign", harmless.FORMULA)
@pytest.mark.parametrize("before", ["", " ", "\t", "\r", "\n", "\u200b", '"', "\xa0"])
def test_no_cell_begins_a_formula(sign: str, before: str) -> None:
    text = harmless.csv(pl.DataFrame({"name": [f"{before}{sign}1+1", "plain"], "n": [-1, 2]}))
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["name", "n"]
    assert rows[1][0].startswith("'")
    assert rows[1][1] == "-1"
    assert rows[-1] == ["plain", "2"]


def test_a_formula_after_another_country_s_divider_is_quoted() -> None:
    assert '"a;=1+1"' in harmless.csv(pl.DataFrame({"name": ["a;=1+1"]}))
    assert harmless.csv(pl.DataFrame({"name": ["a; b"]})) == "name\na; b\n"
