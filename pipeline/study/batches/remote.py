"""An endpoint's batch API: whether there is one, and a batch from its creation to its answers."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from openai import AsyncOpenAI

from pipeline.study import jobs
from pipeline.study.batches import records
from pipeline.study.batches.records import ENDED, UNDER_WAY, Answer, RemoteBatch
from pipeline.study.batches.shelf import URL, BatchLog
from pipeline.study.errors import EndpointRefused
from pipeline.study.jobs import Jobs
from pipeline.study.parts import Endpoint

MOST_OF_A_BATCH = 128 * 2**20
"""Bytes of a batch's output; one that is longer is read no further."""

PAGES = 50
RECENT = 100
"""Pages of the list of batches that are looked through, and how long each is."""


async def require(endpoint: Endpoint) -> None:
    """Makes sure that an endpoint has a batch API, before anything is sent.

    Raises:
        EndpointRefused: where it has none, or does not let us see it.
    """
    asked = Jobs(endpoint, "batch")
    async with asked.client() as client:
        raw = client.batches.with_raw_response
        try:
            await asked.patiently(
                lambda: raw.list(limit=1),
                lambda content: records.found(content, "", "", asked.scrub),
                tries=2,
            )
        except EndpointRefused as error:
            if error.answered in (401, 403):
                raise EndpointRefused(
                    f"{endpoint.url} refuses the key in {endpoint.key} for batches (status "
                    f"{error.answered}). Nothing was sent."
                ) from None
            raise EndpointRefused(
                f"{endpoint.url} shows no batch API, so nothing was sent: {error} Or take "
                "`batches` out of the source, to ask one by one at the full price."
            ) from None


class Remote:
    """Batches at one endpoint."""

    def __init__(self, endpoint: Endpoint, tell: Callable[[str], None]) -> None:
        self.endpoint = endpoint
        self.jobs = Jobs(endpoint, "batch", MOST_OF_A_BATCH)
        self._tell = tell

    async def created(self, client: AsyncOpenAI, log: BatchLog, file_id: str) -> str:
        """The id of the batch; one that a killed process may have created is looked for first."""
        if (known := await self._known(client, log, file_id)) is not None:
            return known
        raw = client.batches.with_raw_response
        log.state("creating")
        # Not tried again: a request that timed out may have created the batch, and the next run
        # of the command finds it by its name.
        batch = await self.jobs.told(
            RemoteBatch,
            lambda: raw.create(
                input_file_id=file_id,
                endpoint=URL,  # type: ignore[arg-type]
                completion_window="24h",
                metadata={"brittlescope": log.told.name},
            ),
            tries=1,
        )
        log.state("created", job_id=batch.id)
        return batch.id

    async def _known(self, client: AsyncOpenAI, log: BatchLog, file_id: str) -> str | None:
        """The id of a batch that was created, also where nobody heard that it was."""
        for state in log.states:
            if state.state == "created":
                return str(state.job_id)
        if not log.reached("creating"):
            return None
        after: str | None = None
        for _ in range(PAGES):
            where: dict[str, Any] = {"after": after} if after else {}
            page = await self.jobs.patiently(
                partial(client.batches.with_raw_response.list, limit=RECENT, **where),
                lambda content: records.found(content, log.told.name, file_id, self.jobs.scrub),
            )
            if page.batch is not None:
                log.state("created", job_id=page.batch.id, found=True)
                return page.batch.id
            if (after := page.after) is None:
                break
        return None

    async def cancelled(self, client: AsyncOpenAI, log: BatchLog) -> str:
        """Asks for the end of a batch; the state it has then, in words.

        Raises:
            EndpointRefused: where it is still under way, and is not ended.
        """
        file_id = next((str(one.file_id) for one in log.states if one.state == "uploaded"), "")
        batch_id = await self._known(client, log, file_id)
        if batch_id is None:
            return "it never came to be there"
        raw = client.batches.with_raw_response
        try:
            batch = await self.jobs.told(RemoteBatch, lambda: raw.cancel(batch_id), tries=2)
        except EndpointRefused:
            batch = await self.jobs.told(RemoteBatch, lambda: raw.retrieve(batch_id))
            if batch.status not in ENDED:
                raise
        return self.jobs.scrub.line(batch.status)

    async def ended(self, client: AsyncOpenAI, log: BatchLog, batch_id: str) -> RemoteBatch:
        """The batch when it is no longer under way.

        Raises:
            EndpointRefused: where it is in a state that nobody can wait for.
        """
        raw = client.batches.with_raw_response
        while True:
            batch = await self.jobs.told(RemoteBatch, lambda: raw.retrieve(batch_id))
            if batch.status in ENDED:
                return batch
            status = self.jobs.scrub.line(batch.status)
            if batch.status not in UNDER_WAY:
                raise EndpointRefused(
                    f"The batch {batch.id} of {log.told.scope} has the unknown status {status!r}. "
                    f"Look at it at {self.endpoint.url}; the same command goes on with it, and "
                    "nothing is sent twice."
                )
            self._tell(f"batch {log.path.stem}: {status.replace('_', ' ')} {batch.counts}".strip())
            await asyncio.sleep(jobs.POLL_SECONDS)

    async def answers(self, client: AsyncOpenAI, batch: RemoteBatch) -> dict[str, Answer]:
        """What is said of each request; of two answers to one, the first that is none of an error.

        Raises:
            EndpointRefused: where a file of it cannot be had.
        """
        raw = client.files.with_raw_response
        found: dict[str, Answer] = {}
        for name in (batch.output_file_id, batch.error_file_id):
            if name is None:
                continue
            content = await self.jobs.patiently(partial(raw.content, name), lambda body: body)
            for answer in records.answers(content, self.jobs.scrub):
                known = found.get(answer.id)
                if known is None or (known.status != 200 and answer.status == 200):
                    found[answer.id] = answer
        return found
