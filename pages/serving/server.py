"""The program that serves the app: a port, a link with a token, Streamlit behind the gate.

`brittlescope serve` becomes this program, so there is no second process that could outlive it.
"""

import errno
import io
import os
import signal
import socket
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Timer
from types import FrameType
from typing import TYPE_CHECKING, Any, TextIO

import click

from warehouse import datafolder, harmless, programs

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from pages.serving import protocols
    from pages.serving.gate import Key

APP = Path(__file__).parents[2] / "app.py"

PORT = 8501
TRIED = 100
"""How many ports are tried, from the usual one on, until one is free."""

PATIENCE = 3
"""The seconds that what is under way has to end when the server is told to."""

_LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
_NO_IPV6 = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT)


@click.command()
@click.option("--port", type=click.IntRange(0, 65535))
@click.option("--no-token", is_flag=True)
@click.option("--browser", is_flag=True)
def main(port: int | None, no_token: bool, browser: bool) -> None:
    """Serve the app on the loopback address until a signal ends it."""
    for number in _SIGNALS:
        _handle(number, _leave)
    programs.end_with_starter()
    if sys.stderr is not None:  # which it is where whoever started us closed it
        sys.stderr = _Printable(sys.stderr)
    listeners = listen(port)
    found = listeners[0].getsockname()[1]
    if port is None and found != PORT:
        _say(f"Port {PORT} is in use; taking {found} instead.")

    # Loaded after the port is had: loading takes a second, and that there is none is told at once.
    from pages.serving import browser as opening
    from pages.serving import warming
    from pages.serving.gate import TOKEN, Key

    key = None if no_token else Key()
    os.environ[datafolder.BUILDS] = "1" if key else ""
    link = f"http://localhost:{found}/{f'?{TOKEN}={key.token}' if key else ''}"
    if browser and opening.is_there():
        opening.open_soon(link)
        _say(f"Opening {link} in the browser.")
    else:
        _say(f"Open {link}")
    _say("Ctrl-C stops it.")
    app = application(key)
    warming.begin()
    _run(app, listeners)


def listen(port: int | None) -> list[socket.socket]:
    """Sockets on a port of the loopback addresses, or on the first free one of the usual ports.

    Raises:
        click.ClickException: where the port cannot be had.
    """
    if port is None:
        for candidate in range(PORT, PORT + TRIED):
            with suppress(OSError):
                return _bound(candidate)
        raise _NotServed(
            f"No port from {PORT} to {PORT + TRIED - 1} is free. Name another one with --port."
        )
    try:
        return _bound(port)
    except OSError as error:
        raise _NotServed(_why(port, error)) from None


def application(key: "Key | None") -> "ASGIApp":
    """The app behind the gate."""
    import streamlit as st
    from streamlit.runtime import app_session
    from streamlit.runtime.pages_manager import PagesManager

    from pages.serving import failing
    from pages.serving.gate import Gate
    from pages.serving.home import Home

    # Streamlit looks for pages beside `app.py` until the first visitor has run it, and meanwhile
    # greets a link to one of ours with "Page not found". We name our pages in `app.py` alone.
    PagesManager.uses_pages_directory = False
    setattr(app_session, "DeferredFileHandler", failing.Downloads)  # noqa: B010
    named = [path.parent.name for path in APP.parent.glob("pages/*/*/page.py")]
    return Gate(Home(st.App(APP, on_script_error=failing.script), named), key)


def _run(app: "ASGIApp", listeners: list[socket.socket]) -> None:
    """Serve until a signal comes, then end with its exit status."""
    server = _server(app)
    ended: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        ended.append(number)
        server.should_exit = True
        late = Timer(2 * PATIENCE, partial(_leave_at_once, number))
        late.daemon = True
        late.start()

    for number in _SIGNALS:
        _handle(number, end)
    with suppress(SystemExit):  # its way to say that the app did not start
        server.run(sockets=listeners)
    if not ended:
        raise _NotServed("The app could not be started; the lines above say why.")
    _leave_at_once(ended[0])


def _server(app: "ASGIApp") -> "protocols.Server":
    import streamlit
    import uvicorn
    from streamlit.runtime.runtime_util import get_max_message_size_bytes

    from pages.serving import protocols
    from pages.serving.gate import headers

    index = Path(streamlit.__file__).parent / "static" / "index.html"
    config = uvicorn.Config(
        app,
        http=protocols.Http,
        ws=protocols.WebSockets,
        ws_max_size=get_max_message_size_bytes(),
        headers=headers(index),
        server_header=False,
        # An address can hold the token: none is logged.
        log_level="warning",
        access_log=False,
        use_colors=False,
        timeout_graceful_shutdown=PATIENCE,
    )
    config.load()
    server = protocols.Server(config)
    server.server_state.default_headers = list(config.encoded_headers)
    return server


class _NotServed(click.ClickException):
    exit_code = 2


def _bound(port: int) -> list[socket.socket]:
    """Sockets on the port of every loopback address there is: all of them, or an OSError.

    One that somebody else holds would send `localhost` to a stranger.
    """
    sockets: list[socket.socket] = []
    try:
        for family, address in _LOOPBACK:
            try:
                found = _listening(family, address, port)
            except OSError as error:
                if family == socket.AF_INET6 and error.errno in _NO_IPV6:
                    continue
                raise
            sockets.append(found)
            port = found.getsockname()[1]
    except OSError:
        for found in sockets:
            found.close()
        raise
    return sockets


def _listening(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    found = socket.socket(family)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        found.bind((address, port))
        found.listen()
    except OSError:
        found.close()
        raise
    return found


def _why(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use by another program. Name another one with --port, "
            "or leave --port out to take a free one."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Port {port} is not open to this user. Name one from 1024 on with --port."
    return f"Port {port} cannot be used: {os.strerror(error.errno or 0)}."


_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


def _handle(number: int, handler: Any) -> None:
    """Let a signal be handled, unless whoever started us wants it ignored (nohup)."""
    if signal.getsignal(number) != signal.SIG_IGN:
        signal.signal(number, handler)


def _leave(number: int, _frame: FrameType | None = None) -> None:
    """End as a shell says that a signal ended a program."""
    _say("Stopped.")
    sys.exit(128 + number)


def _leave_at_once(number: int) -> None:
    """The same, whatever page or query is still at work: nothing of ours is written by it."""
    _say("Stopped.")
    programs.leave()
    os._exit(128 + number)


class _Printable(io.TextIOBase):
    """A stream to a terminal, which nothing that is logged can steer: an error quotes strangers."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str, /) -> int:
        """Write the text as it can be seen; that nobody reads it any more stops no server."""
        with suppress(OSError):
            self._stream.write(harmless.visible(text))
        return len(text)

    def flush(self) -> None:
        """Hand on what was written."""
        with suppress(OSError):
            self._stream.flush()

    def fileno(self) -> int:
        """The descriptor of the stream itself."""
        return self._stream.fileno()

    def isatty(self) -> bool:
        """Whether the stream itself is a terminal."""
        return self._stream.isatty()


_say = partial(click.echo, err=True)


if __name__ == "__main__":
    main()
