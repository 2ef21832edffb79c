"""What the parts of a study file are made of, and who answers."""

from abc import ABCMeta
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
"""Scores are 0 to 100 everywhere: rules cut there, and importing refuses what lies outside."""


Thoughts: TypeAlias = Literal["apart", "answer"]
"""Whether thoughts that stand in a text, between marks, are kept apart or are its answer too."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a study file: immutable, and closed to keys nobody reads."""


class _Open(msgspec.StructMeta, ABCMeta):
    """Makes parts of which a study knows only what they must be able to do."""


class OpenPart(Part, metaclass=_Open, frozen=True, kw_only=True):
    """A part of which there are several kinds, each with a tag of its own, one a module."""


class Price(Part, frozen=True, kw_only=True):
    """What an endpoint charges, per million tokens, in the budget's currency."""

    input: float
    output: float
    training: float = 0.0


class Local(Part, frozen=True, kw_only=True, tag_field="provider", tag="local"):
    """Weights on this machine."""

    weights: str
    """A GGUF file, a Hugging Face folder, `package:NAME/FILE` for a file an installed
    package carries, or `package:NAME` for a package whose `assemble()` returns the file."""
    chat: Literal["template", "chatml", "plain"] = "template"
    """How messages become text: the weights' own template, ChatML without any default
    system message, or `Question: … Answer: …` for a base model."""
    thoughts: Thoughts = "apart"
    threads: int = 0
    batch: int = 64
    precision: Literal["bfloat16", "float32"] = "bfloat16"


class Batches(Part, frozen=True, kw_only=True):
    """Requests are handed over by the thousand, and answered within a day at a lower price."""

    share: float = 0.5
    """What a request costs in a batch, as a share of the endpoint's price."""
    requests: int = 5_000
    """How many requests a batch holds at most."""


class Endpoint(Part, frozen=True, kw_only=True, tag_field="provider", tag="openai"):
    """An OpenAI-compatible server."""

    id: str
    url: str = "https://api.openai.com/v1"
    key: str = "OPENAI_API_KEY"
    """The environment variable that holds the key, never the key itself."""
    price: Price | None = None
    answers_as: str | None = None
    """The model id the server reports, where that is not the id asked for."""
    other_models: Literal["fail", "keep"] = "fail"
    """Whether an answer of another model than the one asked is a failure, or kept as an answer."""
    thoughts: Thoughts = "apart"
    cap: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What the endpoint calls the token cap."""
    concurrency: int = 16
    timeout: float = 120.0
    """Seconds for one attempt, from the first byte sent to the last byte read."""
    retries: int = 6
    first_wait: float = 0.5
    """Seconds before the first retry, doubled with each."""
    batches: Batches | None = None
    """Through the endpoint's batch API in place of one request each, where it is said how."""

    @property
    def charged(self) -> Price | None:
        """What an answer costs, in a batch or without one."""
        if self.price is None or self.batches is None:
            return self.price
        share = self.batches.share
        return msgspec.structs.replace(
            self.price, input=share * self.price.input, output=share * self.price.output
        )


Host: TypeAlias = Local | Endpoint


def in_batches(host: Host | None) -> bool:
    """Whether somebody is asked in batches, which takes hours and goes on beside others."""
    return isinstance(host, Endpoint) and host.batches is not None


def plain(part: Any) -> Any:
    """A part of a study as plain JSON data."""
    return msgspec.to_builtins(part)
