"""What each request of a batch came to: a reply or a failure, and what it cost."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from pipeline.study.batches.records import COMPLETED, UNANSWERED, Answer, RemoteBatch
from pipeline.study.batches.shelf import BatchLog, bound
from pipeline.study.budget import priced
from pipeline.study.completions import Completions, Failed
from pipeline.study.conversation import Spoken, most_tokens
from pipeline.study.errors import EndpointRefused, FolderConflict
from pipeline.study.files.batches import Sent
from pipeline.study.parts import Endpoint
from pipeline.study.replies import Reply
from pipeline.study.scrub import Scrub
from warehouse.studies import Spend


class Counted(NamedTuple):
    """A request's answer: the reply or failure, what it cost, and whether another try may help."""

    reply: Reply
    spent: Spend
    again: bool
    is_answered: bool


class Tally:
    """Counts the requests of one model's batches."""

    def __init__(self, endpoint: Endpoint, completions: Completions, scrub: Scrub) -> None:
        self._endpoint = endpoint
        self._completions = completions
        self._scrub = scrub

    def most(self, line: Sent) -> Spend:
        """The most that a request should cost."""
        said = tuple(Spoken(one["role"], one["content"]) for one in line.body["messages"])
        return priced(self._endpoint.charged, most_tokens(said), line.body[self._endpoint.cap])

    def of(self, line: Sent, answers: Mapping[str, Answer], batch: RemoteBatch) -> Counted:
        """What a request came to.

        Raises:
            FolderConflict: where what was sent was changed on disk since.
        """
        most = self.most(line)
        if bound_anew(line) != line.custom_id:
            raise FolderConflict(
                f"What the batch {batch.id} sent was changed on disk since. Remove its files under "
                "`batches` to send its requests again."
            )
        answer = answers.get(line.custom_id)
        is_completed = batch.status == COMPLETED
        if answer is None or answer.status is None:
            code = "" if answer is None else answer.code
            unanswered = code in UNANSWERED or (answer is None and not is_completed)
            reason = "its line is missing from what the batch found"
            if answer is not None:
                reason = self._scrub.line(answer.reason)
            # A line that is missing may have been billed; one of an error was not.
            billed = most if answer is None and is_completed else Spend()
            return Counted(_failed(reason, billed), billed, not unanswered, False)
        with_logprobs = bool(line.body.get("logprobs"))
        usage, spent, again = None, Spend(requests=1), False
        try:
            if answer.status == 200:
                reply, usage = self._completions.reply(answer.body, with_logprobs=with_logprobs)
                tokens = None if usage is None else tuple(usage)
                spent = most if tokens is None else priced(self._endpoint.charged, *tokens)
            else:
                reply = self._completions.of_status(answer.status, answer.body, {})
        except Failed as failure:
            again = failure.again
            if failure.usage is not None:
                spent = priced(self._endpoint.charged, *failure.usage)
            elif answer.status == 200:
                spent = most
            reply = msgspec.structs.replace(
                _failed(self._scrub.line(failure), spent),
                raw=failure.raw,
                answered_by=failure.answered_by,
            )
        except EndpointRefused as error:
            reply = _failed(str(error), spent)
        is_answered = reply.outcome != "error"
        return Counted(_billed(reply, spent), spent, again, is_answered)


def bound_anew(line: Sent) -> str:
    """The id that a request has by what it is about, and by what is sent now."""
    about, _, _ = line.custom_id.partition("-")
    _, _, content = bound("", line.body).partition("-")
    return f"{about}-{content}"


def _failed(reason: str, spent: Spend) -> Reply:
    return _billed(Reply("error", error=reason), spent)


def _billed(reply: Reply, spent: Spend) -> Reply:
    return msgspec.structs.replace(
        reply,
        requests=spent.requests,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        cost=spent.cost,
    )


def require_completed(
    batch: RemoteBatch,
    log: BatchLog,
    counted: Mapping[str, Counted],
    endpoint: Endpoint,
    scrub: Scrub,
) -> None:
    """Says what to do where a batch ended otherwise than with answers.

    Raises:
        EndpointRefused: so that it is said, and nothing more is sent.
    """
    n = sum(one.is_answered for one in counted.values())
    which = f"The batch {batch.id} of {log.told.scope} at {endpoint.url}"
    kept = f"{n:,} of its {len(counted):,} requests were answered and are kept."
    alone = "take `batches` out of the source to ask for the rest one by one at the full price"
    if batch.status == "expired":
        raise EndpointRefused(
            f"{which} expired: it was not finished within a day. {kept} Run the same command "
            f"to send the rest in a new batch, or {alone}."
        )
    if batch.status == "cancelled":
        raise EndpointRefused(
            f"{which} was cancelled there. {kept} Run the same command to send the rest again."
        )
    if batch.status == "failed":
        raise EndpointRefused(
            f"{which} was refused as a whole ({scrub.line(batch.reason)}). {kept} "
            "Put right what it says (where too much waits at once, wait, or lower "
            f"`batches.requests`) and run the same command; or {alone}."
        )
    if not n and counted:
        first = next(iter(counted.values())).reply.error
        raise EndpointRefused(
            f"{which} answered none of its {len(counted):,} requests, the first so: {first}. "
            "Nothing more is sent; run the same command to go on."
        )
