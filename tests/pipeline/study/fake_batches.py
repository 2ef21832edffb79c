"""A loopback endpoint with a batch API that misbehaves on demand."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.pipeline.study.fake_server import FakeServer, Raw, error


class FakeBatches(FakeServer):
    """Answers each line of a batch by `answer`, once the batch was asked about often enough."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: dict[str, dict[str, Any]] = {}
        self.held: dict[str, list[dict[str, Any]]] = {}
        self.outputs: dict[str, bytes] = {}
        self.polls = 1
        self.ends: Callable[[dict[str, Any]], str] = lambda batch: "completed"
        self.rude: Callable[[list[bytes]], list[bytes]] = lambda lines: lines
        self.odd: Callable[[str, str], Raw | None] = lambda method, path: None
        self.on_batch: Callable[[], Raw | None] = lambda: None
        self.unanswered: Callable[[dict[str, Any]], bool] = lambda line: False

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Every request that went through a batch."""
        return [line for lines in self.held.values() for line in lines]

    def _respond(self, method: str, path: str, headers: dict[str, str], content: bytes) -> Raw:
        where = path.removeprefix("/v1")
        if not where.startswith(("/batches", "/files")):
            return super()._respond(method, path, headers, content)
        self.counts[f"{method} {path}"] += 1
        if (odd := self.odd(method, where)) is not None:
            return odd
        if where.endswith("/content"):
            return Raw(body=self.outputs[where.split("/")[2]])
        if where == "/files":
            return super()._respond(method, path, headers, content)
        return self._batches(method, where, json.loads(content) if content else None)

    def _batches(self, method: str, path: str, body: Any) -> Raw:
        if (method, path) == ("POST", "/batches"):
            name = f"batch_{len(self.batches) + 1}"
            uploaded = self.files[body["input_file_id"]].split(b"\n")
            self.held[name] = [json.loads(line) for line in uploaded if line.startswith(b"{")]
            self.batches[name] = {
                "id": name, "object": "batch", "status": "validating", "polls": 0,
                "input_file_id": body["input_file_id"], "metadata": body["metadata"],
                "endpoint": body["endpoint"],
            }  # fmt: skip
            return self.on_batch() or _told(self.batches[name])
        if (method, path) == ("GET", "/batches"):
            listed = [*self.batches.values()][::-1]
            return _told({"object": "list", "data": listed, "has_more": False})
        batch = self.batches.get(path.split("/")[2])
        if batch is None:
            return error(404, "there is no such batch")
        if path.endswith("/cancel"):
            if batch["status"] not in ("validating", "in_progress"):
                return error(409, f"a batch that is {batch['status']} cannot be cancelled")
            batch["status"] = "cancelling"
            return _told(batch)
        batch["polls"] += 1
        if batch["status"] == "cancelling":
            self._end(batch, "cancelled")
        elif batch["polls"] > self.polls and batch["status"] in ("validating", "in_progress"):
            self._end(batch, self.ends(batch))
        elif batch["status"] == "validating":
            total = len(self.held[batch["id"]])
            batch |= {
                "status": "in_progress",
                "request_counts": {"completed": 0, "total": total, "failed": 0},
            }
        return _told(batch)

    def _end(self, batch: dict[str, Any], status: str) -> None:
        batch["status"] = status
        if batch["status"] not in ("completed", "expired", "cancelled"):
            return
        good: list[bytes] = []
        bad: list[bytes] = []
        for line in self.held[batch["id"]]:
            if self.unanswered(line):
                told = {"code": "batch_expired", "message": "it was not reached in time"}
                bad.append(_line(line, None, told))
                continue
            raw = self.answer(line["body"])
            found = {"status_code": raw.status, "request_id": "r", "body": json.loads(raw.body)}
            (good if raw.status == 200 else bad).append(_line(line, found, None))
        for kind, lines in (("output", good), ("error", bad)):
            if lines:
                name = f"file-{kind}-{batch['id']}"
                self.outputs[name] = b"\n".join(self.rude(lines)) + b"\n"
                batch[f"{kind}_file_id"] = name


def _told(content: Any) -> Raw:
    return Raw(body=json.dumps(content).encode())


def _line(line: dict[str, Any], response: Any, trouble: Any) -> bytes:
    told = {
        "id": "batch_req", "custom_id": line["custom_id"], "response": response, "error": trouble,
    }  # fmt: skip
    return json.dumps(told).encode()


@contextmanager
def serving() -> Iterator[FakeBatches]:
    """One that serves until the block ends."""
    server = FakeBatches()
    with server.running():
        yield server
