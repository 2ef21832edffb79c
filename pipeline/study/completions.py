"""Chat completions of one model: how they are asked for, and what a reply or a status means."""

from collections.abc import Mapping
from typing import Any

import msgspec

from pipeline.study import identity, retry, wire
from pipeline.study.errors import EndpointRefused
from pipeline.study.parts import Endpoint
from pipeline.study.replies import Reply, Request
from pipeline.study.scrub import Scrub

MAY_BE_BILLED = (408, 502, 504, 520, 522, 524)
"""Statuses of a timeout or a gateway, behind which the answer may have been written."""

PATH = "/chat/completions"


class Failed(Exception):
    """One attempt failed: whether another may help, what is known of it, what it may have cost."""

    def __init__(
        self,
        reason: str,
        *,
        again: bool = True,
        billed: bool = True,
        usage: wire.Usage | None = None,
        wait: float | None = None,
        raw: str | None = None,
        answered_by: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.again = again
        self.billed = billed
        self.usage = usage
        self.wait = wait
        self.raw = raw
        self.answered_by = answered_by


class Completions:
    """What is said to one model of an endpoint, and what comes back."""

    def __init__(self, endpoint: Endpoint, model: str, scrub: Scrub) -> None:
        self.endpoint = endpoint
        self.model = model
        self._scrub = scrub

    def parameters(self, request: Request) -> dict[str, Any]:
        """The body of a request."""
        parameters: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
            "temperature": request.temperature,
            self.endpoint.cap: request.max_tokens,
        }
        if request.top_p != 1.0:
            parameters["top_p"] = request.top_p
        if request.seed is not None:
            parameters["seed"] = request.seed
        if request.top_logprobs is not None:
            parameters |= {"logprobs": True, "top_logprobs": request.top_logprobs}
        return parameters

    def reply(self, content: bytes, *, with_logprobs: bool) -> tuple[Reply, wire.Usage | None]:
        """The reply that a body holds, and what it used where the endpoint says so.

        Raises:
            Failed: where it holds no answer of the model.
        """
        usage = None
        try:
            body = wire.decoded(content, self._scrub)
            usage = wire.usage(body)
            reply = wire.reply(
                body,
                with_logprobs=with_logprobs,
                is_apart=self.endpoint.thoughts == "apart",
            )
        except wire.NotUnderstood as error:
            raise Failed(f"the reply {error}", usage=usage, raw=self._scrub.raw(content)) from None
        if usage is not None and not usage.output and reply.text:
            usage = None  # no text has no token
        reply = msgspec.structs.replace(
            self._put_together(reply),
            is_usage_told=usage is not None,
            model_id=self._scrub.line(reply.model_id or "") or None,
            answered_by=self._other(reply.model_id),
        )
        if reply.answered_by and self.endpoint.other_models == "fail":
            raise Failed(
                f"answered as {reply.answered_by!r} where {self.expected} was asked",
                again=False,
                usage=usage,
                raw=self._scrub.raw(content),
                answered_by=reply.answered_by,
            )
        if reply.outcome in ("empty", "content_filter"):
            reply = msgspec.structs.replace(reply, raw=self._scrub.raw(content))
        return reply, usage

    def _put_together(self, reply: Reply) -> Reply:
        """The reply without a key that came in pieces: parts, or what stood around thoughts."""
        return msgspec.structs.replace(
            reply,
            text=self._scrub.text(reply.text),
            thoughts=self._scrub.text(reply.thoughts) if reply.thoughts else reply.thoughts,
            logprobs=()
            if self._scrub.holds(token[0].token for token in reply.logprobs)
            else reply.logprobs,
        )

    @property
    def expected(self) -> str:
        """The model asked for, and the id it is to answer under where that is another."""
        told = self.endpoint.answers_as
        return repr(self.model) if told in (None, self.model) else f"{told!r} (`answers_as`)"

    def _other(self, answered: str | None) -> str | None:
        """The model that answered, where it is another than the one asked.

        A name that differs in what nobody sees (a space at its end, a character without width)
        is told in quotes and codes, so that it reads as the other one that it is.
        """
        asked = self.endpoint.answers_as or self.model
        if not answered or identity.is_same(asked, answered):
            return None
        line = self._scrub.line(answered)
        is_hidden = line in ("", asked) or identity.is_same(asked, line)
        return self._scrub.line(ascii(answered)) if is_hidden else line

    def of_status(self, status: int, content: bytes, headers: Mapping[str, str]) -> Reply:
        """The reply that a status outside 2xx means.

        Raises:
            Failed: where it is none.
            EndpointRefused: where no other request could bring one.
        """
        try:
            words, code = wire.error(wire.decoded(content, self._scrub))
        except wire.NotUnderstood:
            words, code = "", ""
        if status in (401, 403):
            raise EndpointRefused(
                f"{self.endpoint.url} refuses the key in {self.endpoint.key} (status {status})."
            ) from None
        if status == 404:
            raise EndpointRefused(
                f"{self.endpoint.url} does not know the model {self.model!r} (status 404)."
            ) from None
        if status == 429 and code == "insufficient_quota":
            raise EndpointRefused(f"The quota at {self.endpoint.url} is used up.") from None
        reason = self._scrub.line(words) or "no reason given"
        if status == 400 and "content" in code and "filter" in code:
            return Reply("content_filter", finish_reason="content_filter", error=reason)
        if 300 <= status < 400:
            reason = "it points to another address, where the key is not sent"
        raise Failed(
            f"status {status}: {reason}",
            again=retry.may_pass(status),
            billed=status in MAY_BE_BILLED,
            wait=retry.retry_after(headers),
            raw=self._scrub.raw(content) or None,
        ) from None
