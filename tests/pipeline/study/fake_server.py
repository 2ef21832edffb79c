"""An OpenAI-compatible server on loopback that misbehaves on demand, for tests to talk to."""

import asyncio
import contextlib
import json
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Raw:
    """A response as it is."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0  # seconds between two bytes
    times: int = 1  # how often the body is sent
    words: str = "X"  # of the status line
    whole: bytes | None = None  # sent instead of all of the above, and then nothing more


def error(status: int, message: str = "no", code: str | None = None, **headers: str) -> Raw:
    """An error as the OpenAI API words it."""
    body = json.dumps({"error": {"message": message, "type": "x", "code": code}}).encode()
    return Raw(status, body, headers)


def completion(
    text: str | None,
    *,
    model: str = "small",
    finish: str = "stop",
    refusal: str | None = None,
    logprobs: Any = None,
    choices: bool = True,
    message: dict[str, Any] | None = None,
    **fields: Any,
) -> Raw:
    """A chat completion, with other fields where they are given; `...` leaves one out."""
    message = {"role": "assistant", "content": text, "refusal": refusal} | (message or {})
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": logprobs}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [choice] if choices else [],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    } | fields
    return Raw(body=json.dumps({k: v for k, v in body.items() if v is not ...}).encode())


class FakeServer:
    """Answers every chat request by `answer`; keeps what was asked."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.answer: Callable[[dict[str, Any]], Raw] = lambda body: completion(
            "fine", model=body["model"]
        )
        self.requests: list[tuple[str, str, Any]] = []
        self.counts: Counter[str] = Counter()
        self.headers: list[dict[str, str]] = []
        self.delay = 0.0
        self.drops = 0
        self.sent = 0  # bytes of bodies
        self.keep_bodies = True
        self.jobs: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.on_create: Callable[[dict[str, Any]], Raw | None] = lambda body: None
        self.job_ends: Callable[[dict[str, Any]], dict[str, Any]] = lambda job: {
            "status": "succeeded",
            "fine_tuned_model": f"ft:{job['model']}:me::{job['id']}",
            "trained_tokens": 100,
            "result_files": ["file-metrics"],
        }
        self.polls_before_end = 1
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The bodies of all chat requests."""
        return [body for _, path, body in self.requests if path.endswith("/chat/completions")]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with (
            contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ValueError),
            contextlib.closing(writer),
        ):
            while line := await reader.readline():
                method, path, _ = line.decode().split()
                headers: dict[str, str] = {}
                while (header := (await reader.readline()).decode().strip()) != "":
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                content = await reader.readexactly(int(headers.get("content-length", 0)))
                if self.drops:
                    self.drops -= 1
                    break
                raw = self._respond(method, path.split("?")[0], headers, content)
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self._write(writer, raw)

    async def _write(self, writer: asyncio.StreamWriter, raw: Raw) -> None:
        if raw.whole is not None:
            writer.write(raw.whole)
            await writer.drain()
            raise ConnectionError("that is all there is")
        headers = {
            "content-type": "application/json",
            "content-length": str(len(raw.body) * raw.times),
            **{name.replace("_", "-"): value for name, value in raw.headers.items()},
        }
        lines = [f"HTTP/1.1 {raw.status} {raw.words}"]
        lines += [f"{name}: {value}" for name, value in headers.items() if value]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        if not raw.drip:
            for _ in range(raw.times):
                writer.write(raw.body)
                await writer.drain()
                self.sent += len(raw.body)
        else:
            for byte in raw.body:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(raw.drip)
        await writer.drain()

    def _respond(self, method: str, path: str, headers: dict[str, str], content: bytes) -> Raw:
        self.counts[f"{method} {path}"] += 1
        is_json = headers.get("content-type", "").startswith("application/json")
        body: Any = json.loads(content) if content and is_json else content
        if self.keep_bodies:
            self.requests.append((method, path, body))
            self.headers.append(headers)
        if path.endswith("/chat/completions"):
            return self.answer(body)
        return self._fine_tuning(method, path.removeprefix("/v1"), body)

    def _fine_tuning(self, method: str, path: str, body: Any) -> Raw:
        def reply(content: Any) -> Raw:
            return Raw(body=json.dumps(content).encode())

        if (method, path) == ("POST", "/files"):
            name = f"file-{len(self.files) + 1}"
            self.files[name] = body
            return reply(
                {
                    "id": name,
                    "object": "file",
                    "bytes": len(body),
                    "created_at": 1,
                    "filename": "x.jsonl",
                    "purpose": "fine-tune",
                    "status": "processed",
                }
            )
        if path == "/files/file-metrics/content":
            return Raw(
                body=b"step,train_loss,train_accuracy\n1,2.5,0.1\n2,1.5,0.4\n",
                headers={"content-type": "text/csv"},
            )
        if (method, path) == ("POST", "/fine_tuning/jobs"):
            name = f"ftjob-{len(self.jobs) + 1}"
            self.jobs[name] = {
                "id": name,
                "object": "fine_tuning.job",
                "created_at": 1,
                "model": body["model"],
                "training_file": body["training_file"],
                "status": "running",
                "polls": 0,
                "seed": body.get("seed", 0),
                "organization_id": "o",
                "hyperparameters": {},
                "result_files": [],
            }
            return self.on_create(body) or reply(self.jobs[name])
        if (method, path) == ("GET", "/fine_tuning/jobs"):
            return reply({"object": "list", "data": list(self.jobs.values()), "has_more": False})
        job = self.jobs.get(path.split("/")[3]) if path.startswith("/fine_tuning/jobs/") else None
        if job is None:
            return error(404, "there is no such thing")
        if path.endswith("/cancel"):
            job["status"] = "cancelled"
        elif path.endswith("/events"):
            event = {
                "id": "e",
                "object": "fine_tuning.job.event",
                "created_at": 1,
                "level": "info",
                "message": f"{job['id']} moved",
            }
            return reply({"object": "list", "data": [event], "has_more": False})
        else:
            job["polls"] += 1
            if job["polls"] > self.polls_before_end and job["status"] == "running":
                job.update(self.job_ends(job))
        return reply(job)

    @contextlib.contextmanager
    def running(self) -> Iterator["FakeServer"]:
        """Serves from a thread of its own until the block ends."""
        loop = asyncio.new_event_loop()
        started = threading.Event()
        stop = asyncio.Event()

        async def main() -> None:
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            await stop.wait()
            server.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await asyncio.sleep(0)  # closed transports leave in the next turn

        thread = threading.Thread(target=loop.run_until_complete, args=(main(),))
        thread.start()
        started.wait()
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()
