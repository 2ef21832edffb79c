"""From files to shards: each is read by one importer, within bounds, and its outcome is told."""

import functools
import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from pipeline import importers
from pipeline.errors import RefusedFile, UsageError
from pipeline.files import opening, reading, texts
from pipeline.importers import Batch, Source
from pipeline.importing import claiming, keeping, stamps
from pipeline.importing.finding import ordered, size_of
from pipeline.importing.roots import rooted
from pipeline.importing.workers import Team, needed
from pipeline.maps.mapping import Mapping
from warehouse.clock import stamp
from warehouse.errors import CannotWrite
from warehouse.lake import Lake
from warehouse.register import Pointer
from warehouse.shards import Origin, Shard, Writer, digest

SHOWN_REFUSALS = 20
"""How many refused rows of one file are named on the terminal; the app shows them all."""

DEADLINE = 60.0
SECONDS_A_MEGABYTE = 0.5
"""How much computing a file may take: a minute, and more the larger it is.

Time alone would be no measure: the machine may be busy with something else.
"""

MAX_REFUSED = 100_000
TOO_MANY = f"more than {MAX_REFUSED:,} of its rows are refused; it is not what it looks like"

NEVER = 0
"""The version of what no importer has read: no file is as it was read by it."""

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

    @property
    def loaded(self) -> bool:
        """Whether the lake holds what an importer read of the file."""
        return self.importer is not None and self.state != "refused"


def refusal(path: Path, reason: str, importer: str | None = None) -> Outcome:
    """The outcome of a file of which nothing was taken."""
    return Outcome(path, "refused", importer, refusals=((None, reason),), refused=1)


def run(
    data: Path,
    units: Iterable[list[Path]],
    chosen: str | None = None,
    mapping: Mapping | None = None,
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
    if chosen is not None and importers.named(chosen) is None:
        known = ", ".join(importers.available())
        raise UsageError(f"There is no format {chosen!r}; there are {known}.")
    lake = _lake(data)
    changed: list[list[Path]] = []
    elsewhere: list[Pointer] = []
    for unit in units:
        whole = _with_twins(lake, unit)
        done = [_unchanged(lake, path, chosen, mapping) for path in whole]
        if all(outcome is not None for outcome in done):
            elsewhere += rooted(lake, filter(None, map(lake.pointer, unit)), roots)
            yield from (outcome for outcome in done if outcome and outcome.path in unit)
        else:
            changed.append(whole)
    if elsewhere:
        with lake.writing():
            lake.point(elsewhere)
    size = sum(size_of(path) for unit in changed for path in unit)
    batches = list(_batches(changed))
    if not (count := needed(len(batches), size)):
        for batch in batches:
            yield from import_units(data, batch, chosen, mapping, roots)
        return
    work = functools.partial(import_units, data, chosen=chosen, mapping=mapping, roots=roots)
    with nullcontext(beside) if beside else Team(count) as those:
        yield from those.spread(work, batches)


@functools.lru_cache(maxsize=1)
def _lake(data: Path) -> Lake:
    """The lake, which remembers what it read of its register."""
    return Lake(data)


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


def _unchanged(
    lake: Lake, path: Path, chosen: str | None, mapping: Mapping | None
) -> Outcome | None:
    """The file's outcome where the lake already holds it as it is, and holds it whole."""
    pointer = lake.pointer(path)
    if pointer is None or (chosen is not None and pointer.importer != chosen):
        return None
    current = _current(pointer.importer, pointer.version) and stamps.is_as_it_was(path, pointer)
    shard = lake.shard(str(pointer.shard)) if current and lake.stands(pointer) else None
    if shard is None or (shard.twin_of and lake.pointer(Path(shard.twin_of)) is None):
        return None
    meaning = mapping.meaning(path) if mapping else None
    if meaning is not None and shard.origin.identity != importers.identity(path, meaning):
        return None  # a mapping that does not cover the file says nothing about it
    return _outcome(lake, path, shard, changed=False)


def _current(name: str, version: int) -> bool:
    return version == _version(importers.named(name))


def _version(importer: importers.Importer | None) -> int:
    """The version to hold a shard against; of a file nobody knew, that of all importers."""
    if importer is not None:
        return importer.VERSION
    known = sorted((name, known.VERSION) for name, known in importers.available().items())
    return int(digest(repr(known), 8), 16)


def _outcome(lake: Lake, path: Path, shard: Shard, changed: bool) -> Outcome:
    """What a shard says of its file."""
    importer = shard.origin.importer or None
    if shard.refused_file is not None:
        return refusal(path, shard.refused_file, importer)
    notices = tuple((row["code"], row["message"]) for row in shard.records.get("notice", []))
    state = "imported" if importer else "unknown"
    if shard.twin_of is not None:
        state = "twin"
    elif importer is None and notices:
        state = notices[0][0]  # unread or empty
    return Outcome(
        path,
        state if changed else "unchanged",
        importer,
        shard.taken,
        tuple(lake.refusals(shard, SHOWN_REFUSALS)),
        shard.refused,
        notices,
    )


def import_units(
    data: Path,
    units: Iterable[list[Path]],
    chosen: str | None = None,
    mapping: Mapping | None = None,
    roots: Sequence[Path] | None = None,
) -> list[Outcome]:
    """Import the files of some units; what each came to. All of it is on the disk then.

    Raises:
        CannotWrite: where the machine does not let the lake be written.
    """
    lake = _lake(data)
    with lake.writing():
        done = [pair for unit in units for pair in _import_unit(lake, unit, chosen, mapping)]
        pointers = [pointer for _, pointer in done if pointer is not None]
        known = {one.path: one for one in rooted(lake, pointers, roots)}
        lake.point([known.get(pointer.path, pointer) for pointer in pointers])
    return [outcome for outcome, _ in done]


def _import_unit(
    lake: Lake, unit: list[Path], chosen: str | None, mapping: Mapping | None
) -> Iterator[tuple[Outcome, Pointer | None]]:
    """Import the files that share a stem, JSON first; what each came to, and is to stand for."""
    twin: Path | None = None
    for path in unit:
        outcome, pointer = _import_file(lake, path, chosen, mapping, twin_of=twin)
        is_json = path.suffix.lower() == ".json"
        if is_json and outcome.taken and importers.has_twins(outcome.importer):
            twin = path
        yield outcome, pointer


def _import_file(
    lake: Lake, path: Path, chosen: str | None, mapping: Mapping | None, twin_of: Path | None
) -> tuple[Outcome, Pointer | None]:
    """Read one file into a new shard, for its path to stand for.

    A file that cannot be understood at all still gets a shard, so that the app can show it
    among the sources with its reason. `twin_of` names the file that holds the same result.
    """
    try:
        return _imported(lake, path, chosen, mapping, twin_of)
    except CannotWrite:
        raise  # no file is to blame
    except OSError as error:
        return refusal(path, f"it cannot be read ({error.strerror or error})"), None
    except _Moved as error:
        return refusal(path, str(error)), None
    except RefusedFile as error:
        return refusal(path, str(error)), _given_up(lake, path, str(error))
    except Exception as error:  # one file must not cost the others
        kind = type(error).__name__
        reason = f"its importer failed, which is a defect ({kind}: {error})"[:2_000]
        return refusal(path, reason), None


def _given_up(lake: Lake, path: Path, reason: str) -> Pointer | None:
    """An entry for a file that was not read to its end, so that Sources names it with its reason.

    It is tried again by the next import. What an earlier content of the file said stays.
    """
    known = lake.pointer(path)
    if (known is not None and known.version != NEVER) or reading.unreadable(str(path)):
        return None
    try:
        state = path.stat()
    except OSError:
        return None
    origin = Origin(
        path=str(path),
        sha256=f"unread-{digest(f'{path} {state.st_size} {state.st_mtime_ns} {reason}')}",
        size=state.st_size,
        mtime_ns=state.st_mtime_ns,
        identity=str(path),
        importer="",
        version=NEVER,
        imported_at=stamp(),
    )
    writer = lake.write(origin)
    if lake.shard(writer.name) is None:
        with writer:
            writer.refused_file = reason
    told = known is not None and known.shard == writer.name
    return None if told else stamps.pointer(origin, state, writer.name)


def _imported(
    lake: Lake, path: Path, chosen: str | None, mapping: Mapping | None, twin_of: Path | None
) -> tuple[Outcome, Pointer | None]:
    known = lake.pointer(path)
    with _deadline(path):
        source, state = claiming.looked_at(path, mapping, hold=reading.WHOLE_FILE)
        importer = claiming.importer_for(source, chosen)
        told = None if importer else claiming.unclaimed(source)
        if importer is None and told is None and known is None:
            return Outcome(path, "passed"), None
        before = keeping.earlier(lake, known, source)
        gone = None if importer else keeping.without_reader(before, known, source)
        if gone and before:
            return refusal(path, gone), None
        if not importers.has_twins(importer.NAME if importer else None):
            twin_of = None
        origin = Origin(
            path=str(path),
            sha256=source.sha256,
            size=source.size,
            mtime_ns=state.st_mtime_ns,
            identity=source.identity,
            importer=importer.NAME if importer else "",
            version=_version(importer),
            imported_at=stamp(),
            title=importer.TITLE if importer else "",
        )
        writer = lake.write(origin, twin_of=str(twin_of) if twin_of else None)
        shard = lake.shard(writer.name)
        is_new = shard is None
        if is_new:
            with writer:
                _fill(writer, source, importer, told)
                writer.refused_file = writer.refused_file or gone
                after = path.stat()
                times = (after.st_mtime_ns, after.st_ctime_ns)
                if times != (state.st_mtime_ns, state.st_ctime_ns):
                    raise _Moved("it changed while it was read; import it again")
    pointer = stamps.pointer(origin, state, writer.name, _options(path, chosen, mapping))
    shard = shard or writer.shard
    assert shard is not None  # it was written a moment ago
    if before and (why := keeping.without_records(lake, before, shard, source)):
        return refusal(path, why), None
    changed = is_new or known is None or known.shard != shard.name
    return _outcome(lake, path, shard, changed), pointer


def _options(path: Path, chosen: str | None, mapping: Mapping | None) -> tuple[str, ...]:
    """How to import a file again as it is imported now."""
    form = ("--as", chosen) if chosen else ()
    covered = mapping is not None and mapping.meaning(path) is not None
    return (*form, "--map", str(Path(mapping.name).absolute())) if mapping and covered else form


def _fill(
    writer: Writer, source: Source, importer: importers.Importer | None, told: Batch | None
) -> None:
    """Put into a shard what its file holds."""
    if told is not None and told.rows.height:
        writer.take(*told)
    if importer is None or writer.twin_of is not None:
        return
    refused = 0
    try:
        for relation, rows in importer.read(source):
            writer.take(relation, rows)
            refused += rows.height if relation == "quarantine" else 0
            if refused > MAX_REFUSED:
                raise GivenUp(TOO_MANY)
    except GivenUp:
        raise
    except RefusedFile as error:
        writer.refused_file = str(error)
        return
    is_table = not source.fields and claiming.container(source.path, source.head) is None
    if is_table and opening.table_encoding(source) == "cp1252":
        writer.take(*importers.notice("windows-1252", texts.WINDOWS))


class _Moved(RefusedFile):
    """A file changed while it was read, so that nothing of it may be kept."""


class GivenUp(RefusedFile):
    """A file takes more than it may, so that nothing of it is kept."""


@contextmanager
def _deadline(path: Path) -> Iterator[None]:
    """Give a file up that takes too long, wherever its importer is at that moment."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears the clock
        return
    limit = DEADLINE + SECONDS_A_MEGABYTE * size_of(path) / 2**20

    def ring(*_: object) -> NoReturn:
        raise GivenUp(f"it takes more than {limit:,.0f} seconds of computing; split it into parts")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, limit, 5)  # again, should someone not let it pass
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
