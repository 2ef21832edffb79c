"""Answers through an endpoint's batch API: handed over by the thousand, and waited for."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec
from openai import AsyncOpenAI

from pipeline.study.batches.records import COMPLETED, RemoteBatch
from pipeline.study.batches.remote import Remote
from pipeline.study.batches.shelf import URL, BatchLog, Shelf, bound, named
from pipeline.study.batches.tally import Counted, Tally, require_completed
from pipeline.study.budget import Meter, Ticket
from pipeline.study.completions import Completions
from pipeline.study.errors import BudgetReached, EndpointRefused
from pipeline.study.files.batches import Sent
from pipeline.study.parts import Endpoint
from pipeline.study.replies import Request, Sink, Speaker
from warehouse.studies import Spend

K = TypeVar("K")

MOST_PLANNED = 32 * 2**20
"""Bytes that a batch is planned to send, and that its answers are expected to have."""

ROUNDS = 3
"""So often a request is sent in batches within one command, where its trouble may pass."""


class BatchSpeaker:
    """Chat completions of one model through batches, for one scope: a judge's pass, an evaluation.

    Where a source says no longer that it goes in batches, those under way are still waited for,
    and `rest` answers what they leave.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        model: str,
        meter: Meter,
        shelf: Shelf,
        scope: str,
        tell: Callable[[str], None],
        rest: Speaker | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.meter = meter
        self.scope = scope
        self._place = f"{model} at {endpoint.url}"
        self._shelf = shelf
        self._rest = rest
        self._remote = Remote(endpoint, tell)
        self._completions = Completions(endpoint, model, self._remote.jobs.scrub)
        self._tally = Tally(endpoint, self._completions, self._remote.jobs.scrub)
        self._keys: dict[str, dict[str, Any]] = {}
        self._sink: Sink[Any] = lambda replies: None

    @property
    def has_left(self) -> bool:
        """Whether an earlier command left batches of the scope."""
        return bool(self._shelf.left(self.scope, self._place))

    async def ask(self, requests: Iterable[tuple[K, Request]], sink: Sink[K]) -> None:
        """Answers every request; see `replies.Speaker`.

        Raises:
            BudgetReached: before a batch that could pass the budget.
            EndpointRefused: where a batch ended otherwise than with answers, and what to do then.
        """
        self.meter.require_open()
        batches, others = self._dealt(requests)
        self._sink = sink
        troubles: list[BaseException] = []
        async with self._remote.jobs.client() as client:
            await self._all_through(client, deque(batches), troubles)
        if troubles:
            raise troubles[0]
        if self._rest is not None and others:
            await self._rest.ask(others, sink)

    def _dealt(
        self, requests: Iterable[tuple[K, Request]]
    ) -> tuple[list[BatchLog], list[tuple[K, Request]]]:
        """The batches that hold the requests, those left by an earlier command first.

        What is not to go in batches is returned beside them. A batch that was never sent, and of
        which nothing is wanted any more, is removed.
        """
        earlier = self._shelf.left(self.scope, self._place)
        if self._rest is not None:
            for log in earlier:
                if not log.reached("creating"):
                    log.drop()
            earlier = [log for log in earlier if log.path.exists()]
        # Of two that hold a request, the later one is to answer what the earlier one did not.
        held = {one.partition("-")[0]: (log, one) for log in earlier for one in log.ids}
        self._keys = {log.told.name: {} for log in earlier}
        places: dict[str, K] = {}
        others: list[tuple[K, Request]] = []

        def fresh() -> Iterator[Sent]:
            for key, request in requests:
                known = held.get(named(request.name))
                if known is not None:
                    log, name = known
                    self._keys[log.told.name][name] = key
                elif self._rest is not None:
                    others.append((key, request))
                else:
                    body = self._completions.parameters(request)
                    line = Sent(custom_id=bound(request.name, body), url=URL, body=body)
                    places[line.custom_id] = key
                    yield line

        new = [self._new(part, places) for part in self._parts(fresh())]
        kept = []
        for log in earlier:
            if log.reached("creating") or self._keys[log.told.name]:
                kept.append(log)
            else:
                log.drop()
        return [*kept, *new], others

    def _new(self, part: list[Sent], places: Mapping[str, Any], number: int = 1) -> BatchLog:
        """A batch of requests, whose answers have these places."""
        log = self._shelf.new(self.scope, self._place, part, number)
        self._keys[log.told.name] = {
            line.custom_id: places[line.custom_id] for line in part if line.custom_id in places
        }
        return log

    def _parts(self, requests: Iterator[Sent]) -> Iterator[list[Sent]]:
        """The requests in parts, each as many as a batch holds."""
        most = self.endpoint.batches.requests if self.endpoint.batches else 0
        part: list[Sent] = []
        planned = 0
        for line in requests:
            planned += max(len(msgspec.json.encode(line)), self._expected(line))
            if part and (len(part) >= most or planned > MOST_PLANNED):
                yield part
                part, planned = [], 0
            part.append(line)
        if part:
            yield part

    def _expected(self, line: Sent) -> int:
        """About how many bytes the answer to a request has at most."""
        alternatives = 1 + line.body.get("top_logprobs", 0) if line.body.get("logprobs") else 0
        return 2_000 + int(line.body[self.endpoint.cap]) * (8 + 100 * alternatives)

    async def _all_through(
        self, client: AsyncOpenAI, waiting: deque[BatchLog], troubles: list[BaseException]
    ) -> None:
        """Takes every batch through, as many at once as the budget allows."""
        under_way: set[asyncio.Task[list[BatchLog]]] = set()
        try:
            while waiting or under_way:
                while waiting and not troubles:
                    try:
                        begun = self._begun(client, waiting, bool(under_way))
                    except BudgetReached as error:
                        troubles.append(error)
                        break
                    if begun is None:
                        break
                    under_way.add(begun)
                if not under_way:
                    return
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    if (trouble := task.exception()) is not None:
                        troubles.append(trouble)
                    else:
                        waiting.extend(task.result())
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    def _begun(
        self, client: AsyncOpenAI, waiting: deque[BatchLog], is_busy: bool
    ) -> "asyncio.Task[list[BatchLog]] | None":
        """The first batch that waits, begun; None where the budget lets it wait for the others.

        Raises:
            BudgetReached: where nothing is under way, and not even one request has room.
        """
        log = waiting[0]
        try:
            ticket = self._reserved(log)
        except BudgetReached:
            if is_busy:
                return None
            if log.reached("creating") or len(log.ids) < 2:
                raise
            waiting.popleft()
            waiting.extendleft(reversed(self._halves(log)))
            return self._begun(client, waiting, is_busy)
        waiting.popleft()
        return asyncio.create_task(self._through(client, log, ticket))

    def _halves(self, log: BatchLog) -> list[BatchLog]:
        """Two batches in the place of one that is too dear."""
        every = list(log.requests())
        log.drop()
        middle, keys = len(every) // 2, self._keys[log.told.name]
        parts = (every[:middle], every[middle:])
        return [self._new(part, keys, log.told.round) for part in parts]

    def _reserved(self, log: BatchLog) -> Ticket | None:
        """What is set aside for a batch; None where what it cost is known and booked."""
        name = f"batch:{log.told.name}"
        settled = next((one for one in log.states if one.state == "settled"), None)
        if settled is None:
            most = Spend()
            for line in log.requests():
                most.add(self._tally.most(line))
            return self.meter.reserve(most, name)
        actual = _spend(settled)
        if self.meter.is_open(name):  # killed before it was booked
            self.meter.settle(self.meter.reserve(actual, name), actual)
        return None

    async def _through(
        self, client: AsyncOpenAI, log: BatchLog, ticket: Ticket | None
    ) -> list[BatchLog]:
        """Takes a batch from its last state to its end; returns the batches it takes once more.

        Raises:
            EndpointRefused: where it ended otherwise than with answers.
        """
        try:
            file_id = await self._remote.jobs.uploaded(client, log, log.input, "batch")
        except BaseException:
            if ticket is not None:
                self.meter.settle(ticket, Spend())
            raise
        try:
            batch_id = await self._remote.created(client, log, file_id)
        except EndpointRefused as error:
            if ticket is not None and error.answered and 400 <= error.answered < 500:
                self.meter.settle(ticket, Spend())  # it says that there is no batch
                log.drop()
            raise
        batch = await self._remote.ended(client, log, batch_id)
        answers = await self._remote.answers(client, batch)
        counted = {line.custom_id: self._tally.of(line, answers, batch) for line in log.requests()}
        if ticket is not None:
            actual = Spend()
            for one in counted.values():
                actual.add(one.spent)
            log.state("settled", **msgspec.structs.asdict(actual))
            self.meter.settle(ticket, actual)
        again = self._kept(log, batch, counted)
        log.close()
        require_completed(batch, log, counted, self.endpoint, self._remote.jobs.scrub)
        return again

    def _kept(
        self, log: BatchLog, batch: RemoteBatch, counted: dict[str, Counted]
    ) -> list[BatchLog]:  # fmt: skip
        """Hands over what was found; returns the batch of what is sent once more, if any is.

        What a batch ended without is no failure of its own: it is simply left.
        """
        is_completed = batch.status == COMPLETED
        is_last = log.told.round >= ROUNDS or not any(one.is_answered for one in counted.values())
        keys = self._keys[log.told.name]
        ready, once_more = [], set()
        for name, one in counted.items():
            if name not in keys:
                continue
            if one.is_answered or (is_completed and (is_last or not one.again)):
                attempt = msgspec.structs.replace(one.reply, attempts=log.told.round)
                ready.append((keys[name], attempt))
            elif is_completed:
                once_more.add(name)
        again = []
        if once_more:
            lines = [line for line in log.requests() if line.custom_id in once_more]
            again = [self._new(lines, keys, log.told.round + 1)]
        if ready:
            self._sink(ready)
        return again


def _spend(state: Any) -> Spend:
    """What a state tells of spending."""
    return Spend(state.requests, state.input_tokens, state.output_tokens, state.cost)
