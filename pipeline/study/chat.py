"""The only door to an OpenAI-compatible endpoint: limits, retries, and named outcomes."""

import asyncio
import contextlib
import math
import os
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import msgspec
import openai
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion

from pipeline.study.budget import Meter, priced
from pipeline.study.conversation import most_tokens
from pipeline.study.definition import Endpoint
from pipeline.study.errors import EndpointRefused, MissingKey
from pipeline.study.replies import Alternative, Outcome, Reply, Request, Sink
from warehouse.studies import Spend

K = TypeVar("K")

LONGEST_WAIT = 60.0
"""Seconds between two attempts, unless the server asks for more."""

LONGEST_RETRY_AFTER = 900.0
"""A server that asks for a longer pause than this is given up on."""

FAILURES_IN_A_ROW = 20
"""After so many requests that failed for good, one after another, the rest is not sent."""

SHORTEST_SECRET = 8
"""Shorter keys (local servers take any) are no secret and may be ordinary words."""

MAX_ERROR = 500


class Failed(Exception):
    """One attempt failed; whether another may help, and whether it may have been billed."""

    def __init__(
        self, reason: str, *, again: bool, billed: bool = False, wait: float | None = None
    ) -> None:
        super().__init__(reason)
        self.again = again
        self.billed = billed
        self.wait = wait


def key_of(endpoint: Endpoint) -> str:
    """The endpoint's key.

    Raises:
        MissingKey: naming the environment variable.
    """
    key = os.environ.get(endpoint.key, "").strip()
    if not key:
        raise MissingKey(
            f"The environment variable {endpoint.key} is not set; it should hold the key for "
            f"{endpoint.url}. Nothing was sent, and everything done so far is kept."
        )
    return key


def client_of(endpoint: Endpoint, key: str) -> AsyncOpenAI:
    """A client that never retries by itself: retries are counted and billed here."""
    return AsyncOpenAI(api_key=key, base_url=endpoint.url, max_retries=0, timeout=endpoint.timeout)


def scrubbed(text: str, key: str) -> str:
    """The text without the key, should a server have echoed it."""
    return text.replace(key, "[key]") if len(key) >= SHORTEST_SECRET else text


class Chat:
    """Chat completions of one model at one endpoint."""

    def __init__(self, endpoint: Endpoint, model: str, meter: Meter) -> None:
        self.endpoint = endpoint
        self.model = model
        self.meter = meter
        self._key = key_of(endpoint)
        self._stop = asyncio.Event()
        self._resume_at = 0.0
        self._failures = 0

    def __repr__(self) -> str:
        return f"Chat({self.model!r} at {self.endpoint.url!r})"

    async def ask(self, requests: Iterable[tuple[K, Request]], sink: Sink[K]) -> None:
        """Answers every request; see `replies.Speaker`.

        Raises:
            BudgetReached: before a request that could pass the budget.
            EndpointRefused: where the endpoint refuses the key, the model or everything.
        """
        self.meter.require_open()
        waiting = iter(requests)
        ready: list[tuple[K, Reply]] = []
        self._stop = asyncio.Event()
        async with client_of(self.endpoint, self._key) as client:
            workers = (
                self._work(client, waiting, ready, sink) for _ in range(self.endpoint.concurrency)
            )
            try:
                # A worker that fails lets no other start anything new; what is under way
                # is paid for, so it is waited for and kept.
                results = await asyncio.gather(*workers, return_exceptions=True)
            finally:
                _flush(ready, sink)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _work(
        self,
        client: AsyncOpenAI,
        waiting: Iterator[tuple[K, Request]],
        ready: list[tuple[K, Reply]],
        sink: Sink[K],
    ) -> None:
        try:
            while not self._stop.is_set():
                key, request = next(waiting)
                reply = await self._answer(client, request)
                if reply is None:
                    return
                ready.append((key, reply))
                await asyncio.sleep(0)  # whatever else has just come in shares one write
                _flush(ready, sink)
                self._watch(reply)
        except StopIteration:
            return
        except BaseException:
            self._stop.set()
            raise

    def _watch(self, reply: Reply) -> None:
        self._failures = self._failures + 1 if reply.outcome == "error" else 0
        if self._failures >= FAILURES_IN_A_ROW:
            raise EndpointRefused(
                f"{self._failures} requests in a row to {self.endpoint.url} failed for good, the "
                f"last one so: {reply.error}. Nothing more is sent; run the same command to go on."
            )

    async def _answer(self, client: AsyncOpenAI, request: Request) -> Reply | None:
        """The reply, after retries; None where the work was stopped meanwhile."""
        price = self.endpoint.price
        most = priced(price, most_tokens(request.messages), request.max_tokens)
        spent = Spend()
        for attempt in range(1, self.endpoint.retries + 2):
            self.meter.reserve(most)
            actual = most  # an attempt that is cancelled half-way may have been billed
            try:
                reply = await self._attempt(client, request)
                actual = priced(price, reply.input_tokens, reply.output_tokens)
                break
            except Failed as failure:
                actual = most if failure.billed else Spend(requests=1)
                reply = Reply("error", error=scrubbed(str(failure), self._key))
                if attempt > self.endpoint.retries or not failure.again:
                    break
                wait = self._wait(failure, attempt)
            finally:
                self.meter.settle(most, actual)
                spent.add(actual)
            if await self._stopped_within(wait):
                return None
        return msgspec.structs.replace(
            reply,
            attempts=attempt,
            requests=spent.requests,
            input_tokens=spent.input_tokens,
            output_tokens=spent.output_tokens,
            cost=spent.cost,
        )

    def _wait(self, failure: Failed, attempt: int) -> float:
        """Seconds until the next attempt: exponential with jitter, or what the server asks."""
        wait = min(LONGEST_WAIT, self.endpoint.first_wait * 2.0 ** (attempt - 1))
        wait *= random.uniform(0.5, 1.0)
        if failure.wait is None:
            return wait
        if failure.wait > LONGEST_RETRY_AFTER:
            raise EndpointRefused(
                f"{self.endpoint.url} asks to come back in {failure.wait:.0f} seconds. "
                "Run the same command then; everything done so far is kept."
            )
        # The limit is the endpoint's, so everybody waits; the jitter keeps them from returning
        # all at once.
        self._resume_at = max(self._resume_at, time.monotonic() + failure.wait)
        return wait

    async def _stopped_within(self, seconds: float) -> bool:
        until = max(time.monotonic(), self._resume_at) + seconds
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), until - time.monotonic())
        return self._stop.is_set()

    async def _attempt(self, client: AsyncOpenAI, request: Request) -> Reply:
        """One request.

        Raises:
            Failed: where it brought no answer.
            EndpointRefused: where no other request could bring one.
        """
        while (left := self._resume_at - time.monotonic()) > 0:
            await asyncio.sleep(left)
        try:
            # The client's own timeout is per read: a server that drips bytes would never meet it.
            async with asyncio.timeout(self.endpoint.timeout):
                # The typed method transforms every field first, at a fifth of the time.
                completion = await client.post(
                    "/chat/completions", cast_to=ChatCompletion, body=self._parameters(request)
                )
            return self._reply(completion)
        except (TimeoutError, openai.APITimeoutError):
            reason = f"no complete answer within {self.endpoint.timeout:g} seconds"
            raise Failed(reason, again=True, billed=True) from None
        except openai.APIStatusError as error:
            return self._status(error)
        except openai.APIConnectionError as error:
            never_sent = "Connect" in type(error.__cause__).__name__
            reason = f"connection failed ({type(error.__cause__).__name__})"
            raise Failed(reason, again=True, billed=not never_sent) from None
        except (openai.APIError, ValueError) as error:
            reason = f"the reply was not understood ({type(error).__name__})"
            raise Failed(reason, again=True, billed=True) from None

    def _parameters(self, request: Request) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
            "temperature": request.temperature,
            self.endpoint.cap: request.max_tokens,
        }
        if request.top_p != 1.0:
            parameters["top_p"] = request.top_p
        if request.seed is not None:
            parameters["seed"] = request.seed
        if request.top_logprobs is not None:
            parameters |= {"logprobs": True, "top_logprobs": request.top_logprobs}
        return parameters

    def _reply(self, completion: Any) -> Reply:
        if not isinstance(completion, ChatCompletion):
            raise Failed("the reply was no chat completion", again=True, billed=True)
        if not completion.choices:
            raise Failed("the reply held no choice", again=True, billed=True)
        self._check_model(completion.model)
        choice = completion.choices[0]
        text = choice.message.content or ""
        outcome: Outcome
        if choice.finish_reason == "content_filter":
            outcome = "content_filter"
        elif choice.message.refusal:
            outcome, text = "refusal", choice.message.refusal
        elif not text.strip():
            outcome = "empty"
        elif choice.finish_reason == "length":
            outcome = "length"
        else:
            outcome = "answered"
        usage = completion.usage
        said = choice.logprobs.content if choice.logprobs else None
        return Reply(
            outcome,
            text=scrubbed(text, self._key),
            finish_reason=choice.finish_reason,
            model_id=completion.model,
            input_tokens=usage.prompt_tokens if usage else 0,
            output_tokens=usage.completion_tokens if usage else 0,
            logprobs=tuple(
                (
                    Alternative(token.token, token.logprob),
                    *(Alternative(other.token, other.logprob) for other in token.top_logprobs),
                )
                for token in said or ()
            ),
        )

    def _check_model(self, answered: str | None) -> None:
        accepted = self.endpoint.answers_as or self.model
        if not answered or answered == accepted or answered.startswith(f"{accepted}-"):
            return
        raise EndpointRefused(
            f"{self.endpoint.url} answered as {answered!r} where {self.model!r} was asked. If they "
            f"are the same model, write `answers_as: {answered}` beside its id; the answer was "
            "not kept."
        )

    def _status(self, error: openai.APIStatusError) -> Reply:
        """The reply, or failure, that a status outside 2xx means."""
        status, reason = error.status_code, _reason(error)
        if status in (401, 403):
            raise EndpointRefused(
                f"{self.endpoint.url} refuses the key in {self.endpoint.key} (status {status})."
            ) from None
        if status == 404:
            raise EndpointRefused(
                f"{self.endpoint.url} does not know the model {self.model!r} (status 404)."
            ) from None
        if status == 429 and error.code == "insufficient_quota":
            raise EndpointRefused(f"The quota at {self.endpoint.url} is used up.") from None
        if status == 400 and "content" in f"{error.code}" and "filter" in f"{error.code}":
            return Reply("content_filter", finish_reason="content_filter", error=reason)
        raise Failed(
            f"status {status}: {reason}",
            again=status in (408, 409, 429) or status >= 500,
            wait=_retry_after(error.response.headers),
        ) from None


def _flush(ready: list[tuple[K, Reply]], sink: Sink[K]) -> None:
    if ready:
        batch = ready.copy()
        ready.clear()
        sink(batch)


def _reason(error: openai.APIStatusError) -> str:
    body = error.body
    message = body.get("message") if isinstance(body, dict) else None
    return str(message or type(error).__name__)[:MAX_ERROR]


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds the server asks to wait, from a number or a date; None where unreadable."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        given = headers.get(name)
        if not given:
            continue
        try:
            seconds = float(given) * unit
        except ValueError:
            try:
                seconds = parsedate_to_datetime(given).timestamp() - time.time()
            except ValueError:
                continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    return None
