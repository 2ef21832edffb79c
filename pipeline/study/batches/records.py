"""What an endpoint tells of its batches and their answers, validated into strict records."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from pipeline.study import jobs, wire
from pipeline.study.jobs import Id, Name
from pipeline.study.scrub import Scrub

COMPLETED = "completed"
ENDED = (COMPLETED, "failed", "expired", "cancelled")
UNDER_WAY = ("validating", "in_progress", "finalizing", "cancelling", "queued", "pending")
"""The states of a batch that are known; one in any other needs a person to look at it."""

UNANSWERED = ("batch_expired", "batch_cancelled")
"""What is said of a request that a batch ended without."""


class RemoteBatch(msgspec.Struct):
    """A batch, and what became of it."""

    id: Id
    status: Name
    input_file_id: str | None = None
    output_file_id: Id | None = None
    error_file_id: Id | None = None
    metadata: Any = None
    request_counts: Any = None
    errors: Any = None

    @property
    def counts(self) -> str:
        """How far it is, where it says so in numbers."""
        told = self.request_counts if isinstance(self.request_counts, dict) else {}
        done, total = told.get("completed"), told.get("total")
        is_told = isinstance(done, int) and isinstance(total, int) and 0 <= done <= total < 10**9
        return f"{done:,} of {total:,}" if is_told and total else ""

    @property
    def reason(self) -> str:
        """Why it failed as a whole, in the endpoint's words."""
        told = self.errors.get("data") if isinstance(self.errors, dict) else None
        for one in told if isinstance(told, list) else []:
            if isinstance(one, dict) and isinstance(one.get("message"), str):
                return str(one["message"])
        return "no reason given"


class _Page(msgspec.Struct):
    """A page of a list of batches, any of which may be odd."""

    data: list[dict[str, Any]]
    has_more: Any = False


class BatchFound(NamedTuple):
    """A batch that a page holds, if it does; else the id after which the next page begins."""

    batch: RemoteBatch | None
    after: str | None


def found(content: bytes, name: str, file_id: str, scrub: Scrub) -> BatchFound:
    """The batch that was created by a name, or from a file, if a page of a list has it.

    Raises:
        NotUnderstood: where that batch, or the list, is not understood.
    """
    page = jobs.read(content, _Page, scrub)
    for told in page.data:
        metadata = told.get("metadata")
        by_name = isinstance(metadata, dict) and metadata.get("brittlescope") == name
        if by_name or told.get("input_file_id") == file_id:
            return BatchFound(jobs.converted(told, RemoteBatch), None)
    last = page.data[-1].get("id") if page.data else None
    return BatchFound(None, last if page.has_more is True and isinstance(last, str) else None)


class _Response(msgspec.Struct):
    status_code: int
    body: Any = None


class _BatchLine(msgspec.Struct):
    custom_id: str
    response: _Response | None = None
    error: Any = None


class Answer(NamedTuple):
    """What is said of one request: a status with a body, or why there is none."""

    id: str
    status: int | None
    body: bytes
    code: str
    reason: str


def answers(content: bytes, scrub: Scrub) -> Iterator[Answer]:
    """The lines of a batch's output or error file; those that are not understood are passed over.

    A request whose line is passed over has none, which is told of it.
    """
    for line in content.split(b"\n"):
        if not line.strip():
            continue
        try:
            told = jobs.converted(wire.decoded(line, scrub), _BatchLine)
        except wire.NotUnderstood:
            continue
        words, code = wire.error({"error": told.error}) if told.error else ("", "")
        if told.response is None:
            yield Answer(told.custom_id, None, b"", code, words or "no reason given")
            continue
        body = json.dumps(told.response.body).encode()
        yield Answer(told.custom_id, told.response.status_code, body, code, words)
