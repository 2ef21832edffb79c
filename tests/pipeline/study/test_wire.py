"""Replies by themselves: any value anywhere in one is an answer or is not understood."""

import copy
import json
import random
from typing import Any

import pytest

from pipeline.study import jobs, wire
from pipeline.study.batches.records import RemoteBatch, answers
from pipeline.study.jobs import File
from pipeline.study.scrub import Scrub
from pipeline.study.tune.job_records import Events, Job
from tests.pipeline.study.conftest import KEY
from tests.pipeline.study.fake_server import completion

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 7, 1.5, float("nan"), float("inf"), -float("inf"), 2**53, 2**70),
    *("", " ", "stop", "length", "error", "\ud83d", "\0", KEY, "x" * 10_000, "<think>", "</think>"),
    *([], [[]], [None], ["x"], {}, {"": {}}, {"text": "x"}, [{"type": "text", "text": "x"}]),
)

LOGPROBS = {"content": [{"token": "8", "logprob": -0.1, "top_logprobs": []}]}
WHOLE = json.loads(
    completion("fine", logprobs=LOGPROBS, message={"reasoning": "r", "reasoning_content": "c"}).body
) | {"usage": {"prompt_tokens": 9, "completion_tokens": 7, "total_tokens": 16}}
WHOLE["usage"]["completion_tokens_details"] = {"reasoning_tokens": 3}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place within a JSON value."""
    found = [path]
    inside = value if isinstance(value, dict) else {}
    if isinstance(value, list):
        inside = dict(enumerate(value))
    for name, inner in inside.items():
        found += places(inner, (*path, name))
    return found


def changed(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """The value with something odd in one place."""
    if not path:
        return odd
    copied = copy.deepcopy(value)
    inner = copied
    for name in path[:-1]:
        inner = inner[name]
    if odd is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = odd
    return copied


def understood(value: Any) -> None:
    """Reads the reply in every way; nothing but `NotUnderstood` may come of it."""
    body = wire.decoded(json.dumps(value).encode(), Scrub(KEY))
    usage = wire.usage(body)
    if usage is not None:
        assert 0 < usage.input <= wire.MOST_TOKENS
        assert 0 <= usage.output <= 2 * wire.MOST_TOKENS
    for with_logprobs in (True, False):
        try:
            reply = wire.reply(body, with_logprobs=with_logprobs)
        except wire.NotUnderstood:
            continue
        assert isinstance(reply.text, str)
        assert bool(reply.text.strip()) == (reply.outcome in ("answered", "length", "refusal"))
        assert KEY not in f"{reply}"
        f"{reply}".encode()  # no half of a character
    assert isinstance(wire.error(body)[0], str)
    for line in ({"custom_id": "x", "response": value, "error": value}, value):
        for told in answers(json.dumps(line).encode(), Scrub(KEY)):
            assert KEY not in f"{told}"
    for kind in (Job, File, Events, RemoteBatch):
        try:
            jobs.read(json.dumps(value).encode(), kind, Scrub(KEY))
        except wire.NotUnderstood:
            continue


def test_any_value_in_any_place_of_a_reply() -> None:
    for path in places(WHOLE):
        for odd in (*ODD, *([...] if path else [])):
            understood(changed(WHOLE, path, odd))


def test_two_odd_values_at_once() -> None:
    chance = random.Random(3)
    for _ in range(1_000):
        value = WHOLE
        for _ in range(2):
            value = changed(value, chance.choice(places(value)), chance.choice(ODD))
        understood(value)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 30}, (20, 10)),
        ({"prompt_tokens": 20, "completion_tokens": 10}, (20, 10)),
        ({"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 930}, (20, 910)),
        ({"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 25}, (20, 10)),
        ({"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": None}, None),
        ({"prompt_tokens": 20, "completion_tokens": 10, "reasoning": 900}, (20, 910)),
        ({"prompt_tokens": 20, "completion_tokens": 910, "reasoning": 900}, (20, 910)),
        ({"prompt_tokens": 20, "completion_tokens": 10, "reasoning": None}, (20, 10)),
        ({"prompt_tokens": 20, "completion_tokens": 10, "reasoning": -9}, None),
        ({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, None),
        ({"completion_tokens": 10}, None),
    ],
)
def test_tokens_are_what_is_billed(usage: dict[str, Any], expected: tuple[int, int] | None) -> None:
    if "reasoning" in usage:
        told = usage.pop("reasoning")
        usage["completion_tokens_details"] = {"reasoning_tokens": told}
    assert wire.usage({"usage": usage}) == expected
