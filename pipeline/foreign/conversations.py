"""Lists of messages as chats are kept: what was asked last, what was answered, and all of it.

Read are the shapes of OpenAI (`role` and `content`, in parts too, with `tool_calls`), of the parts
of Anthropic, and of ShareGPT (`from` and `value`), as a list or as its JSON text.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from pipeline.files.texts import as_text
from pipeline.records import thoughts
from warehouse.conversation import Call, Message, written

MOST = 10_000
"""How many messages one conversation may have."""

LONGEST = 2**20
"""How many characters of one message are kept."""

ROLES = {
    "human": "user",
    "prompter": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "ai": "assistant",
    "function_call": "assistant",
    "developer": "system",
    "function": "tool",
    "function_response": "tool",
    "observation": "tool",
}
"""What other tools call those who speak."""

KNOWN = ("system", "user", "assistant", "tool")
TEXTS = ("text", "input_text", "output_text", "refusal")
THOUGHTS = ("thinking", "reasoning")
REASONING = ("reasoning_content", "reasoning")


class ChatRead(NamedTuple):
    """A conversation: what its last answer answers. Without an answer, `answer` is None."""

    question: str
    answer: str | None
    thoughts: str | None
    system_prompt: str | None
    conversation: str | None  # where there is more to it than a question and an answer


def is_chat(value: Any) -> bool:
    """Whether a value is a list of messages."""
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(one, dict) and _role(one) in KNOWN for one in value)


def chat(value: Any, answer: str | None = None) -> ChatRead | str:
    """What a list of messages holds, or what is wrong with it, as the end of a sentence.

    An `answer` that stands elsewhere follows the messages, unless they end with it.
    """
    messages = _messages(value)
    if isinstance(messages, str):
        return messages
    if answer is not None and not _ends_with(messages, answer):
        messages = [*messages, Message("assistant", answer[:LONGEST])]
    spoken = [at for at, one in enumerate(messages) if one.role == "assistant"]
    last = spoken[-1] if spoken else len(messages)
    asked = [one.text for one in messages[:last] if one.role == "user"]
    if not asked:
        return "holds no message of a user before the answer"
    system = dict.fromkeys(one.text for one in messages if one.role == "system" and one.text)
    told = [one for one in messages if one.role != "system"]
    plain = [one.role for one in told] in (["user"], ["user", "assistant"])
    is_all = plain and not any(one.calls for one in told)
    return ChatRead(
        asked[-1],
        messages[last].text if spoken else None,
        messages[last].thoughts if spoken else None,
        "\n\n".join(system) or None,
        None if is_all else written(messages),
    )


def _ends_with(messages: Sequence[Message], answer: str) -> bool:
    last = messages[-1]
    return last.role == "assistant" and last.text == thoughts.apart(answer).answer


def _messages(value: Any) -> list[Message] | str:
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.MsgspecError, RecursionError):
            return "is text, and no JSON of a list of messages"
    if not isinstance(value, list):
        return "is no list of messages"
    if not 0 < len(value) <= MOST:
        return f"holds {len(value):,} messages" if value else "holds no message"
    found: list[Message] = []
    for place, one in enumerate(value, 1):
        role = _role(one) if isinstance(one, dict) else None
        if role is None:
            return f"holds at place {place} what is no message: it says neither `role` nor `from`"
        if role not in KNOWN:
            return f"holds a message of {role[:60]!r}; known are {', '.join(KNOWN)}"
        found.append(_message(role, one))
    return found


def _role(one: Mapping[str, Any]) -> str | None:
    told = one.get("role", one.get("from"))
    return ROLES.get(told.lower(), told.lower()) if isinstance(told, str) else None


def _message(role: str, one: Mapping[str, Any]) -> Message:
    """A message in our words; what is no text stands as its kind in brackets."""
    content = one["content"] if "content" in one else one.get("value")
    parts = content if isinstance(content, list) else [content]
    texts: list[str] = []
    thought = [as_text(one[name]) or "" for name in REASONING if one.get(name)]
    calls = [_call(made) for made in _objects(one.get("tool_calls"))]
    calls += [_call({"function": made}) for made in _objects([one.get("function_call")])]
    for part in parts:
        kind = part.get("type") if isinstance(part, dict) else None
        if not isinstance(part, dict):
            texts.append(as_text(part) or "")
        elif kind in TEXTS or (kind is None and "text" in part):
            texts.append(as_text(part.get("text", part.get("refusal"))) or "")
        elif kind in THOUGHTS:
            thought.append(as_text(part.get(str(kind), part.get("text"))) or "")
        elif kind == "tool_use":
            calls.append(Call(as_text(part.get("name")) or "", as_text(part.get("input")) or ""))
        elif kind == "tool_result":
            texts.append(as_text(part.get("content")) or "")
        else:
            texts.append(f"[{str(kind or 'data').removeprefix('input_').removesuffix('_url')}]")
    text = "\n".join(filter(None, texts)) or as_text(one.get("refusal")) or ""
    if role == "assistant":
        parted = thoughts.apart(text)
        text = parted.answer
        thought += [parted.thoughts] if parted.thoughts else []
    return Message(
        role,
        text[:LONGEST],
        (thoughts.joined(thought) or "")[:LONGEST] or None,
        tuple(calls),
        (as_text(one.get("name")) or "tool") if role == "tool" else None,
    )


def _call(made: Mapping[str, Any]) -> Call:
    function = made.get("function")
    told = function if isinstance(function, dict) else made
    return Call(as_text(told.get("name")) or "", (as_text(told.get("arguments")) or "")[:LONGEST])


def _objects(value: Any) -> Iterable[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
