"""A transcript of more than a question and an answer: messages with roles, tools and thoughts."""

from collections.abc import Sequence

import msgspec


class Call(msgspec.Struct, frozen=True):
    """A tool that a model called, and with what."""

    tool: str
    arguments: str = ""


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message; what is no text stands in it as its kind in brackets, such as `[image]`."""

    role: str  # system, user, assistant, tool
    text: str = ""
    thoughts: str | None = None
    calls: tuple[Call, ...] = ()
    tool: str | None = None  # which tool this is the result of
    error: str | None = None  # why the tool came to nothing


def written(messages: Sequence[Message]) -> str:
    """The messages as the lake keeps them."""
    return msgspec.json.encode(messages).decode()


def said(message: Message) -> str:
    """What one message says, as a quote of it shows it: its text, what it called, what failed."""
    calls = [f"[calls {call.tool}] {call.arguments}".rstrip() for call in message.calls]
    failed = [f"[failed: {message.error}]"] if message.error else []
    return "\n\n".join(filter(None, [message.text, *calls, *failed]))


def looked_through(messages: Sequence[Message]) -> str:
    """All that a search looks through in a conversation: thoughts are no part of it."""
    return "\n\n".join(filter(None, map(said, messages)))


def read(kept: str | None) -> tuple[Message, ...]:
    """The messages that `written` kept; none where there are none, or the disk changed them."""
    try:
        return msgspec.json.decode(kept, type=tuple[Message, ...]) if kept else ()
    except msgspec.MsgspecError:
        return ()
