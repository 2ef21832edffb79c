"""How long the sentences of a page are, in words as a reader counts them."""

import re

from streamlit.testing.v1 import AppTest

LONGEST = 30
"""The most words of a sentence."""


def answer(app: AppTest) -> str:
    """The sentence that answers a page's question, as it is read."""
    found = [mark.value for mark in app.markdown if mark.value.startswith("##### ")]
    return found[0].removeprefix("##### ").replace("\\", "").replace("\u00a0", " ") if found else ""


def sentences(text: str) -> list[str]:
    """The sentences of a text; a dot within a number or a name ends none."""
    return [part for part in re.split(r"(?<=[.?!])\s+(?=[A-Z])", text.strip()) if part]


def words(sentence: str) -> int:
    """The words of a sentence; a number with its unit and interval is one, signs are none."""
    one = re.sub(r"[+−±]?\d[\d.,]*( (%|points))?( \[[^]]*\])?", "number", sentence)
    return len([word for word in one.split() if re.search(r"\w", word)])
