"""What a study has spent, or may have: on disk before anything is sent, so that no kill hides it.

`spend.jsonl` holds what was spent `before` its session, and then a line for whatever was `sent`
(with the most it should cost) and one when that is `settled` (with what it did cost). Something
that was sent and never settled was under way when a process was killed: it counts as its most.
A session begins by adding up, so that the file stays small. The sample and judgement files tell
what each answer cost.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import msgspec
from msgspec import UNSET, UnsetType

from pipeline.study import files, lines
from pipeline.study.layout import Folder
from warehouse.studies import Spend

Open = dict[str, Spend]
"""What was sent and not settled, by name."""


class Account:
    """the study's account, open for one session."""

    def __init__(self, file: BinaryIO, spent: Spend, under_way: Open) -> None:
        self.spent = spent
        self._file = file
        self._open = under_way

    def left_open(self, name: str) -> Spend:
        """What an earlier session sent by that name and never settled; it counts as spent."""
        return self._open.get(name, Spend())

    def sent(self, name: str, most: Spend) -> None:
        """Notes what is about to be sent, in place of what was left open by that name.

        It is on disk when this returns.
        """
        self._open.pop(name, None)
        self._write("sent", name, most)
        os.fsync(self._file.fileno())

    def settled(self, name: str, actual: Spend) -> None:
        """Notes what it did cost. A line lost to a power cut would count as its most."""
        self._write("settled", name, actual)

    def _write(self, record: str, name: str, spend: Spend) -> None:
        self._file.write(_line(record, spend, name))
        self._file.flush()


@contextmanager
def opened(folder: Folder) -> Iterator[Account]:
    """The folder's account, added up; nobody else may be at work in the folder."""
    before, under_way = read(folder)
    # Requests that were cut off are over; jobs, which have names, may still be going on.
    jobs = {name: most for name, most in under_way.items() if not name.isdecimal()}
    for name, most in under_way.items():
        if name not in jobs:
            before.add(most)
    begun = [_line("before", before)]
    begun += [_line("sent", most, name) for name, most in jobs.items()]
    lines.write_bytes(folder.spend, b"".join(begun))
    for most in jobs.values():
        before.add(most)
    with folder.spend.open("ab") as file:
        yield Account(file, before, jobs)


def read(folder: Folder) -> tuple[Spend, Open]:
    """What was spent, and what was sent and never settled: each may have cost its most."""
    if not folder.spend.exists():
        return _recorded(folder), {}
    spent = Spend()
    under_way: Open = {}
    for booked, told in files.spending(folder.spend):
        if booked.record == "sent":
            under_way[booked.name] = told
            continue
        if booked.record == "settled":
            under_way.pop(booked.name, None)
        spent.add(told)
    return spent, under_way


def _recorded(folder: Folder) -> Spend:
    """What the records of a folder tell that has no account: an older version wrote none."""
    total = Spend()
    for part in ("runs", "samples", "judgements"):
        for path in sorted((folder.path / part).rglob("*.jsonl*")):
            for _, told in files.spending(path):
                total.add(told)
    return total


def _line(record: str, spend: Spend, name: str | UnsetType = UNSET) -> bytes:
    is_first = record == "before"
    booked = files.Booked(
        brittlescope="spend/1" if is_first else UNSET,
        record=record,
        name=name,
        **msgspec.structs.asdict(spend),
    )
    return msgspec.json.encode(booked) + b"\n"
