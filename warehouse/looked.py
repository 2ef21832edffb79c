"""Which analyses were looked at in the app: what a write-up discloses beside what it reports.

Every slice and way of counting that a page about one focus showed is noted once, in a journal of
this data folder. It is for its user alone, who can clear it; that it was cleared is noted too.
"""

from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from warehouse import durable
from warehouse.analysis import Analysis, written
from warehouse.journal import Journal

KIND = "looked"
"""The journal that they are in."""


class Look(msgspec.Struct, frozen=True):
    """An analysis that was looked at, and the page that showed it first; none: it was cleared."""

    page: str
    analysis: dict[str, Any]


class Looked(NamedTuple):
    """What was looked at since when."""

    looks: list[Look]
    since: str | None  # the first note, or when it was cleared
    was_cleared: bool


def journal(data: Path) -> Journal[Look]:
    """The journal of a data folder."""
    return Journal(data, KIND, Look)


def note(data: Path, asked: Analysis, page: str) -> None:
    """Note an analysis, unless it is noted already.

    Raises:
        CannotWrite: where the machine does not let it be written.
    """
    look = Look(page, written.as_json(asked))
    if all(one.analysis != look.analysis for one in read(data).looks):
        journal(data).add(look)


def read(data: Path) -> Looked:
    """What was looked at."""
    entries = journal(data).read().entries
    looks = [entry.body for entry in entries if entry.body.analysis]
    since = entries[0].first if entries else None
    return Looked(looks, since, any(not entry.body.analysis for entry in entries))


def clear(data: Path) -> None:
    """Forget what was looked at, and note that it was forgotten.

    Raises:
        CannotWrite: where the machine does not let it be written.
    """
    with durable.told(journal(data).folder):
        for file in journal(data).files():
            file.unlink()
    journal(data).add(Look("", {}))
