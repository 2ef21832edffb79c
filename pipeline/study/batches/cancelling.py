"""Cancelling the batches that are under way."""

from collections.abc import Iterable
from typing import NamedTuple

from pipeline.study.batches.remote import Remote
from pipeline.study.batches.shelf import BatchLog, Shelf
from pipeline.study.errors import EndpointRefused
from pipeline.study.parts import Endpoint


class Cancelled(NamedTuple):
    """What was cancelled, and what was not, with the reason; a line each."""

    batches: list[str]
    left: list[str]


async def cancel(endpoints: Iterable[Endpoint], shelf: Shelf, work: str) -> Cancelled:
    """Cancels the batches under way of one kind of work, wherever they were sent.

    Nothing of them is forgotten here: what was answered before is billed, and the step that sent
    them takes it up when it is run again.

    Args:
        endpoints: How the places are reached that they went to.
        shelf: The batches of a study's folder.
        work: What they are for: `shelf.SAMPLING` or `shelf.JUDGING`.
    """
    known = {endpoint.url: endpoint for endpoint in endpoints}
    done = Cancelled([], [])
    for log in shelf.under_way(work):
        name = f"batch {log.path.stem} of {log.told.scope}"
        endpoint = known.get(log.told.url)
        if endpoint is None:
            done.left.append(f"{name}: no source of the study is at {log.told.url} any more")
            continue
        try:
            state = await _cancelled(endpoint, log)
        except EndpointRefused as error:
            done.left.append(f"{name}: {error}")
            continue
        if state in ("cancelling", "cancelled"):
            done.batches.append(name)
        else:
            done.left.append(f"{name}: {state}")
    return done


async def _cancelled(endpoint: Endpoint, log: BatchLog) -> str:
    """The state a batch has after it was to be cancelled."""
    remote = Remote(endpoint, lambda said: None)
    async with remote.jobs.client() as client:
        return await remote.cancelled(client, log)
