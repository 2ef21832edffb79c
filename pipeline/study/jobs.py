"""Slow work at an endpoint, done for us while we wait: files, and jobs that are asked about again.

Fine-tuning jobs and batches alike: what may create something is asked once, what only looks is
asked again while the trouble may pass, and every state is on disk before the next begins.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar

import msgspec
import openai
from msgspec import Meta
from openai import AsyncOpenAI

from pipeline.study import files, retry, wire
from pipeline.study.door import MOST_OF_A_FILE, client_of, key_of
from pipeline.study.errors import EndpointRefused
from pipeline.study.lines import GrowingFile
from pipeline.study.parts import Endpoint
from pipeline.study.scrub import Scrub
from warehouse.clock import stamp

T = TypeVar("T")

POLL_SECONDS = 20.0
TRIES = 8

Id = Annotated[str, Meta(pattern=r"^[\w.:-]{1,200}$")]
"""It becomes a part of addresses."""

Name = Annotated[str, Meta(min_length=1, max_length=500)]


class File(msgspec.Struct):
    """A file that was uploaded."""

    id: Id


class Raw(Protocol):
    """The client's answer before its own records have made anything of it."""

    @property
    def content(self) -> bytes:
        """The body."""


class StateLog:
    """The states that a thing has gone through, on disk line by line."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def state(self, name: str, **details: Any) -> None:
        """Records a state that was reached; the details are those of `files.State`."""
        self.write([files.State(state=name, at=stamp(), **details)])

    def write(self, records: Iterable[msgspec.Struct]) -> None:
        """Appends records; they are on disk when this returns."""
        with GrowingFile(self.path) as journal:
            journal.write(records)

    @property
    def states(self) -> list[files.State]:
        """Every state so far, oldest first."""
        return list(files.read(self.path, files.State))


class Jobs:
    """What is asked of an endpoint about files and jobs."""

    def __init__(self, endpoint: Endpoint, what: str, most: int = MOST_OF_A_FILE) -> None:
        self.endpoint = endpoint
        self.scrub = Scrub(key_of(endpoint))
        self._what = what
        self._most = most

    def client(self) -> AsyncOpenAI:
        """A client to ask with."""
        return client_of(self.endpoint, key_of(self.endpoint), self._most)

    async def uploaded(
        self, client: AsyncOpenAI, log: StateLog, path: Path, purpose: Any
    ) -> str:  # fmt: skip
        """The id of a file that is uploaded, once as far as the log tells."""
        for state in log.states:
            if state.state == "uploaded":
                return str(state.file_id)
        content, raw = path.read_bytes(), client.files.with_raw_response
        file = await self.told(File, lambda: raw.create(file=(path.name, content), purpose=purpose))
        log.state("uploaded", file_id=file.id)
        return file.id

    async def told(self, kind: type[T], ask: Callable[[], Awaitable[Raw]], tries: int = TRIES) -> T:
        """The record that is asked for; see `patiently`."""
        return await self.patiently(ask, lambda content: read(content, kind, self.scrub), tries)

    async def patiently(
        self, ask: Callable[[], Awaitable[Raw]], made: Callable[[bytes], T], tries: int = TRIES
    ) -> T:
        """What is asked for and can be read, tried again where the trouble may pass.

        Raises:
            EndpointRefused: where it does not pass, or is none that could.
        """
        for attempt in range(1, tries + 1):
            passing, pause, status = True, 0.0, None
            try:
                async with asyncio.timeout(self.endpoint.timeout):
                    content = (await ask()).content
                return made(content)
            except wire.NotUnderstood as error:
                reason = f"the reply {error}"
            except openai.APIStatusError as error:
                status = error.response.status_code
                passing = retry.may_pass(status)
                reason = f"status {status}: {self._words(status, error.response.content)}"
                if passing and attempt < tries:
                    pause = retry.heeded(
                        retry.retry_after(error.response.headers), self.endpoint.url
                    )
            except (TimeoutError, openai.APIError, ValueError, TypeError, LookupError) as error:
                cause = error.__cause__ or error
                reason = f"{type(cause).__name__}: {cause}".removesuffix(": ")
            if not passing or attempt == tries:
                raise EndpointRefused(
                    f"{self.endpoint.url} did not accept the {self._what} request "
                    f"({self.scrub.line(reason)}). Run the same command to go on.",
                    answered=status,
                )
            await asyncio.sleep(pause + retry.backoff(self.endpoint.first_wait, attempt))
        raise AssertionError("unreachable")

    def _words(self, status: int, content: bytes) -> str:
        if 300 <= status < 400:
            return "it points to another address, where the key is not sent"
        try:
            return wire.error(wire.decoded(content, self.scrub))[0] or "no reason given"
        except wire.NotUnderstood:
            return "no reason given"


def read(content: bytes, kind: type[T], scrub: Scrub) -> T:
    """The record that a body holds.

    Raises:
        NotUnderstood: where it holds none of this kind.
    """
    return converted(wire.decoded(content, scrub), kind)


def converted(body: Any, kind: type[T]) -> T:
    """The record that decoded JSON is.

    Raises:
        NotUnderstood: where it is none of this kind.
    """
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        name = " ".join(re.findall("[A-Z][a-z]*", kind.__name__)).lower()
        raise wire.NotUnderstood(f"does not describe a {name} ({error})") from None


async def all_of(works: Iterable[Awaitable[T]]) -> list[T]:
    """What works at the same time come to; where one fails, the others are waited for first."""
    results = await asyncio.gather(*works, return_exceptions=True)
    found: list[T] = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        found.append(result)
    return found
