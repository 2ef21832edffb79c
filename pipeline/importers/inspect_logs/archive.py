"""A log that is an archive: its header and its samples, also where it was cut off."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.files import zipped
from pipeline.files.zipped import Damaged, Member
from pipeline.importers import Source
from pipeline.importers.inspect_logs import log

MEMBERS = 2_000_000
"""How many members a log may have."""

_SAMPLE = re.compile(r"^samples/.+_epoch_\d+\.json$", re.DOTALL)
_MEMBER = re.compile(rb"^(?:_journal/|header\.json|summaries\.json|reductions\.json|samples/)")


def is_log(head: bytes) -> bool:
    """Whether a file that begins so is an archive whose first member is one of a log's."""
    return head.startswith(zipped.MARK) and _MEMBER.match(head[30:]) is not None


def opened(source: Source) -> tuple[log.Header, Iterator[tuple[int, bytes | RefusedRow]]]:
    """The header of a log, and its samples as JSON texts, numbered from 1.

    Raises:
        RefusedFile: where there is neither a header nor the beginning of a journal.
    """
    with source.path.open("rb") as file:
        members = _members(file)
        for name in ("header.json", "_journal/start.json"):
            if name in members:
                with suppress(Damaged):
                    header = log.header(zipped.content(file, members[name]))
                    return header, _samples(source, members)
    raise RefusedFile("the archive holds no header of an Inspect log")


def _samples(
    source: Source, members: dict[str, Member]
) -> Iterator[tuple[int, bytes | RefusedRow]]:
    with source.path.open("rb") as file:
        wanted = [member for name, member in members.items() if _SAMPLE.match(name)]
        for number, member in enumerate(wanted, 1):
            try:
                yield number, zipped.content(file, member)
            except Damaged as error:
                yield number, RefusedRow(number, f"{error} (member {member.name[:200]!r})")


def _members(file: BinaryIO) -> dict[str, Member]:
    """The members of a log by name; of those that were written anew, the last."""
    try:
        found = zipped.listed(file, MEMBERS)
    except RefusedFile:
        found = zipped.walked(file, MEMBERS)
    return {member.name: member for member in found}
