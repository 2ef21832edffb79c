"""What an endpoint's reply means: validated into strict records, or not an answer at all."""

import json
import math
from typing import Any, NamedTuple

import msgspec

from pipeline.records import thoughts
from pipeline.study.replies import Alternative, Outcome, Reply, parted
from pipeline.study.scrub import Scrub

FINISHED = {
    *("stop", "stop_sequence", "end_turn", "end", "eos", "eos_token", "end_of_text"),
    *("complete", "completed", "finished", "done"),
}
CUT = {"length", "max_tokens", "max_output_tokens"}
HELD_BACK = {"content_filter", "safety"}
"""The finish reasons that are known, in lower case; any other is no end of an answer."""

MOST_TOKENS = 10_000_000
"""No model reads or writes as many in one request: more was not counted but made up."""

LEAST_LOGPROB = -9999.0
"""Stands for impossible tokens, as in OpenAI's own replies: JSON has no infinity."""


class NotUnderstood(ValueError):
    """A reply that is no answer; its text is a sentence's end."""


class Usage(NamedTuple):
    """The tokens that an endpoint bills."""

    input: int
    output: int


class _WirePart(msgspec.Struct):
    """A part of a message whose content is a list."""

    type: str = "text"
    text: str | None = None
    refusal: str | None = None
    thinking: Any = None


class _WireMessage(msgspec.Struct):
    content: str | list[str | _WirePart] | None = None
    refusal: str | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None


class _Token(msgspec.Struct):
    token: str
    logprob: float
    top_logprobs: list["_Token"] = []


class _Logprobs(msgspec.Struct):
    content: list[_Token] | None = None


class _WireChoice(msgspec.Struct):
    message: _WireMessage
    finish_reason: str
    logprobs: Any = None


class _Completion(msgspec.Struct):
    choices: list[_WireChoice]
    model: str | None = None


def decoded(content: bytes, scrub: Scrub) -> Any:
    """The JSON of a body, scrubbed.

    Raises:
        NotUnderstood: where it is none, or none that anybody would send.
    """
    try:
        return scrub.whole(json.loads(content.decode("utf-8-sig", "replace")))
    except RecursionError:
        raise NotUnderstood("is nested too deeply") from None
    except ValueError:
        what = "is empty" if not content.strip() else "is no JSON"
        if content.lstrip()[:1] == b"<":
            what = "is a web page, not JSON"
        raise NotUnderstood(what) from None


def usage(body: Any) -> Usage | None:
    """What is billed, or None where the reply does not say it in a way to be believed.

    Reasoning that is counted beside the completion is output too: that is what the total holds
    beyond prompt and completion, and reasoning that is more than the completion it should be in.
    """
    told = body.get("usage") if isinstance(body, dict) else None
    if not isinstance(told, dict):
        return None
    prompt, completion = _count(told, "prompt_tokens"), _count(told, "completion_tokens")
    if not prompt or completion is None:  # no prompt has no token
        return None
    total = _count({"total_tokens": prompt + completion, **told}, "total_tokens")
    details = told.get("completion_tokens_details")
    if details is not None and not isinstance(details, dict):
        return None
    said = {"reasoning_tokens": (details or {}).get("reasoning_tokens") or 0}
    reasoning = _count(said, "reasoning_tokens")
    if total is None or reasoning is None:
        return None
    beside = completion + reasoning if reasoning > completion else completion
    return Usage(prompt, max(completion, total - prompt, beside))


def _count(told: dict[str, Any], name: str) -> int | None:
    value = told.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= MOST_TOKENS else None


def reply(body: Any, *, with_logprobs: bool = False, is_apart: bool = True) -> Reply:
    """The reply that a chat completion holds.

    Raises:
        NotUnderstood: where it holds none, or one that its endpoint did not finish.
    """
    if isinstance(body, dict) and body.get("error") and not body.get("choices"):
        raise NotUnderstood(f"holds an error instead of an answer: {_message(body)}")
    try:
        completion = msgspec.convert(body, _Completion)
    except msgspec.ValidationError as error:
        raise NotUnderstood(f"is no chat completion ({error})") from None
    if not completion.choices:
        raise NotUnderstood("holds no choice")
    choice = completion.choices[0]
    text, thought, refusal = _said(choice.message)
    found = Reply(
        _outcome(choice.finish_reason, text, refusal),
        text=refusal or text,
        thoughts=thought,
        finish_reason=choice.finish_reason,
        model_id=completion.model,
        logprobs=_logprobs(choice.logprobs) if with_logprobs else (),
    )
    if found.outcome == "content_filter":
        found = msgspec.structs.replace(found, text="")  # what the filter cut off is no answer
    return parted(found) if is_apart else found


def _outcome(finish_reason: str, text: str, refusal: str | None) -> Outcome:
    """What becomes of a reply by how it ended.

    Raises:
        NotUnderstood: where that is no end of an answer: half a sentence is none.
    """
    ended = finish_reason.lower()
    if ended in HELD_BACK:
        return "content_filter"
    if ended not in FINISHED | CUT:
        raise NotUnderstood(f"ended with the finish reason {finish_reason[:100]!r}")
    if refusal:
        return "refusal"
    if not text.strip():
        return "empty"
    return "length" if ended in CUT else "answered"


def _said(message: _WireMessage) -> tuple[str, str | None, str | None]:
    """A message's text, thoughts and refusal."""
    thought = [message.reasoning_content or ""]
    if message.reasoning != message.reasoning_content:
        thought.append(message.reasoning or "")
    refusal = message.refusal if (message.refusal or "").strip() else None
    if not isinstance(message.content, list):
        return message.content or "", thoughts.joined(thought), refusal
    text = []
    for part in message.content:
        if isinstance(part, str):
            text.append(part)
        elif part.type in ("text", "output_text") and part.text is not None:
            text.append(part.text)
        elif part.type in ("thinking", "reasoning"):
            thought.append(part.text or _flat(part.thinking))
        elif part.type == "refusal" and (part.refusal or "").strip():
            refusal = part.refusal
        else:
            raise NotUnderstood(f"holds a part of the type {part.type[:100]!r}, which is no text")
    return "".join(text), thoughts.joined(thought), refusal


def _flat(value: Any) -> str:
    """The text of a thought, which may be in parts again."""
    if isinstance(value, list):
        return "".join(map(_flat, value))
    return _flat(value.get("text")) if isinstance(value, dict) else str(value or "")


def _logprobs(told: Any) -> tuple[tuple[Alternative, ...], ...]:
    try:
        found = msgspec.convert(told, _Logprobs | None)
    except msgspec.ValidationError as error:
        raise NotUnderstood(f"has odd log-probabilities ({error})") from None
    said = (found.content if found else None) or []
    return tuple(
        (_alternative(token), *(_alternative(other) for other in token.top_logprobs))
        for token in said
    )


def _alternative(token: _Token) -> Alternative:
    if math.isnan(token.logprob):
        raise NotUnderstood("has a log-probability that is no number")
    return Alternative(token.token, min(max(token.logprob, LEAST_LOGPROB), 0.0))


def _message(body: dict[str, Any]) -> str:
    """The words of an error, wherever in the body they stand."""
    told = body.get("error", body)
    if isinstance(told, dict):
        told = told.get("message") or told.get("detail") or told
    return str(told)


def error(body: Any) -> tuple[str, str]:
    """The words and the code of a body that came with an error's status; either may be empty."""
    if not isinstance(body, dict):
        return "", ""
    told = body.get("error", body)
    code = told.get("code") if isinstance(told, dict) else None
    return _message(body) if told else "", code if isinstance(code, str) else ""
