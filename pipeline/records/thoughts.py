"""What a reply is made of: the thoughts its model wrote down, and the answer that came of them.

Decided here once, for whatever a study draws and whatever is imported. Thoughts are kept, and are
never the answer: nobody judges, counts, searches or quotes them as such.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_WORD = r"(?:think|thinking|thought|thoughts|reason|reasoning|reflection|scratchpad)"
_SPELLED = rf"(?:\w{{1,12}}:)?{_WORD}"

_MARK = re.compile(
    rf"(?P<opens><\s{{0,3}}{_SPELLED}\s{{0,3}}>|\[THINK\]|◁{_WORD}▷|<\|begin_of_{_WORD}\|>"
    r"|<\|channel\|>analysis<\|message\|>)"
    rf"|<\s{{0,3}}/\s{{0,3}}{_SPELLED}\s{{0,3}}>|\[/THINK\]|◁/{_WORD}▷|<\|end_of_{_WORD}\|>"
    r"|(?:<\|end\|>)?(?:<\|start\|>assistant)?<\|channel\|>final<\|message\|>",
    re.IGNORECASE,
)
"""Tags, Magistral's brackets, Kimi's triangles, the marks of Sky-T1, the channels of gpt-oss."""


_QUOTES = ("`", '"', "'", "\u201c", "\u2018", "\xab")
"""What stands before a mark that is only spoken of."""

_BEGIN = re.compile(r"[<\[◁]")
"""What every mark begins with."""


class Parted(NamedTuple):
    """A reply in two parts; `thoughts` is None where it holds none."""

    thoughts: str | None
    answer: str


def apart(text: str) -> Parted:
    """The reply's thoughts and its answer; a reply without marks is its answer, to the letter.

    Thoughts that nothing closes are a reply that broke off before its answer: all of it is
    thoughts, and the answer is empty. A mark that closes what nothing opened ends thoughts too,
    since many chat templates open them at the end of the prompt. A mark in backticks or quotation
    marks is spoken of and not used.
    """
    if not _may_hold(text):
        return Parted(None, text)
    thoughts: list[str] = []
    answer: list[str] = []
    at, is_open = 0, False
    for mark in _marks(text):
        if text[max(0, mark.start() - 1) : mark.start()] in _QUOTES or (is_open and mark["opens"]):
            continue
        before = text[at : mark.start()]
        at = mark.end()
        if mark["opens"]:
            answer.append(before)
        else:
            if not is_open:
                before = "".join((*answer, before))
                answer.clear()
            thoughts.append(before)
        is_open = bool(mark["opens"])
    if is_open:
        thoughts += ["".join(answer), text[at:]]
        answer, at = [], len(text)
    if not thoughts:
        return Parted(None, text)
    answer.append(text[at:])
    return Parted(joined(thoughts), "".join(answer).strip())


def column(replies: Sequence[str | None]) -> tuple[list[str | None], list[str | None]]:
    """The thoughts of many replies, and their answers."""
    thoughts: list[str | None] = [None] * len(replies)
    answers = [*replies]
    for at, text in enumerate(replies):
        if text is not None and _may_hold(text):
            thoughts[at], answers[at] = apart(text)
    return thoughts, answers


def _may_hold(text: str) -> bool:
    """Whether a mark may begin anywhere: most texts are told without looking at each place."""
    return "<" in text or "[" in text or "◁" in text


def _marks(text: str) -> Iterator[re.Match[str]]:
    """The marks of a text; only where one may begin is it looked for, which is much quicker."""
    end = 0
    for begin in _BEGIN.finditer(text):
        if begin.start() >= end and (mark := _MARK.match(text, begin.start())):
            end = mark.end()
            yield mark


def joined(thoughts: list[str]) -> str | None:
    """Several stretches of thoughts as one; None where all are blank."""
    return "\n\n".join(part.strip() for part in thoughts if part.strip()) or None
