"""A sample's messages: what was asked, what was answered, and the conversation between."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from pipeline.importers.inspect_logs.log import LogMessage, LogSample
from pipeline.records import thoughts
from pipeline.records.tables import clean
from warehouse.conversation import Call, Message, written

ATTACHMENT = "attachment://"

PLACEHOLDERS = re.compile(r"^(image|audio|video|document|data)$")
"""The parts of a message that are no text; they stand as `[image]`."""

MOST = 2**20
"""How many characters of one message are kept."""


class Said(NamedTuple):
    """The text of a message, and the thoughts that its model wrote before it."""

    text: str
    thoughts: str | None


class Prompt(NamedTuple):
    """What a sample asked: the text of its question, and its system prompt."""

    text: str
    system_prompt: str | None


class Answered(NamedTuple):
    """What a sample was answered, or None."""

    text: str | None
    thoughts: str | None
    ended: str | None


def asked(sample: LogSample) -> Prompt:
    """A sample's question and system prompt.

    A question of several messages is a conversation as text, so that two of them that begin alike
    are two questions.
    """
    whole = _input(sample)
    system = [
        _said(m, sample).text for m in (*whole, *_before_answer(sample)) if m.role == "system"
    ]
    turns = [(m.role, _said(m, sample).text) for m in whole if m.role != "system"]
    if len(turns) == 1:
        text = turns[0][1]
    else:
        text = "\n\n".join(f"{role.capitalize()}: {told}" for role, told in turns)
    return Prompt(text, "\n\n".join(dict.fromkeys(filter(None, system))) or None)


def answered(sample: LogSample) -> Answered:
    """A sample's last answer."""
    for choice in sample.output.choices[:1]:
        found = _said(choice.message, sample)
        ended = choice.stop_reason
        if found.text or found.thoughts or choice.message.tool_calls:
            return Answered(found.text, found.thoughts, ended)
    if sample.output.completion:
        parted = thoughts.apart(_attached(sample.output.completion, sample.attachments))
        return Answered(parted.answer, parted.thoughts, None)
    replies = [m for m in sample.messages if m.role == "assistant"]
    if replies and not sample.output.choices:
        found = _said(replies[-1], sample)
        return Answered(found.text, found.thoughts, None)
    return Answered("" if sample.output.choices else None, None, None)


def conversation(sample: LogSample) -> str | None:
    """The messages of a sample, where there is more to it than a question and an answer."""
    roles = [message.role for message in sample.messages if message.role != "system"]
    if roles in ([], ["user"], ["user", "assistant"]) and not _calls(sample.messages):
        return None
    return written([_told(message, sample) for message in sample.messages])


def _told(message: LogMessage, sample: LogSample) -> Message:
    said = _said(message, sample)
    return Message(
        role=clean(message.role),
        text=clean(said.text),
        thoughts=said.thoughts and clean(said.thoughts),
        calls=tuple(
            Call(clean(call.function), clean(_as_text(call.arguments)[:MOST]))
            for call in message.tool_calls or ()
        ),
        tool=message.function and clean(message.function),
        error=clean(message.error.message[:MOST]) if message.error else None,
    )


def _calls(messages: Iterable[LogMessage]) -> bool:
    return any(message.tool_calls for message in messages)


def _input(sample: LogSample) -> Sequence[LogMessage]:
    if isinstance(sample.input, str):
        return [LogMessage("user", sample.input)]
    return sample.input


def _before_answer(sample: LogSample) -> Sequence[LogMessage]:
    """The messages before the model first spoke, which a solver may have added to the input."""
    own = len(_input(sample))
    spoken = (at for at, m in enumerate(sample.messages) if m.role == "assistant" and at >= own)
    return sample.messages[: next(spoken, len(sample.messages))]


def _said(message: LogMessage, sample: LogSample) -> Said:
    """What a message says; parts that are no text stand as their kind, in brackets."""
    content = message.content
    if isinstance(content, list):
        texts, thought = [], []
        for part in content:
            kind = part.get("type") if isinstance(part, Mapping) else None
            if kind == "text":
                texts.append(_attached(part.get("text"), sample.attachments))
            elif kind == "reasoning":
                kept = part.get("reasoning") or part.get("summary") or "[not shown by its model]"
                thought.append(_attached(kept, sample.attachments))
            elif isinstance(kind, str) and PLACEHOLDERS.match(kind):
                texts.append(f"[{kind}]")
            elif isinstance(part, str):
                texts.append(_attached(part, sample.attachments))
        text = "\n".join(texts)
    else:
        text, thought = _attached(content, sample.attachments), []
    if message.role != "assistant":
        return Said(text[:MOST], None)
    parted = thoughts.apart(text)
    own = thoughts.joined([*thought, *([parted.thoughts] if parted.thoughts else [])])
    return Said(parted.answer[:MOST], own and own[:MOST])


def _attached(text: Any, attachments: Mapping[str, str]) -> str:
    """A text, or the one that it stands for."""
    if text is None:
        return ""
    told = _as_text(text)
    if told.startswith(ATTACHMENT):
        return attachments.get(told.removeprefix(ATTACHMENT), told)
    return told


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
