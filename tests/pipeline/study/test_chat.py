import asyncio
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from pipeline.study import chat, completions, retry
from pipeline.study.budget import Meter
from pipeline.study.chat import Chat
from pipeline.study.conversation import Spoken
from pipeline.study.definition import Budget
from pipeline.study.errors import BudgetReached, EndpointRefused, MissingKey
from pipeline.study.parts import Endpoint, Price
from pipeline.study.replies import Reply, Request
from tests.pipeline.study.fake_server import FakeServer, Raw, completion, error

PRICE = Price(input=1.0, output=2.0)


def endpoint(server: FakeServer, **changes: Any) -> Endpoint:
    settings: dict[str, Any] = {
        "id": "small",
        "url": server.url,
        "key": "TINY_KEY",
        "timeout": 2.0,
        "retries": 2,
        "first_wait": 0.01,
        "concurrency": 4,
    }
    return Endpoint(**(settings | changes))


def request(text: str = "Hello?", top_logprobs: int | None = None) -> Request:
    return Request(
        (Spoken("user", text),), temperature=1.0, max_tokens=16, top_logprobs=top_logprobs
    )


def ask(
    server: FakeServer,
    count: int = 1,
    meter: Meter | None = None,
    top_logprobs: int | None = None,
    **changes: Any,
) -> list[Reply]:
    kept: list[Reply] = []
    speaker = Chat(endpoint(server, **changes), "small", meter or Meter(None))
    asyncio.run(
        speaker.ask(
            ((index, request(f"number {index}", top_logprobs)) for index in range(count)),
            lambda batch: kept.extend(reply for _, reply in batch),
        )
    )
    return kept


def first(*responses: Raw) -> Callable[[dict[str, Any]], Raw]:
    """These responses one after the other, and then good ones."""
    waiting: Iterator[Raw] = iter(responses)
    return lambda body: next(waiting, None) or completion("fine", model=body["model"])


@pytest.fixture(autouse=True)
def _key(key: str) -> None:
    """Every test of this file has a key."""


def test_an_answer_comes_back_with_all_it_is(server: FakeServer) -> None:
    (reply,) = ask(server)
    assert reply == Reply(
        "answered",
        "fine",
        finish_reason="stop",
        model_id="small",
        input_tokens=11,
        output_tokens=7,
        requests=1,
    )
    (body,) = server.asked
    assert body == {
        "model": "small",
        "messages": [{"role": "user", "content": "number 0"}],
        "temperature": 1.0,
        "max_tokens": 16,
    }


@pytest.mark.parametrize(
    ("response", "outcome", "text"),
    [
        (completion("cut", finish="length"), "length", "cut"),
        (completion(None, refusal="I will not."), "refusal", "I will not."),
        (completion("", finish="content_filter"), "content_filter", ""),
        (error(400, "filtered", code="content_filter"), "content_filter", ""),
        (completion("  \n"), "empty", "  \n"),
        (completion(None, finish="length"), "empty", ""),
    ],
)
def test_what_is_no_plain_answer_is_recorded_as_what_it_is(
    server: FakeServer, response: Raw, outcome: str, text: str
) -> None:
    server.answer = first(response)
    (reply,) = ask(server)
    assert (reply.outcome, reply.text, reply.attempts) == (outcome, text, 1)


@pytest.mark.parametrize(
    "response",
    [
        error(429),
        error(500),
        error(503),
        error(408),
        Raw(body=b'{"choices": [{"mess'),
        Raw(body=b"<html>busy</html>", headers={"content-type": "text/html"}),
        Raw(body=b"[]"),
        completion("x", choices=False),
    ],
)
def test_trouble_that_passes_is_tried_again(server: FakeServer, response: Raw) -> None:
    server.answer = first(response, response)
    (reply,) = ask(server)
    assert (reply.outcome, reply.attempts, reply.requests) == ("answered", 3, 3)


def test_a_dropped_connection_is_tried_again(server: FakeServer) -> None:
    server.drops = 2
    (reply,) = ask(server)
    assert (reply.outcome, reply.attempts) == ("answered", 3)


def test_trouble_that_stays_is_an_error_with_its_reason(server: FakeServer) -> None:
    server.answer = lambda body: error(500, "the disk is full")
    (reply,) = ask(server)
    assert (reply.outcome, reply.attempts, reply.text) == ("error", 3, "")
    assert reply.error == "status 500: the disk is full"


def test_what_no_repetition_can_help_is_asked_once(server: FakeServer) -> None:
    server.answer = lambda body: error(422, "too hot")
    (reply,) = ask(server)
    assert (reply.outcome, reply.attempts) == ("error", 1)


def test_a_slow_drip_ends_at_the_timeout(server: FakeServer) -> None:
    drip = completion("slow", model="small")
    drip.drip = 0.05
    server.answer = first(drip)
    began = time.monotonic()
    (reply,) = ask(server, timeout=1.0)
    assert reply.outcome == "answered"
    assert reply.attempts >= 2
    assert time.monotonic() - began >= 1.0


@pytest.mark.parametrize("form", ["seconds", "date", "milliseconds"])
def test_retry_after_is_heeded_by_everybody(server: FakeServer, form: str) -> None:
    headers = {"seconds": {"retry_after": "1"}, "milliseconds": {"retry_after_ms": "1000"}}
    date = {"retry_after": format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)}
    server.answer = first(error(429, **headers.get(form, date)))
    began = time.monotonic()
    replies = ask(server, 4, concurrency=1)
    assert [reply.outcome for reply in replies] == ["answered"] * 4
    assert time.monotonic() - began >= 0.9


def test_a_pause_of_hours_is_not_waited_for(server: FakeServer) -> None:
    server.answer = first(error(429, retry_after="7200"))
    with pytest.raises(EndpointRefused, match="7200 seconds"):
        ask(server)


def test_without_retry_after_the_waits_grow_and_differ(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaker = Chat(endpoint(server, first_wait=1.0), "small", Meter(None))
    waits = [
        [speaker._wait(completions.Failed("busy", again=True), attempt) for _ in range(50)]
        for attempt in (1, 2, 3, 12)
    ]
    for drawn, longest in zip(waits, (1, 2, 4, retry.LONGEST_WAIT), strict=True):
        assert longest / 2 <= min(drawn) < max(drawn) <= longest


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (error(401, "bad key"), "refuses the key in TINY_KEY"),
        (error(403, "no"), "refuses the key in TINY_KEY"),
        (error(404, "no model"), "does not know the model 'small'"),
        (error(429, "broke", code="insufficient_quota"), "quota"),
        (completion("hi", model="small-mini"), "answered as 'small-mini' where 'small' was asked"),
    ],
)
def test_what_would_meet_every_request_stops_the_work(
    server: FakeServer, response: Raw, message: str
) -> None:
    server.answer = lambda body: response
    with pytest.raises(EndpointRefused, match=message):
        ask(server, 100)
    assert len(server.asked) <= 4 + chat.OTHERS_IN_A_ROW - 1


def test_a_dated_or_named_model_is_the_model(server: FakeServer) -> None:
    server.answer = lambda body: completion("hi", model="small-2026-01-01")
    assert ask(server)[0].model_id == "small-2026-01-01"
    server.answer = lambda body: completion("hi", model="/models/s.gguf")
    assert ask(server, answers_as="/models/s.gguf")[0].outcome == "answered"


def test_endless_failure_is_given_up(server: FakeServer) -> None:
    server.answer = lambda body: error(500)
    with pytest.raises(EndpointRefused, match="in a row"):
        ask(server, 1_000, retries=0)
    assert len(server.asked) <= chat.FAILURES_IN_A_ROW + 4


def test_what_was_under_way_when_the_work_stops_is_kept(server: FakeServer) -> None:
    server.delay = 0.05
    answers = iter(range(1_000))
    server.answer = lambda body: (
        error(404) if next(answers) == 5 else completion("fine", model="small")
    )
    kept: list[Reply] = []
    speaker = Chat(endpoint(server), "small", Meter(None))
    with pytest.raises(EndpointRefused):
        asyncio.run(
            speaker.ask(
                ((index, request()) for index in range(100)),
                lambda batch: kept.extend(reply for _, reply in batch),
            )
        )
    assert len(kept) == len(server.asked) - 1


def test_requests_are_taken_as_fast_as_they_are_answered(server: FakeServer) -> None:
    taken = 0
    kept = 0

    def requests() -> Iterator[tuple[int, Request]]:
        nonlocal taken
        for index in range(200):
            taken += 1
            assert taken - kept <= 5
            yield index, request()

    def keep(batch: list[tuple[int, Reply]]) -> None:
        nonlocal kept
        kept += len(batch)

    asyncio.run(Chat(endpoint(server), "small", Meter(None)).ask(requests(), keep))
    assert kept == 200


def test_a_budget_of_nothing_sends_nothing(server: FakeServer) -> None:
    for budget in (Budget(cost=0), Budget(requests=0), Budget(tokens=0)):
        with pytest.raises(BudgetReached):
            ask(server, 10, Meter(budget), price=PRICE)
    assert not server.requests


def test_a_budget_is_never_passed(server: FakeServer) -> None:
    meter = Meter(Budget(requests=10))
    with pytest.raises(BudgetReached, match=r"budget\.requests = 10"):
        ask(server, 100, meter)
    assert len(server.asked) == 10
    assert meter.spent.requests == 10

    meter = Meter(Budget(cost=0.001))
    with pytest.raises(BudgetReached, match=r"budget\.cost"):
        ask(server, 100, meter, price=PRICE)
    assert 0 < meter.spent.cost <= 0.001
    assert meter.spent.cost == pytest.approx(meter.spent.requests * 25e-6)


@pytest.mark.parametrize("concurrency", [1, 16])
def test_thoughts_that_are_billed_beyond_the_cap_pass_a_limit_by_one_request(
    server: FakeServer, concurrency: int
) -> None:
    """Each request sets 49 tokens aside and is billed as 1,000: the first one tells."""
    usage = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 1000}
    server.delay = 0.02
    server.answer = lambda body: completion("fine", usage=usage)
    meter = Meter(Budget(tokens=3_500))
    with pytest.raises(BudgetReached, match=r"budget\.tokens = 3500"):
        ask(server, 100, meter, concurrency=concurrency)
    assert meter.spent.tokens == 1000 * len(server.asked)
    assert 3_000 <= meter.spent.tokens <= 4_000


def test_one_request_goes_ahead_until_what_it_costs_is_known(server: FakeServer) -> None:
    server.delay = 0.05
    meter = Meter(None)
    most: list[int] = []

    def answer(body: dict[str, Any]) -> Raw:
        most.append(meter.reserved.requests)
        return completion("fine")

    server.answer = answer
    ask(server, 9, meter, concurrency=4)
    assert most[0] == 1
    assert max(most) > 1
    most.clear()
    ask(server, 8, meter, concurrency=4)  # it is known by now
    assert max(most) > 1
    assert len(most) == 8


def test_failed_attempts_count_as_requests(server: FakeServer) -> None:
    server.answer = first(error(500), error(500))
    meter = Meter(None)
    (reply,) = ask(server, 1, meter, price=PRICE)
    assert (reply.requests, reply.input_tokens) == (3, 11)
    assert reply.cost == pytest.approx(25e-6)
    assert meter.spent.requests == 3


def test_a_missing_key_names_its_variable(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TINY_KEY")
    with pytest.raises(MissingKey, match="environment variable TINY_KEY is not set"):
        ask(server)
    assert not server.requests


@pytest.mark.parametrize("odd", ["sk-schl\u00fcssel-1234", "sk-line\nbreak-1234"])
def test_a_key_that_cannot_be_sent_is_told_and_not_shown(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    monkeypatch.setenv("TINY_KEY", odd)
    with pytest.raises(MissingKey, match="TINY_KEY holds a character that no key has") as caught:
        ask(server)
    assert odd not in str(caught.value)
    assert not server.requests


def test_no_cookie_is_carried_on(server: FakeServer) -> None:
    tasty = completion("fine")
    tasty.headers["set_cookie"] = "tracked=yes; Path=/"
    server.answer = lambda body: tasty
    ask(server, 3)
    assert not [headers for headers in server.headers if "cookie" in headers]


def test_a_key_the_server_echoes_does_not_come_back(server: FakeServer, key: str) -> None:
    server.answer = lambda body: error(400, f"the key {key} is odd")
    (reply,) = ask(server)
    assert reply.error == "status 400: the key [key] is odd"
    server.answer = lambda body: completion(f"you sent {key}", model="small")
    assert ask(server)[0].text == "you sent [key]"
    assert server.headers[0]["authorization"] == f"Bearer {key}"
    assert key not in repr(Chat(endpoint(server), "small", Meter(None)))


def test_log_probabilities_come_back(server: FakeServer) -> None:
    said = {"token": "85", "logprob": -0.1, "bytes": None}
    other = {"token": "90", "logprob": -2.5, "bytes": None}
    logprobs = {"content": [{**said, "top_logprobs": [said, other]}], "refusal": None}
    server.answer = lambda body: completion("85", model="small", logprobs=logprobs)
    (reply,) = ask(server, top_logprobs=2)
    assert json.loads(json.dumps([[a.token, a.logprob] for a in reply.logprobs[0]])) == [
        ["85", -0.1],
        ["85", -0.1],
        ["90", -2.5],
    ]


def test_a_key_in_the_tokens_of_a_reply_is_not_kept(server: FakeServer, key: str) -> None:
    def told(*tokens: str) -> Raw:
        return completion(
            "85", logprobs={"content": [{"token": said, "logprob": -0.1} for said in tokens]}
        )

    server.answer = first(told(key[:9], key[9:]), told("8", "5"))
    with_key, without = ask(server, 2, top_logprobs=5, concurrency=1)
    assert with_key.logprobs == ()
    assert [token[0].token for token in without.logprobs] == ["8", "5"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (" ", "' '"),
        ("\u200b", "'\\u200b'"),
        ("small\u200b", "'small\\u200b'"),
        ("small-2026-01-31 ", "'small-2026-01-31 '"),
        ("small-mini\u200b", "small-mini"),
    ],
)
def test_a_name_that_differs_in_what_nobody_sees_is_another(
    server: FakeServer, name: str, told: str
) -> None:
    server.answer = lambda body: completion("fine", model=name)
    (reply,) = ask(server)
    assert (reply.outcome, reply.answered_by) == ("error", told)
