"""The server and its protocols, whose own refusals carry the same headers as every other answer.

A request that is no HTTP and a handshake that is no WebSocket are answered by these classes, before
any application is asked.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from warehouse import programs

if TYPE_CHECKING:
    from websockets.http11 import Response


class Server(uvicorn.Server):
    """A server that leaves signals to its program, and ends what it has begun."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle none."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the programs under way, which nobody waits for, and the server."""
        programs.leave()
        await super().shutdown(sockets)


class Http(H11Protocol):
    """HTTP/1.1."""

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request."""
        body = msg.encode("ascii")
        lines = [
            b"HTTP/1.1 400 Bad Request",
            b"content-type: text/plain; charset=utf-8",
            b"content-length: %d" % len(body),
            b"connection: close",
            *(b": ".join(header) for header in self.server_state.default_headers),
        ]
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        self.transport.close()


class WebSockets(WebSocketsSansIOProtocol):
    """WebSockets."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        refusal = self.conn.reject

        def reject(status: Any, text: str) -> "Response":
            response = refusal(status, text)
            for name, value in self.default_headers:
                if name.lower() != b"date":  # which a refusal has already
                    response.headers[name.decode("latin-1")] = value.decode("latin-1")
            return response

        setattr(self.conn, "reject", reject)  # noqa: B010 - every refusal is made by this method
