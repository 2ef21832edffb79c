"""A batch: what it is of, and the requests that are uploaded."""

from typing import Any, Literal

import msgspec


class BatchHeader(msgspec.Struct, kw_only=True):
    """The header of a batch's log."""

    brittlescope: Literal["batch/1"] = "batch/1"
    record: Literal["batch"] = "batch"
    name: str
    scope: str
    place: str
    round: int
    requests: int


class Sent(msgspec.Struct, kw_only=True):
    """A request as it is uploaded; its id is bound to what it is about and to what is sent."""

    custom_id: str
    method: Literal["POST"] = "POST"
    url: str
    body: dict[str, Any]


# What is relied on


class BatchOf(msgspec.Struct, tag_field="record", tag="batch"):
    """A batch as its header is read back."""

    name: str
    scope: str
    place: str
    round: int = 1

    @property
    def url(self) -> str:
        """The address of the endpoint that it went to."""
        return self.place.rpartition(" at ")[2]
