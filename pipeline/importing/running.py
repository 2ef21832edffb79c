"""The files of an import: dealt out to be read, and let stand for what was read of them.

Where several processes read, this one waits for the disk meanwhile, for all that was read by then.
It computes next to nothing: whatever reads a file (`filling`) is loaded by who reads one.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.importing.finding import ordered, size_of
from pipeline.importing.roots import rooted
from pipeline.importing.workers import Team, needed
from warehouse.lake import Lake
from warehouse.register import Pointer

if TYPE_CHECKING:
    from pipeline.maps.mapping import Mapping

READER = "pipeline.importing.filling"
"""What a process loads to read files."""

BATCH_FILES = 64
BATCH_BYTES = 8 * 2**20
"""So much is read before the disk is waited for: once for all of it, as long as for one file."""


@dataclass(frozen=True)
class Outcome:
    """What came of one file.

    `state`: imported, unchanged, twin (its result is another file's), unknown (no importer
    knows the format), joined (a map reads it with other files), unread (it may hold results, and
    no importer can get at them), empty, passed (it is no data), or refused (nothing of it was
    taken).
    """

    path: Path
    state: str
    importer: str | None = None
    taken: int = 0
    refusals: tuple[tuple[int | None, str], ...] = ()
    refused: int = 0
    notices: tuple[tuple[str, str], ...] = ()  # code and message
    title: str = ""  # what people call its format

    @property
    def loaded(self) -> bool:
        """Whether the lake holds what an importer read of the file."""
        return self.importer is not None and self.state != "refused"


Read = tuple[Outcome, Pointer | None]
"""What a file came to, and what its path is to stand for then."""


def refusal(path: Path, reason: str, importer: str | None = None) -> Outcome:
    """The outcome of a file of which nothing was taken."""
    return Outcome(path, "refused", importer, refusals=((None, reason),), refused=1)


def run(
    data: Path,
    units: Iterable[list[Path]],
    chosen: str | None = None,
    mapping: "Mapping | None" = None,
    beside: Team | None = None,
    roots: Sequence[Path] | None = None,
) -> Iterator[Outcome]:
    """Import the files, several at a time where they are large; outcomes come as they are done.

    `mapping` says what paths mean where files do not say it. Without one, a file that has not
    changed keeps the meaning it was imported with. `beside` are processes that were called ahead.
    `roots` are the folders that were named: what lies in one is one study, where nobody says which.

    Raises:
        UsageError: where `chosen` is not an importer.
    """
    if chosen is not None:
        _check(chosen)
    lake = lake_of(data)
    changed: list[list[Path]] = []
    elsewhere: list[Pointer] = []
    for unit in units:
        whole = _with_twins(lake, unit)
        done = [_held(lake, path, chosen, mapping) for path in whole]
        if all(outcome is not None for outcome in done):
            elsewhere += rooted(lake, filter(None, map(lake.pointer, unit)), roots)
            yield from (outcome for outcome in done if outcome and outcome.path in unit)
        else:
            changed.append(whole)
    if elsewhere:
        with lake.writing():
            lake.point(elsewhere)
    if changed:
        work = functools.partial(_read, data, chosen, mapping)
        with lake.writing(), _spread(work, changed, beside) as read:
            for some in read:
                _let_stand(lake, [pointer for _, pointer in some if pointer is not None], roots)
                yield from (outcome for outcome, _ in some)


@functools.lru_cache(maxsize=1)
def lake_of(data: Path) -> Lake:
    """The lake, which remembers what it read of its register."""
    return Lake(data)


def _check(chosen: str) -> None:
    from pipeline import importers

    if importers.named(chosen) is None:
        known = ", ".join(importers.available())
        raise UsageError(f"There is no format {chosen!r}; there are {known}.")


def _held(lake: Lake, path: Path, chosen: str | None, mapping: "Mapping | None") -> Outcome | None:
    """The file's outcome where the lake holds it as it is."""
    if lake.pointer(path) is None:
        return None
    from pipeline.importing import filling

    return filling.unchanged(lake, path, chosen, mapping)


def _read(
    data: Path, chosen: str | None, mapping: "Mapping | None", units: list[list[Path]]
) -> list[Read]:
    """What `filling` reads of the units, in the process that is called."""
    from pipeline.importing import filling

    return filling.read_units(data, units, chosen, mapping)


@contextmanager
def _spread(
    work: Callable[[list[list[Path]]], list[Read]], units: list[list[Path]], beside: Team | None
) -> Iterator[Iterator[list[Read]]]:
    """What was read of the units, as it is done, by several processes where they are worth it."""
    batches = list(_batches(units))
    size = sum(size_of(path) for unit in units for path in unit)
    if not (count := needed(len(batches), size)):
        yield map(work, batches)
        return
    with nullcontext(beside) if beside else Team(count) as those:
        yield those.spread(work, batches)


def _let_stand(lake: Lake, pointers: list[Pointer], roots: Sequence[Path] | None) -> None:
    """Let paths stand for what was read of them. All of it is on the disk then."""
    known = {one.path: one for one in rooted(lake, pointers, roots)}
    lake.point([known.get(pointer.path, pointer) for pointer in pointers])


def _batches(units: Iterable[list[Path]]) -> Iterator[list[list[Path]]]:
    """The units, several at a time where they are small."""
    batch: list[list[Path]] = []
    size = 0
    for unit in units:
        batch.append(unit)
        size += sum(map(size_of, unit))
        if len(batch) >= BATCH_FILES or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _with_twins(lake: Lake, unit: list[Path]) -> list[Path]:
    """The files of a unit, and those of their stem that were imported at another time."""
    beside = {path.with_suffix(suffix) for path in unit for suffix in (".json", ".csv")}
    return ordered({*unit, *(path for path in beside if lake.pointer(path) and path.is_file())})
