"""A conversation of several messages, each under the role of who wrote it."""

from collections.abc import Sequence

from pages.quoting import sample
from pages.ui.parts import foreign
from pages.ui.words import numbers
from warehouse.conversation import Message

_HEAD = "font-size:.85rem;font-weight:600;opacity:.75;margin-top:.8rem"
_NOTE = "font-size:.85rem;opacity:.75"


def label(messages: Sequence[Message]) -> str:
    """What a conversation holds, in a line."""
    calls = sum(len(message.calls) for message in messages)
    told = f"The whole conversation: {numbers.plural(len(messages), 'message')}"
    return f"{told}, {numbers.plural(calls, 'tool call')}" if calls else told


def html(messages: Sequence[Message], found: foreign.Marked | None = None) -> str:
    """The conversation as HTML that shows text and does nothing else; what is `found` is marked."""
    return "".join(part(at, message, found) for at, message in enumerate(messages, 1))


def part(at: int, message: Message, found: foreign.Marked | None = None) -> str:
    """One message as HTML, under its number and the role of who wrote it."""
    told = f'<div style="{_HEAD}">{at}. {foreign.escaped(sample.role(message))}</div>'
    if message.thoughts:
        length = numbers.plural(len(message.thoughts), "character")
        told += foreign.covered(foreign.block(message.thoughts), f"Thoughts: {length}")
    if message.text:
        told += foreign.block(message.text, found)
    for call in message.calls:
        told += f'<div style="{_NOTE}">{foreign.escaped(f"calls {call.tool}")}</div>'
        told += foreign.block(call.arguments, found)
    if message.error:
        told += f'<div style="{_NOTE}">{foreign.escaped(f"failed: {message.error}")}</div>'
    return told
