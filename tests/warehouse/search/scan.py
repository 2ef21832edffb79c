"""Search done the plain way: every text read, by other means than the index takes it apart with."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from warehouse.search.asked import All, Any, Asked, Not, Text, Words

UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "THAI", "LAO", "KHMER", "MYANMAR")

Texts = Mapping[str, Iterable[str | None]]
"""The texts of one sample: its answer, its question, what judges said."""


@cache
def words(text: str) -> list[str]:
    """The words of a text: runs of letters and digits, some characters by themselves."""
    plain = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", text))
    found = [""]
    for letter in unicodedata.normalize("NFC", plain).lower().replace("ς", "σ"):
        alone = not letter.isascii() and unicodedata.name(letter, "").startswith(UNSPACED)
        if not letter.isalnum():
            found.append("")
        elif alone:
            found += [letter, ""]
        else:
            found[-1] += letter
    return [word for word in found if word]


def holds(texts: Texts, wanted: Asked) -> bool:
    """Whether a sample is one that a search asks for."""
    match wanted:
        case All():
            return all(holds(texts, part) for part in wanted.parts)
        case Any():
            return any(holds(texts, part) for part in wanted.parts)
        case Not():
            return not holds(texts, wanted.part)
        case Text():
            flags = 0 if wanted.is_exact else re.IGNORECASE
            found = (
                re.search(re.escape(wanted.text), text, flags) for text in _of(texts, "answer")
            )
            return any(found)
        case Words():
            return any(_in_order(words(text), wanted) for text in _of(texts, wanted.field))


def _of(texts: Texts, field: str) -> Iterator[str]:
    return (text for text in texts[field] if text)


def _in_order(found: list[str], wanted: Words) -> bool:
    *before, last = wanted.words
    if not before:
        return any(_is_last(word, last, wanted) for word in found)
    starts = [at for at, word in enumerate(found) if word == before[0]]
    return any(
        found[at : at + len(before)] == before
        and at + len(before) < len(found)
        and _is_last(found[at + len(before)], last, wanted)
        for at in starts
    )


def _is_last(word: str, last: str, wanted: Words) -> bool:
    return word.startswith(last) if wanted.is_prefix else word == last
