"""Replies that no endpoint should give, each by what is wrong with it."""

import gzip
import json
import zlib
from typing import Any

from tests.pipeline.study.conftest import KEY
from tests.pipeline.study.fake_server import Raw, completion, error

GOOD = completion("fine").body
BOMB = gzip.compress(b"0" * (64 * 2**20))


def _body(**fields: Any) -> Raw:
    return completion("fine", **fields)


def _json(value: Any) -> Raw:
    return Raw(body=json.dumps(value).encode())


def _usage(**fields: Any) -> Raw:
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18} | fields
    return completion("fine", usage={k: v for k, v in usage.items() if v is not ...})


FAILING: dict[str, Raw] = {
    "an empty body": Raw(body=b""),
    "a blank body": Raw(body=b" \n "),
    "half of a body": Raw(body=GOOD[: len(GOOD) // 2]),
    "a web page": Raw(
        body=b"<html><body>Busy, sorry.</body></html>", headers={"content_type": "text/html"}
    ),
    "words": Raw(body=b"upstream connect error"),
    "bytes": Raw(body=bytes(range(256))),
    "a list": _json([]),
    "a number": _json(7),
    "a text": _json("fine"),
    "null": _json(None),
    "an empty object": _json({}),
    "lists in lists": Raw(body=b"[" * 100_000),
    "objects in objects": Raw(body=b'{"choices":' * 50_000 + b"1" + b"}" * 50_000),
    "a number of 5,000 digits": Raw(body=b'{"choices": [], "created": ' + b"9" * 5_000 + b"}"),
    "an error with status 200": _json({"error": {"message": "no capacity", "code": 503}}),
    "no choices": completion("x", choices=False),
    "choices left out": _json({"model": "small", "usage": {}}),
    "choices null": _json({"model": "small", "choices": None}),
    "choices an object": _json({"model": "small", "choices": {"0": {}}}),
    "a choice that is null": _json({"model": "small", "choices": [None]}),
    "a choice without message": _json({"model": "small", "choices": [{"finish_reason": "stop"}]}),
    "a message that is a text": _json(
        {"model": "small", "choices": [{"finish_reason": "stop", "message": "fine"}]}
    ),
    "content that is a number": completion(None, message={"content": 7}),
    "content that is an object": completion(None, message={"content": {"text": "fine"}}),
    "content with a picture": completion(
        None, message={"content": [{"type": "image_url", "image_url": {"url": "x"}}]}
    ),
    "content with a part of null": completion(None, message={"content": [None]}),
    "a text part without text": completion(None, message={"content": [{"type": "text"}]}),
    "a refusal that is a list": completion(None, message={"refusal": ["no"]}),
    "reasoning that is an object": completion("fine", message={"reasoning": {"effort": "low"}}),
    "a model that is a number": _body(model=4),
    "another model": _body(model="small-mini"),
    "an error for a finish": _body(finish="error"),
    "an unknown finish": _body(finish="meteor"),
    "tool calls": completion(None, finish="tool_calls", message={"tool_calls": [{"id": "x"}]}),
    "no finish": _body(finish=None),
    "a finish that is a list": _body(finish=["stop"]),
    "a redirect": Raw(302, b"", {"location": "http://127.0.0.1:9/v1/chat/completions"}),
    "a redirect for good": Raw(308, b"", {"location": "//example.invalid/v1"}),
    "a redirect to nonsense": Raw(307, b"", {"location": "http://[::1"}),
    "a redirect to itself": Raw(301, b"", {"location": "/v1/chat/completions"}),
    "too many choices at once": Raw(300, b"[]"),
    "a bad request": error(400, "odd"),
    "an error of odd types": Raw(
        400, b'{"error": {"message": ["x"], "code": {"a": 1}, "param": 3}}'
    ),
    "an error that is a text": Raw(422, b'{"error": "odd"}'),
    "an error that is a number": Raw(422, b"7"),
    "an error in deep lists": Raw(500, b"[" * 100_000),
    "an error page": Raw(502, b"<html>bad gateway</html>", {"content_type": "text/html"}),
    "a status nobody knows": Raw(799, b"{}"),
    "no content": Raw(204, b"", {"content_length": ""}),
    "content to be reset": Raw(205, b""),
    "nothing modified": Raw(304, b"", {"content_length": ""}),
    "a stream of events": Raw(body=b"data: " + GOOD + b"\n\ndata: [DONE]\n\n"),
    "pieces without end": Raw(
        whole=b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\nzz\r\n'
    ),
    "a body that is too long": Raw(body=b" " * 2**16, times=2**7),
    "a body longer than it says": Raw(
        body=b"[" * 2**16, times=2**7, headers={"content_length": ""}
    ),
    "a length nobody can read": Raw(body=b"", headers={"content_length": "9" * 30}),
    "a length below zero": Raw(whole=b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}"),
    "a shorter body than it says": Raw(whole=b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}"),
    "no HTTP": Raw(whole=b"SSH-2.0-OpenSSH_9.9\r\n"),
    "nothing": Raw(whole=b""),
    "headers without end": Raw(whole=b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000),
    "a packed bomb": Raw(body=BOMB, headers={"content_encoding": "gzip"}),
    "a deflated bomb": Raw(
        body=zlib.compress(b"0" * (64 * 2**20)), headers={"content_encoding": "deflate"}
    ),
    "gzip that is none": Raw(body=b"not packed", headers={"content_encoding": "gzip"}),
    "a packing nobody asked for": Raw(body=GOOD, headers={"content_encoding": "br"}),
}
"""Replies that are no answer: each costs its sample, and nothing else."""

ANSWERING: dict[str, tuple[Raw, str]] = {
    "content in parts": (
        completion(None, message={"content": [{"type": "text", "text": "A "}, {"text": "stool."}]}),
        "A stool.",
    ),
    "content in texts": (completion(None, message={"content": ["A ", "stool."]}), "A stool."),
    "half a character": (Raw(body=GOOD.replace(b"fine", b"fi\\ud83dne")), "fi\ufffdne"),
    "a byte that is no UTF-8": (Raw(body=GOOD.replace(b"fine", b"fi\xffne")), "fi\ufffdne"),
    "a mark of the byte order": (Raw(body=b"\xef\xbb\xbf" + GOOD), "fine"),
    "packed": (Raw(body=gzip.compress(GOOD), headers={"content_encoding": "gzip"}), "fine"),
    "deflated": (Raw(body=zlib.compress(GOOD), headers={"content_encoding": "deflate"}), "fine"),
    "a charset nobody knows": (
        Raw(body=GOOD, headers={"content_type": "application/json; charset=rot13"}),
        "fine",
    ),
    "called a web page": (Raw(body=GOOD, headers={"content_type": "text/html"}), "fine"),
    "cookies": (Raw(body=GOOD, headers={"set_cookie": "a=b; Path=/"}), "fine"),
    "fields nobody knows": (_body(provider="x", created="now", id=7, object=None), "fine"),
    "no model": (_body(model=None), "fine"),
    "a dated model": (_body(model="small-2026-01-31"), "fine"),
    "odd log-probabilities that nobody asked for": (_body(logprobs=[7]), "fine"),
    "a finish in capitals": (_body(finish="STOP"), "fine"),
    "a finish by its token": (_body(finish="eos_token"), "fine"),
    "no usage": (_body(usage=...), "fine"),
    "usage that is null": (_body(usage=None), "fine"),
    "usage that is a list": (_body(usage=[1, 2]), "fine"),
    "a null count": (_usage(completion_tokens=None), "fine"),
    "a count left out": (_usage(prompt_tokens=...), "fine"),
    "a count below zero": (_usage(completion_tokens=-1), "fine"),
    "a count with a fraction": (_usage(completion_tokens=7.5), "fine"),
    "a count that is no number": (_usage(completion_tokens=float("nan")), "fine"),
    "a count without end": (_usage(prompt_tokens=float("inf")), "fine"),
    "a count that is a text": (_usage(completion_tokens="7"), "fine"),
    "a count that is true": (_usage(completion_tokens=True), "fine"),
    "an absurd count": (_usage(completion_tokens=2**70), "fine"),
    "an absurd total": (_usage(total_tokens=10**12), "fine"),
    "counts of nothing": (
        _usage(prompt_tokens=0, completion_tokens=0, total_tokens=0),
        "fine",
    ),
    "details that are a list": (_usage(completion_tokens_details=[1]), "fine"),
}
"""Odd replies that hold an answer all the same, with the answer; the last ones tell no usage."""

UNPRICED = list(ANSWERING)[list(ANSWERING).index("no usage") :]

ECHOES: dict[str, Raw] = {
    "in an error": error(400, f"the key {KEY} is odd"),
    "in an error's code": error(400, "odd", code=KEY),
    "in an answer": completion(f"you sent {KEY}"),
    "in escapes": Raw(
        body=completion("KEY").body.replace(
            b"KEY", "".join(f"\\u{ord(c):04x}" for c in KEY).encode()
        )
    ),
    "in thoughts": completion("fine", message={"reasoning_content": f"they sent {KEY}"}),
    "in a refusal": completion(None, refusal=f"not with {KEY}"),
    "in the model's name": completion("fine", model=KEY),
    "after the model's name": completion("fine", model=f"small-{KEY}"),
    "in the finish reason": completion("fine", finish=KEY),
    "in a field nobody knows": _json({"model": "small", KEY: {KEY: [KEY]}}),
    "in a web page": Raw(body=f"<html>{KEY}</html>".encode()),
    "in an error page": Raw(500, f"<html>{KEY}</html>".encode()),
    "in escapes that break off": Raw(
        body=('{"x": "' + "".join(f"\\u{ord(c):04x}" for c in KEY)).encode()
    ),
    "in a header": Raw(200, GOOD, {"x_request_id": KEY, "set_cookie": f"k={KEY}"}),
    "in an address": Raw(302, b"", {"location": f"http://127.0.0.1:9/?key={KEY}"}),
    "in the status line": Raw(500, b"{}", words=KEY),
    "in parts": completion(None, message={"content": [KEY[:9], KEY[9:]]}),
    "in parts of thoughts": completion(
        None,
        message={
            "content": [
                {"type": "thinking", "thinking": [{"text": KEY[:9]}, {"text": KEY[9:]}]},
                {"type": "text", "text": "fine"},
            ]
        },
    ),
    "around thoughts": completion(f"{KEY[:9]}<think>gold?</think>{KEY[9:]}"),
    "in a part's type": completion(None, message={"content": [{"type": KEY, "text": "x"}]}),
}
"""Replies that repeat the key they were asked with, by the place."""
