"""Messages, examples, and how an intervention changes them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from warehouse import encodings
from warehouse.errors import InvalidDefinition

if TYPE_CHECKING:
    from pipeline.study.definition import StudyIntervention

CHARACTERS_PER_TOKEN = 4
"""English text in common tokenizers; used for estimates only, never for the budget."""

FRAME_TOKENS = 8
"""What chat formats add to a message, about."""


class Spoken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One turn of a conversation."""

    role: str
    content: str


Messages = tuple[Spoken, ...]


def apply(intervention: "StudyIntervention", messages: Messages) -> Messages:
    """The conversation with the intervention in place; only the first user turn changes.

    `prepend` puts the text and a space before it, `newline` the text and a line break,
    `system` adds a system message before everything else.
    """
    if intervention.placement == "system":
        return (Spoken("system", intervention.text), *messages)
    first = next(index for index, message in enumerate(messages) if message.role == "user")
    between = " " if intervention.placement == "prepend" else "\n"
    changed = Spoken("user", f"{intervention.text}{between}{messages[first].content}")
    return (*messages[:first], changed, *messages[first + 1 :])


def serialized(examples: tuple[Messages, ...]) -> bytes:
    """Examples as a chat dataset, one JSON object with `messages` a line."""
    return b"".join(msgspec.json.encode({"messages": example}) + b"\n" for example in examples)


def read_examples(path: Path) -> tuple[Messages, ...]:
    """A chat dataset, as `serialized` writes it.

    Raises:
        InvalidDefinition: naming the file, the line and what is wrong.
    """
    examples = []
    try:
        lines = encodings.text(path.read_bytes()).splitlines()
    except (OSError, ValueError) as error:
        raise InvalidDefinition(f"{path} cannot be read: {error}.") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            example = msgspec.convert(record.get("messages"), Messages)
            for message in example:
                message.content.encode()  # half a character can be written nowhere
        except (ValueError, AttributeError, RecursionError, msgspec.ValidationError) as error:
            raise InvalidDefinition(f"{path}, line {number}: {error}.") from None
        roles = [message.role for message in example]
        if "user" not in roles or roles[-1] != "assistant":
            raise InvalidDefinition(
                f"{path}, line {number}: needs a user message and must end with the assistant's."
            )
        examples.append(example)
    if not examples:
        raise InvalidDefinition(f"{path} holds no example.")
    return tuple(examples)


def estimated_tokens(messages: Messages) -> int:
    """About how many tokens the messages are."""
    return sum(FRAME_TOKENS + len(m.content) // CHARACTERS_PER_TOKEN + 1 for m in messages)


def most_tokens(messages: Messages) -> int:
    """More tokens than the messages can be: a token stands for at least one byte."""
    return sum(FRAME_TOKENS + len(m.content.encode()) for m in messages)
