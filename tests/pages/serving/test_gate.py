"""The gate on a server that runs: every route, every kind of stranger, byte by byte."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pages.serving import gate
from tests.pages.served import ROOT, Served, serving

WANTED = {
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

ELSEWHERE = (
    "evil.example",
    "evil.example:{port}",
    "localhost.evil.example:{port}",
    "evil.example#localhost",
    "localhost@evil.example",
    "user@localhost:{port}",
    "127.0.0.1.nip.io:{port}",
    "127.0.0.2:{port}",
    "0.0.0.0:{port}",
    "[::]:{port}",
    "[::ffff:7f00:1]:{port}",
    "localhost.:{port}",
    "localhost:",
    "localhost:abc",
    "localhost:{port}, evil.example",
    "localhos\xb9:{port}",
    "",
    None,
)

OTHER_ORIGINS = (
    "http://evil.example",
    "http://localhost",
    "http://localhost:1",
    "http://127.0.0.1:{port}",
    "https://localhost:{port}",
    "http://localhost:{port}.evil.example",
    "http://localhost:{port}/",
    "null",
    "",
    "file://",
)


@pytest.fixture(scope="module")
def served(study_data: Path) -> Iterator[Served]:
    with serving(study_data) as started:
        yield started


@pytest.fixture(scope="module")
def cookie(served: Served) -> str:
    return served.cookie()


ROUTES = """
import streamlit
for route in streamlit.App("app.py")._build_starlette_app().routes:
    print(route.path)
"""


def routes() -> list[str]:
    """An address for each of Streamlit's routes, as this version and our options make them."""
    # In a process of its own: Streamlit makes one application in one.
    found = subprocess.run(
        [sys.executable, "-c", ROUTES], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert len(found) > 12
    assert "/_stcore/metrics" in found
    others = ["/rates", "/favicon.png", "/static/nothing.js", "/no/such/page", "/media/x.svg"]
    return [re.sub(r"{[^}]*}", "x", path) or "/" for path in found] + others


def test_every_route_has_the_headers_and_needs_host_origin_and_cookie(
    served: Served, cookie: str
) -> None:
    inside = {}
    for path in routes():
        opened = served.ask(path, cookie=cookie)
        inside[path] = opened.status
        refused = {
            401: [served.ask(path), served.ask(path, cookie="brittlescope-1=x")],
            403: [
                served.ask(path, cookie=cookie, host="evil.example"),
                served.ask(path, cookie=cookie, origin="http://localhost:1"),
                served.ask(path, cookie=cookie, sec_fetch_site="same-site", sec_fetch_mode="cors"),
            ],
            405: [
                served.ask(path, verb, cookie=cookie, content_length="0")
                for verb in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS")
            ],
        }
        for answer in (opened, *(one for answers in refused.values() for one in answers)):
            for name, value in WANTED.items():
                assert answer.header(name) == [value], (path, answer)
            policies = answer.header("content-security-policy")
            assert len(policies) == 1
            assert "frame-ancestors 'none'" in policies[0]
        for status, answers in refused.items():
            # Streamlit answers what is no HTTP for it (the WebSocket's address) itself.
            assert [a.status for a in answers] == [status] * len(answers), path
    assert inside["/_stcore/metrics"] == inside["/_stcore/health"] == inside["/rates"] == 200


@pytest.mark.parametrize("request_", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"])
def test_what_is_no_request_is_refused_with_the_headers_too(
    served: Served, request_: bytes
) -> None:
    answer = served.raw(request_)
    assert answer.status == 400
    assert {name: answer.header(name) for name in WANTED} == {n: [v] for n, v in WANTED.items()}


@pytest.mark.parametrize("host", ELSEWHERE)
def test_no_other_host_is_answered(served: Served, cookie: str, host: str | None) -> None:
    named = host and host.format(port=served.port)
    for path in ("/", "/_stcore/metrics", "/_stcore/health", f"/?token={served.token}"):
        answer = served.ask(path, cookie=cookie, host=named)
        assert answer.status in (400, 403), (path, named)
        assert not answer.header("set-cookie")
    shaken = served.shake(cookie=cookie, host=named, origin=f"http://{named}")
    assert shaken.status in (400, 403)


def test_every_request_of_a_connection_is_looked_at(served: Served, cookie: str) -> None:
    first = f"GET /_stcore/health HTTP/1.1\r\nhost: localhost:{served.port}\r\n"
    second = "GET /_stcore/metrics HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n"
    both = served.raw(f"{first}cookie: {cookie}\r\n\r\n{second}cookie: {cookie}\r\n\r\n".encode())
    assert both.status == 200
    assert both.body.startswith(b"okHTTP/1.1 403 ")
    early = served.raw(f"GET /_stcore/metrics HTTP/1.0\r\ncookie: {cookie}\r\n\r\n".encode())
    assert early.status == 403


@pytest.mark.parametrize("name", ["localhost", "LocalHost", "127.0.0.1", "[::1]"])
def test_every_loopback_name_opens(served: Served, cookie: str, name: str) -> None:
    host = f"{name}:{served.port}"
    assert served.ask("/_stcore/health", cookie=cookie, host=host).status == 200
    assert served.shake(cookie=cookie, host=host, origin=f"http://{host}").status == 101


def test_both_loopback_addresses_are_listened_on(served: Served, cookie: str) -> None:
    request = f"GET /_stcore/health HTTP/1.1\r\nhost: [::1]:{served.port}\r\ncookie: {cookie}\r\n"
    answer = served.raw(f"{request}connection: close\r\n\r\n".encode(), "::1")
    assert (answer.status, answer.body) == (200, b"ok")


def test_a_tunnel_may_give_the_server_another_port(served: Served) -> None:
    answer = served.ask(f"/?token={served.token}", host="localhost:9000")
    assert answer.header("location") == ["http://localhost:9000/"]
    cookie = answer.header("set-cookie")[0].split(";")[0]
    assert cookie.startswith("brittlescope-9000=")
    there = {"host": "localhost:9000", "origin": "http://localhost:9000"}
    assert served.shake(cookie=cookie, **there).status == 101


@pytest.mark.parametrize("origin", [*OTHER_ORIGINS, None])
def test_no_other_page_opens_the_websocket(served: Served, cookie: str, origin: str | None) -> None:
    answer = served.shake(cookie=cookie, origin=origin and origin.format(port=served.port))
    assert (answer.status, answer.body) == (403, b"")
    assert answer.header("x-frame-options") == ["DENY"]


@pytest.mark.parametrize("origin", OTHER_ORIGINS)
def test_no_other_page_reads_anything(served: Served, cookie: str, origin: str) -> None:
    given = origin.format(port=served.port)
    assert served.ask("/_stcore/metrics", cookie=cookie, origin=given).status == 403


def test_two_origins_are_not_one(served: Served, cookie: str) -> None:
    both = f"{served.address}\r\norigin: http://evil.example"
    assert served.shake(cookie=cookie, origin=both).status == 400
    assert served.ask("/", cookie=cookie, origin=both).status == 403


@pytest.mark.parametrize("given", ["", "brittlescope-{port}=", "brittlescope-{port}={token}", "x"])
def test_the_websocket_needs_the_cookie(served: Served, given: str) -> None:
    held = given.format(port=served.port, token=served.token)
    assert served.shake(cookie=held).status == 403
    assert served.shake(cookie=f"{held}; {served.cookie()}").status == 101


def test_a_handshake_that_is_none_has_the_headers_too(served: Served, cookie: str) -> None:
    answer = served.shake(cookie=cookie, sec_websocket_key="short")
    assert answer.status == 400
    assert {name: answer.header(name) for name in WANTED} == {n: [v] for n, v in WANTED.items()}


def test_the_link_leads_to_its_page_and_leaves_a_cookie_for_this_port_alone(
    served: Served,
) -> None:
    answer = served.ask(f"/rates?model=a%26b&token={served.token}&rule=strict")
    assert answer.status == 303
    assert answer.header("location") == [f"{served.address}/rates?model=a%26b&rule=strict"]
    name, *attributes = answer.header("set-cookie")[0].split("; ")
    assert name.startswith(f"brittlescope-{served.port}=")
    assert {a.lower() for a in attributes} == {"httponly", "samesite=strict", "path=/"}
    assert served.token not in name


@pytest.mark.parametrize("token", ["", "x", "%00", "\xff", "a" * 9000])
def test_another_token_opens_nothing(served: Served, token: str) -> None:
    answer = served.ask(f"/?token={token}", accept="text/html")
    assert answer.status in (400, 401)
    assert not answer.header("set-cookie")
    if answer.status == 401:
        assert b"Open the link that brittlescope serve" in answer.body
        assert served.token.encode() not in answer.body


def test_an_old_link_opens_where_the_cookie_does(served: Served, cookie: str) -> None:
    answer = served.ask("/rates?token=old", cookie=cookie)
    assert (answer.status, answer.header("location")) == (303, [f"{served.address}/rates"])


@pytest.mark.parametrize(
    "path", ["//evil.example/", "/\\evil.example/", "http://evil.example/", "*"]
)
def test_the_link_leads_nowhere_else(served: Served, path: str) -> None:
    answer = served.ask(f"{path}?token={served.token}")
    assert [target.startswith(f"{served.address}/") for target in answer.header("location")] in (
        [True],
        [],
    )
    assert answer.status in (303, 400)


def test_a_link_on_another_site_opens_by_asking_once_more(served: Served, cookie: str) -> None:
    visit: dict[str, Any] = {
        "accept": "text/html",
        "sec_fetch_mode": "navigate",
        "sec_fetch_dest": "document",
        "sec_fetch_site": "cross-site",
    }
    path = "/rates?model=%22%3E%3Cscript%3E&rule=a%27b"
    refused = served.ask(path, **visit)
    assert refused.status == 401
    refreshed = re.search(rb'http-equiv="refresh" content="0; url=([^"]*)"', refused.body)
    assert refreshed is not None
    assert refreshed[1].decode().replace("&amp;", "&").replace("&#x27;", "'") == (
        f"{served.address}{path}"
    )
    assert b"<script>" not in refused.body
    # Asked by that page, the browser sends the cookie, or there is none and it is said.
    own = visit | {"sec_fetch_site": "same-origin"}
    assert served.ask(path, cookie=cookie, **own).status == 200
    told = served.ask(path, **own)
    assert (told.status, b"refresh" in told.body) == (401, False)
    followed = served.ask(f"{path}&token={served.token}", **visit)
    assert followed.status == 200
    assert followed.header("set-cookie")
    assert served.token.encode() not in followed.body


def test_no_other_page_frames_or_embeds(served: Served, cookie: str) -> None:
    for place in ("iframe", "frame", "object", "embed", "script", "image", "empty"):
        mode = "navigate" if place in ("iframe", "frame", "object", "embed") else "no-cors"
        for site in ("same-site", "cross-site"):
            answer = served.ask(
                "/", cookie=cookie, sec_fetch_site=site, sec_fetch_mode=mode, sec_fetch_dest=place
            )
            assert answer.status == 403, (place, site)


@pytest.mark.parametrize(
    "path",
    [
        "/app/static/../app.py",
        "/app.py",
        "/.streamlit/config.toml",
        "/pages/serving/gate.py",
        "/data/lake",
        "/..%2f..%2fapp.py",
        "/static/..%2f..%2f..%2f..%2fapp.py",
        "/static/../../../../etc/passwd",
        "/media/..%2f..%2fapp.py",
        "/component/x/..%2f..%2fapp.py",
        "/_stcore/bidi-components/x/..%2fapp.py",
        "/%00",
    ],
)
def test_no_file_is_served_by_its_path(served: Served, cookie: str, path: str) -> None:
    index = served.ask("/", cookie=cookie).body
    answer = served.ask(path, cookie=cookie)
    assert answer.status >= 400 or answer.body == index


def test_the_token_is_said_once_and_nowhere_else(served: Served) -> None:
    served.ask(f"/?token={served.token}")
    served.shake(cookie="x", host="evil.example")
    served.raw(f"GET /?token={served.token} HTTP/9\r\n\r\n".encode())
    assert sum(served.token in line for line in served.said) == 1
    assert len(served.token) >= 43
    assert served.token not in Path(f"/proc/{served.process.pid}/cmdline").read_text()


def test_tokens_are_compared_in_constant_time_and_never_shown() -> None:
    first, second = gate.Key(), gate.Key()
    assert len({first.token, first.session, second.token, second.session}) == 4
    assert first.token not in repr(first)
    assert first.session not in repr(first)
    assert gate._same(first.token, first.token)
    assert not gate._same(first.token[:-1], first.token)
    assert not gate._same("\ud800", first.token)


def test_without_a_token_hosts_and_origins_are_still_looked_at(study_data: Path) -> None:
    with serving(study_data, "--port", "0", "--no-token") as served:
        assert served.ask("/_stcore/metrics").status == 200
        assert served.shake().status == 101
        assert served.shake(origin="http://localhost:1").status == 403
        assert served.ask("/_stcore/metrics", host="evil.example").status == 403
        assert served.ask("/rates?token=x").header("location") == [f"{served.address}/rates"]
