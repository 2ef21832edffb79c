"""What every way to read a judge's reply says of itself, and does."""

from abc import abstractmethod

from pipeline.study.parts import OpenPart
from pipeline.study.replies import Logprobs, Reading, Reply

_WRAPPING = " \t\r\n\"'`*_.“”’"


class Parser(OpenPart, frozen=True, kw_only=True):
    """A way to read a reply, as a study file tells of it."""

    @property
    def needs_logprobs(self) -> bool:
        """Whether it reads what the judge might have said instead, too."""
        return False

    @abstractmethod
    def parse(self, text: str, logprobs: Logprobs = ()) -> Reading:
        """The reply's meaning; `unparsed` where it is not one thing that the parser knows."""

    def read(self, reply: Reply) -> Reading:
        """What a reply says; a refusal of its API is a refusal, an empty reply unparsed."""
        if reply.outcome in ("refusal", "content_filter"):
            return Reading("refusal")
        return self.parse(reply.text, reply.logprobs)


def bare(text: str) -> str:
    """A reply without the spaces, quotation marks, Markdown emphasis and full stop around it."""
    return text.strip(_WRAPPING)


def named(said: str, refusal: str | None, code: str | None) -> Reading | None:
    """The reading of a bare reply that is one of these two words, in any letter case."""
    folded = said.casefold()
    if refusal is not None and folded == refusal.casefold():
        return Reading("refusal", label=refusal)
    if code is not None and folded == code.casefold():
        return Reading("code", label=code)
    return None
