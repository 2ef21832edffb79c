"""The words of texts: which documents hold them, and how they are written."""

import numpy as np
import polars as pl
import pytest

from warehouse.search.postings import Flags, Postings, Seeing

TEXTS = ("The Telegraph", "a café™", "cafe\u0301 THE", None, "telegraph 电报机 a\u017fsay", "")


@pytest.fixture(scope="module")
def held() -> Postings:
    """The texts, in two parts; `the` is in most of 40 rows, and of all but six texts."""
    seeing = Seeing()
    for part in (TEXTS[:3], (*TEXTS[3:], *(f"the {number}" for number in range(34)))):
        seeing.add(pl.Series(part, dtype=pl.String()))
    return Postings(seeing.arrays(is_written=True))


def first(found: Flags) -> list[int]:
    return [int(at) for at in np.flatnonzero(found) if at < len(TEXTS)]


def test_documents_of_words_are_told_rare_or_not(held: Postings) -> None:
    assert first(held.words(["telegraph"])) == [0, 4]
    assert first(held.words(["tele"], is_prefix=True)) == [0, 4]
    assert held.words(["the"]).sum() == 36
    assert first(held.words(["t"], is_prefix=True)) == [0, 2, 4]
    assert first(held.words(["报"])) == [4]
    assert first(held.words(["tele"])) == first(held.words(["zz"], is_prefix=True)) == []
    assert first(held.within(["cafe"], (False, False))) == [2]
    assert first(held.within(["cafe"], (False, True))) == [1, 2]
    assert first(held.within(["graph"], (True, False))) == [0, 4]
    assert first(held.within(["e", "tele"], (True, True))) == [0]
    assert first(held.within(["e", "tele"], (True, False))) == []


def test_letters_are_told_as_they_are_written_where_that_is_known(held: Postings) -> None:
    assert first(held.letters("legra", is_exact=True)) == [0, 4]
    assert first(held.letters("Tele", is_exact=True)) == [0]
    assert first(held.letters("TELE", is_exact=False)) == [0, 4]
    assert first(held.letters("THE", is_exact=True)) == []  # that of 2 is not known
    assert first(held.unspelled("ss")) == [4]  # the long s, which is an s in another case
    assert first(held.unspelled("caf")) == [1, 2]  # ™ and an accent of its own: to be read
    assert first(held.unspelled("tele")) == []


def test_phrases_are_of_one_text(held: Postings) -> None:
    assert first(held.words(["the", "telegraph"])) == [0]
    assert first(held.words(["telegraph", "电", "报"])) == [4]
    assert first(held.words(["telegraph", "a"])) == first(held.words(["the", "the"])) == []
    assert first(held.words(["the", "tele"], is_prefix=True)) == [0]
    assert held.words(["the", "1"], is_prefix=True).sum() == 11  # 1, 10, 11, …, 19


def test_texts_that_are_the_same_are_each_told() -> None:
    seeing = Seeing()
    seeing.add(pl.Series(["same", None, "same", "other"]))
    assert Postings(seeing.arrays(is_written=False)).words(["same"]).tolist() == [1, 0, 1, 0]


def test_nothing_holds_nothing() -> None:
    none = Postings(Seeing().arrays(is_written=True))
    assert none.words(["a"]).size == none.words(["a", "b"], is_prefix=True).size == 0
    assert none.letters("a", is_exact=True).size == none.unspelled("a").size == 0
