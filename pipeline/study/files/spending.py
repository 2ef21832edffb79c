"""What was spent: what an answer took, and the lines of the account."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from pipeline.study import lines
from pipeline.study.errors import FolderConflict
from pipeline.study.replies import Reply
from warehouse.clock import stamp
from warehouse.studies import Spend

Usage = Literal["told", "assumed"]
"""Whether the endpoint said what an answer cost; else it is charged as the most it could."""


class Effort(msgspec.Struct, kw_only=True):
    """What it took to ask somebody for an answer."""

    requests: int
    input_tokens: int
    output_tokens: int
    cost: float
    usage: Usage
    answered_by: str | None
    at: str


def asked(reply: Reply) -> Effort:
    """What a reply took."""
    return Effort(
        requests=reply.requests,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        cost=reply.cost,
        usage="told" if reply.is_usage_told else "assumed",
        answered_by=reply.answered_by,
        at=stamp(),
    )


class Booked(msgspec.Struct, kw_only=True):
    """A line of the account: what was spent before, what was sent, or what that did cost."""

    brittlescope: str | UnsetType = UNSET
    record: str
    name: str | UnsetType = UNSET
    requests: int
    input_tokens: int
    output_tokens: int
    cost: float


class AccountLine(msgspec.Struct):
    """A line of the account as it is read back, beside what it tells of spending."""

    record: str
    name: str = ""


def spending(path: Path) -> Iterator[tuple[AccountLine, Spend]]:
    """Every record of a file, and what it tells of spending.

    Raises:
        FolderConflict: naming file and line, where it does not say what it is.
    """
    for place, line in lines.numbered(path):
        try:
            entry = msgspec.json.decode(line, type=AccountLine)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise FolderConflict(f"{place} is damaged: {error}.") from None
        yield entry, _spend(line)


def _spend(line: bytes) -> Spend:
    """What a record tells; an older version also kept numbers that an endpoint made up."""
    try:
        return msgspec.json.decode(line, type=Spend)
    except msgspec.ValidationError:
        return Spend(requests=1)
