"""What a word is, in any language: one way to take texts apart, for the index and for whoever asks.

A word is a run of letters and digits. Case does not matter, nor do accents; what is written without
spaces (Chinese, Japanese, Korean, Thai and others) is taken apart into characters.
"""

import re
from typing import NamedTuple

import polars as pl

_UNSPACED = "".join(
    rf"\p{{{script}}}"
    for script in (
        *("Han", "Hiragana", "Katakana", "Bopomofo", "Hangul"),
        *("Thai", "Lao", "Khmer", "Myanmar"),
    )
)
_ACCENTS = "\u0300-\u036f"
_WORD = r"[\p{Alphabetic}\p{N}]+"
"""What the index takes for a word: a run of letters and digits."""

_RUN = re.compile(f"[^\\W_](?:[^\\W_]|[{_ACCENTS}\u0900-\u0dff])*")
"""What may be a word where a text is marked; the Indic signs are part of theirs."""


class Word(NamedTuple):
    """A word of a text, and where it stands there."""

    text: str
    start: int
    end: int


def folded(texts: pl.Series) -> pl.Series:
    """Texts as the index reads them: without case and accents, unspaced writing taken apart."""
    return (
        texts.str.normalize("NFKD")
        .str.replace_all(f"[{_ACCENTS}]+", "")
        .str.normalize("NFC")
        .str.to_lowercase()
        .str.replace_all("ς", "σ", literal=True)  # whose form depends on what follows
        .str.replace_all(f"([{_UNSPACED}])", " $1 ")
    )


def runs(texts: pl.Series) -> pl.Series:
    """The runs of letters and digits of each text."""
    return texts.str.extract_all(_WORD)


def is_joined_when_folded(texts: pl.Series) -> pl.Series:
    """Whether a text has other words once folded than its words folded one by one.

    So it is where accents stand by themselves, and where signs such as ™ become letters.
    """
    is_ascii = texts.str.len_bytes() == texts.str.len_chars()
    between = texts.set(is_ascii, "").str.replace_all(_WORD, " ")
    return between.str.contains(f"[{_ACCENTS}]") | folded(between).str.contains(_WORD)


def split(text: str) -> list[str]:
    """The words of a text, in their order."""
    return _split([text])[0]


def placed(text: str) -> list[Word]:
    """The words of a text, and where each stands in it."""
    strange = sorted({letter for letter in text if not letter.isascii()})
    told = zip(strange, folded(pl.Series(strange, dtype=pl.String())), strict=True)
    alone = "".join(letter for letter, as_read in told if as_read.startswith(" "))
    pieces = [
        (run.start() + piece.start(), piece[0])
        for run in _RUN.finditer(text)
        for piece in (re.finditer(f"[{alone}]|[^{alone}]+", run[0]) if alone else ())
    ] or [(run.start(), run[0]) for run in _RUN.finditer(text)]
    return [
        Word(word, start, start + len(piece))
        for (start, piece), found in zip(pieces, _split([p for _, p in pieces]), strict=True)
        for word in found
    ]


def _split(texts: list[str]) -> list[list[str]]:
    found = runs(folded(pl.Series(texts, dtype=pl.String())))
    words: list[list[str]] = found.to_list()
    return words
