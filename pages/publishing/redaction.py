"""What of answers is published: left out, cut, covered or with words taken out, each so marked."""

import re
from dataclasses import dataclass, field
from typing import Literal

from pages.ui.words import numbers

Which = Literal["none", "sensitive", "all"]

MARK = "[…]"
"""Stands where words were taken out."""

LEFT_OUT = "[left out when this was published]"

_ANSWERS = {"sensitive": "Answers that a judge found hateful or misaligned, or that none judged,"}


@dataclass
class Redaction:
    """What is not shown, and how often that came up.

    Args:
        leave_out: The answers whose text is not published.
        cover: The answers that are shown only once they are asked for.
        cut: How many characters of an answer are published at most.
        words: Texts that are taken out wherever they stand, in any case.
    """

    leave_out: Which = "none"
    cover: Which = "sensitive"
    cut: int | None = None
    words: tuple[str, ...] = ()
    left_out: int = field(default=0, init=False)
    shortened: int = field(default=0, init=False)
    taken_out: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._sought = re.compile("|".join(map(re.escape, self.words)), re.IGNORECASE)

    def answer(self, text: str, is_sensitive: bool) -> str:
        """An answer as it is published."""
        if _is_meant(self.leave_out, is_sensitive):
            self.left_out += 1
            return LEFT_OUT
        text = self.text(text)
        if self.cut is None or len(text) <= self.cut:
            return text
        self.shortened += 1
        rest = numbers.plural(len(text) - self.cut, "more character")
        return f"{text[: self.cut]} [… cut here, {rest}]"

    def text(self, text: str) -> str:
        """Anything else that others wrote, without the words that are taken out."""
        if not self.words:
            return text
        text, found = self._sought.subn(MARK, text)
        self.taken_out += found
        return text

    def covers(self, is_sensitive: bool) -> bool:
        """Whether an answer is shown only once it is asked for."""
        return _is_meant(self.cover, is_sensitive)

    def told(self) -> list[str]:
        """What was done, a sentence each."""
        said = []
        if self.left_out:
            which = _ANSWERS.get(self.leave_out, "All answers")
            said.append(f"{which} are left out: {self.left_out:,}.")
        if self.shortened:
            told = numbers.plural(self.shortened, "answer")
            said.append(f"{told} cut after {self.cut:,} characters.")
        if self.words:
            told = numbers.plural(self.taken_out, "place")
            said.append(f"Words were taken out in {told}, marked {MARK}.")
        return said or ["Answers are published whole."]


def _is_meant(which: Which, is_sensitive: bool) -> bool:
    return which == "all" or (which == "sensitive" and is_sensitive)
