"""What is asked of a model and what comes back, whoever answers."""

from collections.abc import Callable, Iterable
from typing import Any, Literal, Protocol, TypeVar

import msgspec

from pipeline.records import thoughts
from pipeline.study.conversation import Messages

K = TypeVar("K")

Outcome = Literal["answered", "length", "refusal", "content_filter", "empty", "error"]
"""`length`: cut at the token cap. `refusal`: the API's own refusal field. `empty`: no text, or
nothing but thoughts. `error`: no answer, in spite of every retry."""


class Request(msgspec.Struct, frozen=True):
    """One prompt and how to answer it."""

    messages: Messages
    temperature: float
    max_tokens: int
    top_p: float = 1.0
    seed: int | None = None
    top_logprobs: int | None = None
    name: str = ""
    """What it is about, the same at every start: by it a batch's answer finds its place again."""


class Alternative(msgspec.Struct, frozen=True, array_like=True):
    """A token the model might have said, with its log-probability."""

    token: str
    logprob: float


Logprobs = tuple[tuple[Alternative, ...], ...]
"""Per token said: the token itself, then its alternatives."""


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came back."""

    outcome: Outcome
    text: str = ""
    thoughts: str | None = None
    """What the model wrote down before it answered; never part of the text."""
    finish_reason: str | None = None
    model_id: str | None = None
    answered_by: str | None = None
    """The model that answered, where it is another than the one asked."""
    input_tokens: int = 0
    output_tokens: int = 0
    attempts: int = 1
    error: str | None = None
    logprobs: Logprobs = ()
    requests: int = 0
    cost: float = 0.0
    is_usage_told: bool = True
    """Whether the endpoint said what the answer cost; else it is charged as the most it could."""
    raw: str | None = None
    """The beginning of a body that held no answer, for a person to look at."""


def parted(found: Reply) -> Reply:
    """The reply with the thoughts in its text told apart from its answer."""
    if found.outcome not in ("answered", "length", "empty"):
        return found
    inside, answer = thoughts.apart(found.text)
    if inside is None and answer == found.text:
        return found
    return msgspec.structs.replace(
        found,
        outcome=found.outcome if answer.strip() else "empty",
        text=answer,
        thoughts=thoughts.joined([found.thoughts or "", inside or ""]),
        logprobs=(),  # they begin with those of the thoughts
    )


Status = Literal["scored", "refusal", "code", "unparsed"]


class Reading(msgspec.Struct, frozen=True):
    """What a reply, or an answer, was read as."""

    status: Status
    score: float | None = None
    label: str | None = None


UNPARSED = Reading("unparsed")


Sink = Callable[[list[tuple[K, Reply]]], None]
"""Puts replies on disk; when it returns they count."""


class Speaker(Protocol):
    """Whoever answers requests."""

    async def ask(self, requests: Iterable[tuple[Any, Request]], sink: Sink[Any]) -> None:
        """Answers every request and hands the replies to the sink as they come.

        Requests are taken only as fast as they are answered. When it raises or is
        cancelled, everything already answered has been handed over.
        """
        ...
