"""Who may ask the server anything: its own pages, in the browser of whoever has its link.

The gate stands before all of Streamlit, so that no page, file, health check, error or WebSocket is
an exception. A request passes if

- its Host is a loopback name: a foreign name that was rebound to this machine is refused;
- its Origin, where it has one, is the very address it asks, port included, and a WebSocket has one:
  no page on another port or site is answered;
- the browser says that no other site embeds or fetches it (`Sec-Fetch-*`);
- it only reads (GET or HEAD): whatever a page does, it does over its WebSocket;
- it has the session's cookie, which the link with the token hands out, as Jupyter's does.

Every answer carries `headers()`.
"""

import base64
import hashlib
import hmac
import re
import secrets
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from pages.serving import scripts

TOKEN = "token"
"""The parameter of the link that holds the token."""

_HOST = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::(?P<port>\d{1,5}))?", re.ASCII | re.I)

_NO_HOST = "This server answers only as localhost, 127.0.0.1 or [::1]."
_NO_ORIGIN = "This server answers only its own pages."
_NO_METHOD = "This server is only read: GET and HEAD."
_NO_KEY = (
    "This server shows its pages only to whoever has its link. Open the link that brittlescope "
    "serve (or make demo) printed in the terminal: it holds the token. If the server was started "
    "again since, links and tabs from before are out of date; take the new link."
)

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Brittlescope</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{head}
<style>
body {{ font: 1rem/1.5 sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1rem }}
</style></head>
<body><h1>Brittlescope</h1><p>{text}</p></body>
</html>
"""


@dataclass(frozen=True)
class Key:
    """What opens the gate: a token for the link, and what the cookie holds instead of it."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)


def headers(index: Path) -> list[tuple[str, str]]:
    """What every answer carries, so that the browser helps to keep others out.

    No other page may frame or read what is served, nothing is fetched from elsewhere, and no script
    runs but Streamlit's own files, what its first page, `index`, has in it, and those of ours.
    """
    inline = re.findall(r"<script>(.*?)</script>", index.read_text("utf-8"), re.S)
    ours = (scripts.ADDRESS, scripts.THEME, scripts.KEYS, scripts.MARKS)
    allowed = " ".join(["'self'", *map(_hash, (*inline, *ours))])
    policy = {
        "default-src": "'none'",
        "script-src": allowed,
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return [
        ("Content-Security-Policy", "; ".join(f"{name} {what}" for name, what in policy.items())),
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        # Not no-referrer: a browser would then hide the origin from us, too.
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]


class Gate:
    """An application behind the gate; without a key, whoever may ask at all may come in."""

    def __init__(self, app: ASGIApp, key: Key | None) -> None:
        self._app = app
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it through."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        answer = self._answer(_RequestSeen(scope))
        if answer is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocket(scope, receive, send).close()  # answered 403, and nothing else
        else:
            await answer(scope, receive, send)

    def _answer(self, asked: "_RequestSeen") -> Response | None:
        """What the gate itself answers; None lets the request through."""
        if asked.port is None:
            return PlainTextResponse(_NO_HOST, 403)
        if not asked.is_own:
            return PlainTextResponse(_NO_ORIGIN, 403)
        if asked.method not in ("GET", "HEAD"):
            return PlainTextResponse(_NO_METHOD, 405, {"Allow": "GET, HEAD"})
        if self._key is None:
            return _to(asked) if asked.tokens else None
        if any(_same(given, self._key.token) for given in asked.tokens):
            answer = _to(asked)
            answer.set_cookie(asked.cookie, self._key.session, httponly=True, samesite="strict")
            return answer
        if any(_same(given, self._key.session) for given in asked.sessions):
            return _to(asked) if asked.tokens else None
        return _no_key(asked)


class _RequestSeen:
    """What the gate looks at in a request."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._headers = Headers(scope=scope)
        self.method: str = scope.get("method", "GET")
        hosts = self._headers.getlist("host")
        named = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        self.host = hosts[0] if named else ""
        self.port = (named["port"] or "80") if named else None

    @property
    def is_own(self) -> bool:
        """Whether a page of this very server asks, or nobody's page."""
        origins = self._headers.getlist("origin")
        if self._scope["type"] == "websocket" and not origins:
            return False
        if any(origin.lower() != f"http://{self.host}".lower() for origin in origins):
            return False
        return not self.is_from_elsewhere or self.is_visit

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether the browser says that a page of another address made it ask."""
        return self._headers.get("sec-fetch-site", "") in ("same-site", "cross-site")

    @property
    def is_visit(self) -> bool:
        """Whether the answer becomes the page of a tab of its own."""
        mode, place = (self._headers.get(f"sec-fetch-{name}") for name in ("mode", "dest"))
        return (mode, place) == ("navigate", "document")

    @property
    def wants_page(self) -> bool:
        """Whether the answer is for a person to read."""
        return "text/html" in self._headers.get("accept", "")

    @property
    def cookie(self) -> str:
        """The cookie's name. Browsers share cookies between ports, so the name has the port."""
        return f"brittlescope-{self.port}"

    @property
    def sessions(self) -> Iterator[str]:
        """What the cookies of that name hold: another server of this host can add one."""
        for line in self._headers.getlist("cookie"):
            for pair in line.split(";"):
                name, _, value = pair.strip().partition("=")
                if name == self.cookie:
                    yield value

    @property
    def tokens(self) -> list[str]:
        """The tokens in the address."""
        return [value for name, value in self._parameters() if name == TOKEN]

    @property
    def address(self) -> str:
        """The address without any token."""
        path = self._scope["raw_path"].decode("latin-1")
        path = path if path.startswith("/") else "/"
        kept = "&".join("=".join(pair) for pair in self._parameters() if pair[0] != TOKEN)
        return f"http://{self.host}{path}" + (f"?{kept}" if kept else "")

    def _parameters(self) -> Iterator[list[str]]:
        for part in self._scope["query_string"].decode("latin-1").split("&"):
            if part:
                yield part.split("=", 1) if "=" in part else [part, ""]


def _to(asked: _RequestSeen) -> Response:
    """Leads on to the address without its token, which then stays in no history."""
    if asked.is_from_elsewhere:
        return _again(asked, 200)
    return RedirectResponse(asked.address, 303)


def _no_key(asked: _RequestSeen) -> Response:
    if not asked.wants_page:
        # A tab from before a restart shows it in a dialog: JSON alone, and no longer lines.
        return JSONResponse(textwrap.fill(_NO_KEY, 46), 401, {"WWW-Authenticate": "Link"})
    if asked.is_from_elsewhere:
        return _again(asked, 401)
    return HTMLResponse(_PAGE.format(head="", text=_NO_KEY), 401, {"WWW-Authenticate": "Link"})


def _again(asked: _RequestSeen, status: int) -> Response:
    """A page that asks for the address once more, by itself.

    A browser withholds a strict cookie from whoever follows a link on another site. It is this page
    that asks the second time.
    """
    address = escape(asked.address, quote=True)
    head = f'<meta http-equiv="refresh" content="0; url={address}">'
    return HTMLResponse(_PAGE.format(head=head, text=f'<a href="{address}">Open</a>'), status)


def _same(given: str, wanted: str) -> bool:
    """Whether two texts are the same, told in a time that says nothing about where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _hash(script: str) -> str:
    """How a policy names a script that stands in a page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
