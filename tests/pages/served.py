"""The app as a program of its own, started as a user starts it, and asked byte by byte."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

from warehouse import datafolder, programs

ROOT = Path(__file__).resolve().parents[2]
SERVER = (sys.executable, "-m", "pages.serving.server")
BRITTLESCOPE = (sys.executable, "-c", "from pipeline.cli import main; main()")


@dataclass
class Served:
    """A server that runs, and the link it printed."""

    process: "subprocess.Popen[bytes]"
    link: str
    said: list[str]
    listener: threading.Thread

    @property
    def address(self) -> str:
        """The address without token or slash."""
        return f"http://{urlsplit(self.link).netloc}"

    @property
    def port(self) -> int:
        port = urlsplit(self.link).port
        assert port is not None
        return port

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.link).query)["token"][0]

    def cookie(self) -> str:
        """A cookie that the link hands out, as a browser sends it back."""
        found = self.ask(f"/?token={self.token}").header("set-cookie")
        assert len(found) == 1
        return found[0].split(";")[0]

    def ask(self, path: str, method: str = "GET", **headers: Any) -> "Answer":
        """What the server answers; `host` is its own unless given, None leaves a header out."""
        fields: dict[str, Any] = {"host": f"localhost:{self.port}", "connection": "close"}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{method} {path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
        return self.raw("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def shake(self, **headers: Any) -> "Answer":
        """What the server answers to the opening of a WebSocket."""
        fields = {
            "connection": "Upgrade",
            "upgrade": "websocket",
            "origin": self.address,
            "sec_websocket_version": "13",
            "sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        return self.ask("/_stcore/stream", **fields | headers)

    def raw(self, request: bytes, address: str = "127.0.0.1") -> "Answer":
        """What the server answers to these bytes; of an open WebSocket, its head alone."""
        with socket.create_connection((address, self.port), timeout=60) as connection:
            connection.sendall(request)
            received = b""
            while not received.startswith(b"HTTP/1.1 101") and (part := connection.recv(65536)):
                received += part
        return Answer.read(received)


@dataclass
class Answer:
    """A status, the headers as they came, and the body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @classmethod
    def read(cls, received: bytes) -> "Answer":
        head, _, body = received.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in rest)
        headers = [(name.lower(), value.strip()) for name, _, value in pairs]
        return cls(int(first.split()[1]), headers, body)

    def header(self, name: str) -> list[str]:
        """The values of a header."""
        return [value for known, value in self.headers if known == name]


@contextmanager
def serving(
    data: Path, *options: str, program: tuple[str, ...] = SERVER, ready: bool = True
) -> Iterator[Served]:
    """A server on any free port, in a process group of its own; ended with whatever it started."""
    process = start(data, *(options or ("--port", "0")), program=program)
    try:
        yield heard(process, ready)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            process.wait(timeout=60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def start(
    data: Path, *options: str, program: tuple[str, ...] = SERVER
) -> "subprocess.Popen[bytes]":
    """The program, its words to be read from its standard error."""
    return subprocess.Popen(
        [*program, *options],
        cwd=ROOT,
        env=os.environ | {datafolder.VARIABLE: str(data), programs.STARTED_BY: str(os.getpid())},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def heard(process: "subprocess.Popen[bytes]", ready: bool = True) -> Served:
    """The server once it has printed its link and, unless told otherwise, answers."""
    assert process.stderr is not None
    said: list[str] = []
    for line in iter(process.stderr.readline, b""):
        said.append(line.decode().rstrip("\n"))
        if found := re.search(r"http://\S+", said[-1]):
            break
    else:
        process.stderr.close()
        raise RuntimeError(f"The server printed no link: {said}")
    # What it says from here on is read as it comes: a full pipe would stop it.
    listener = threading.Thread(target=_listen, args=(process.stderr, said), daemon=True)
    listener.start()
    served = Served(process, found[0], said, listener)
    if ready:
        with suppress(urllib.error.HTTPError):  # without a token, which is an answer too
            urllib.request.urlopen(f"{served.address}/_stcore/health", timeout=60).close()
    return served


def _listen(stream: IO[bytes], said: list[str]) -> None:
    with stream:
        said.extend(line.decode().rstrip("\n") for line in stream)
