"""The only door to an endpoint: its key, and a client that trusts nothing that comes back."""

import logging
import os
import ssl
import zlib
from functools import cache
from typing import Any

import httpx2
from openai import DEFAULT_CONNECTION_LIMITS, AsyncOpenAI

from pipeline.study.errors import MissingKey
from pipeline.study.parts import Endpoint

MOST_OF_A_REPLY = 4 * 2**20
"""Bytes of a reply, packed or not; one that is longer is read no further."""

MOST_OF_A_FILE = 32 * 2**20
"""The same for what a fine-tuning job leaves behind."""

KEPT_HEADERS = ("location", "retry-after", "retry-after-ms")
"""What is used of a reply's headers; nothing else of them gets any further."""


for _teller in ("httpx2", "httpcore2"):
    # Whatever a server says is in their logs as it came: a key that it echoes, too.
    logging.getLogger(_teller).setLevel(logging.WARNING)


class TooLong(httpx2.RequestError):
    """A reply that is longer than what is read."""


def key_of(endpoint: Endpoint) -> str:
    """The endpoint's key.

    Raises:
        MissingKey: naming the environment variable, and never what it holds.
    """
    key = os.environ.get(endpoint.key, "").strip()
    if not key:
        raise MissingKey(
            f"The environment variable {endpoint.key} is not set; it should hold the key for "
            f"{endpoint.url}. Nothing was sent, and everything done so far is kept."
        )
    if not key.isascii() or not key.isprintable():
        raise MissingKey(
            f"The environment variable {endpoint.key} holds a character that no key has (a line "
            "break, or a letter with an accent). Nothing was sent."
        )
    return key


def client_of(endpoint: Endpoint, key: str, most: int = MOST_OF_A_REPLY) -> AsyncOpenAI:
    """A client that never retries by itself: retries are counted and billed by who asks."""
    return AsyncOpenAI(
        api_key=key,
        admin_api_key="",  # else one from the environment would be taken along
        base_url=endpoint.url,
        max_retries=0,
        timeout=endpoint.timeout,
        http_client=_Bounded(
            most, timeout=endpoint.timeout, limits=DEFAULT_CONNECTION_LIMITS, verify=_trusted()
        ),
    )


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates count; it takes a tenth of a second to read them."""
    return httpx2.create_ssl_context()


class _Bounded(httpx2.AsyncClient):
    """A client for strangers: it follows no redirect, and no reply is longer than `most`."""

    def __init__(self, most: int, **options: Any) -> None:
        super().__init__(**options)
        self._most = most

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """The reply, read in whole; see `httpx2.AsyncClient.send`.

        Raises:
            TooLong: having read no further.
        """
        request.headers["accept-encoding"] = "gzip"
        options |= {"stream": True, "follow_redirects": False}
        response = await super().send(request, **options)
        try:
            content = await self._content(request, response)
        finally:
            await response.aclose()
            self.cookies.clear()
        # Not the reply itself: what else it says (cookies, charset, words of its status line) would
        # be acted upon, or logged.
        headers = {
            name: response.headers[name] for name in KEPT_HEADERS if name in response.headers
        }
        headers["content-type"] = "application/json"
        return httpx2.Response(
            response.status_code, headers=headers, content=content, request=request
        )

    async def _content(self, request: httpx2.Request, response: httpx2.Response) -> bytes:
        too_long = TooLong(f"it is longer than {self._most / 2**20:g} MB", request=request)
        said = response.headers.get("content-length", "")
        if said.isdecimal() and len(said) < 20 and int(said) > self._most:
            raise too_long
        packing = response.headers.get("content-encoding", "identity").strip().lower()
        if packing not in ("identity", "", "gzip", "x-gzip", "deflate"):
            raise httpx2.DecodingError("it is packed in a way not asked for", request=request)
        unpack = None if packing in ("identity", "") else zlib.decompressobj(47)
        content = bytearray()
        raw = 0
        async for chunk in response.aiter_raw():
            raw += len(chunk)
            if unpack is not None:
                try:
                    # One byte more than is left tells that it is too long, and no more is unpacked.
                    chunk = unpack.decompress(chunk, self._most - len(content) + 1)
                except zlib.error:
                    raise httpx2.DecodingError("it is packed badly", request=request) from None
            content += chunk
            if max(raw, len(content)) > self._most:
                raise too_long
        return bytes(content)
