"""Asking an OpenAI-compatible endpoint: limits, retries, and named outcomes."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

import httpx2
import msgspec
import openai
from openai import AsyncOpenAI

from pipeline.study import retry, wire
from pipeline.study.budget import Meter, priced
from pipeline.study.completions import PATH, Completions, Failed
from pipeline.study.conversation import most_tokens
from pipeline.study.door import TooLong, client_of, key_of
from pipeline.study.errors import EndpointRefused
from pipeline.study.parts import Endpoint
from pipeline.study.replies import Reply, Request, Sink
from pipeline.study.scrub import Scrub
from warehouse.studies import Spend

K = TypeVar("K")

FAILURES_IN_A_ROW = 20
"""After so many requests that failed for good, one after another, the rest is not sent."""

OTHERS_IN_A_ROW = 3
"""So many answers of another model, one after another, are no slip of the endpoint's."""

NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


class Chat:
    """Chat completions of one model at one endpoint."""

    def __init__(self, endpoint: Endpoint, model: str, meter: Meter) -> None:
        self.endpoint = endpoint
        self.model = model
        self.meter = meter
        self._key = key_of(endpoint)
        self._scrub = Scrub(self._key)
        self._completions = Completions(endpoint, model, self._scrub)
        self._stop, self._open = asyncio.Event(), asyncio.Event()
        self._resume_at = 0.0
        self._failures = self._others = 0

    @property
    def _place(self) -> str:
        """What has one price: fine-tuned models cost alike, and think alike."""
        return f"{self.endpoint.id} at {self.endpoint.url}"

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
        self._stop, self._open = asyncio.Event(), asyncio.Event()
        if self._place in self.meter.priced:
            self._open.set()
        async with client_of(self.endpoint, self._key) as client:
            workers = (
                self._work(client, waiting, ready, sink, is_first=number == 0)
                for number in range(self.endpoint.concurrency)
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
        *,
        is_first: bool,
    ) -> None:
        try:
            # One request goes ahead: should it cost more than was set aside for it, then that is
            # known before many are under way.
            if not is_first:
                await self._open.wait()
            while not self._stop.is_set():
                key, request = next(waiting)
                reply = await self._answer(client, request)
                if reply is None:
                    return
                self.meter.priced.add(self._place)
                self._open.set()
                ready.append((key, reply))
                await asyncio.sleep(0)  # whatever else has just come in shares one write
                _flush(ready, sink)
                self._watch(reply)
        except StopIteration:
            return
        except BaseException:
            self._stop.set()
            raise
        finally:
            self._open.set()

    def _watch(self, reply: Reply) -> None:
        """Gives up where the endpoint does nothing but fail, or is another model."""
        failed = reply.outcome == "error"
        self._failures = self._failures + 1 if failed else 0
        self._others = self._others + 1 if failed and reply.answered_by else 0
        if self._others >= OTHERS_IN_A_ROW:
            raise EndpointRefused(
                f"{self.endpoint.url} answered as {reply.answered_by!r} where "
                f"{self._completions.expected} was asked. If they are the same model, write "
                "`answers_as` with that name beside its id; `other_models: keep` takes whoever "
                "answers. These answers are not counted."
            )
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
            ticket = self.meter.reserve(most)
            actual = most  # what is cut off half-way may have been billed
            try:
                reply, usage = await self._attempt(client, request)
                actual = most if usage is None else priced(price, *usage)
                break
            except Failed as failure:
                if not failure.billed:
                    actual = Spend(requests=1)
                elif failure.usage is not None:
                    actual = priced(price, *failure.usage)
                reply = Reply(
                    "error",
                    error=self._scrub.line(failure),
                    raw=failure.raw,
                    answered_by=failure.answered_by,
                )
                if attempt > self.endpoint.retries or not failure.again:
                    break
                wait = self._wait(failure, attempt)
            finally:
                self.meter.settle(ticket, actual)
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
        # The limit is the endpoint's, so everybody waits; the jitter keeps them from returning
        # all at once.
        if pause := retry.heeded(failure.wait, self.endpoint.url):
            self._resume_at = max(self._resume_at, time.monotonic() + pause)
        return retry.backoff(self.endpoint.first_wait, attempt)

    async def _stopped_within(self, seconds: float) -> bool:
        until = max(time.monotonic(), self._resume_at) + seconds
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), until - time.monotonic())
        return self._stop.is_set()

    async def _attempt(
        self, client: AsyncOpenAI, request: Request
    ) -> tuple[Reply, wire.Usage | None]:
        """One request: its reply, and what it used where the endpoint says so.

        Raises:
            Failed: where it brought no answer.
            EndpointRefused: where no other request could bring one.
        """
        while (left := self._resume_at - time.monotonic()) > 0:
            await asyncio.sleep(left)
        try:
            # The client's own timeout is per read: a server that drips bytes would never meet it.
            async with asyncio.timeout(self.endpoint.timeout):
                # The client's own records take whatever comes; `wire` has strict ones.
                response: httpx2.Response | None = await client.post(
                    PATH,
                    cast_to=httpx2.Response,
                    body=self._completions.parameters(request),
                )
        except openai.APIStatusError as error:
            told = error.response
            return self._completions.of_status(told.status_code, told.content, told.headers), None
        except (TimeoutError, openai.APIConnectionError) as error:
            raise self._broken(error) from None
        except (openai.APIError, ValueError, TypeError, LookupError, RecursionError) as error:
            # The client's own code on a stranger's words.
            reason = f"the reply was not understood ({type(error).__name__})"
            raise Failed(reason) from None
        # A reply without content, by its status, is None to the client.
        return self._completions.reply(
            response.content if response is not None else b"",
            with_logprobs=request.top_logprobs is not None,
        )

    def _broken(self, error: Exception) -> Failed:
        """The failure that a connection's error means.

        Raises:
            EndpointRefused: where the endpoint cannot show that it is who it says it is.
        """
        cause = error.__cause__
        sent = not isinstance(cause, NEVER_SENT)
        if isinstance(cause, TooLong):
            return Failed(f"the reply was read no further: {cause}", again=False)
        if isinstance(error, TimeoutError | openai.APITimeoutError):
            what = "no complete answer" if sent else "no connection"
            return Failed(f"{what} within {self.endpoint.timeout:g} seconds", billed=sent)
        chain = [link for link in _causes(error) if str(link)]
        detail = str(chain[-1]) if chain else ""
        if any(isinstance(link, ssl.SSLCertVerificationError) for link in chain):
            raise EndpointRefused(
                f"The certificate of {self.endpoint.url} is not trusted, so nothing was sent: "
                f"{self._scrub.line(detail)}."
            ) from None
        kind = type(cause).__name__ if cause is not None else type(error).__name__
        return Failed(f"connection failed ({kind}{': ' * bool(detail)}{detail})", billed=sent)


def _flush(ready: list[tuple[K, Reply]], sink: Sink[K]) -> None:
    if ready:
        batch = ready.copy()
        ready.clear()
        sink(batch)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it was raised for, outermost first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
