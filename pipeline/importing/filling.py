"""Files into shards: each is read by one importer, within bounds."""

import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, NoReturn

from pipeline import importers
from pipeline.errors import RefusedFile
from pipeline.files import opening, reading, texts
from pipeline.importers import Batch, Source
from pipeline.importing import claiming, keeping, stamps
from pipeline.importing.finding import size_of
from pipeline.importing.running import Outcome, Read, lake_of, refusal
from pipeline.maps.mapping import Mapping
from warehouse.clock import stamp
from warehouse.errors import CannotWrite
from warehouse.lake import Lake
from warehouse.register import Pointer
from warehouse.shardframes import Writer
from warehouse.shards import Origin, Shard, digest

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


def unchanged(
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
        shard.origin.title,
    )


def read_units(
    data: Path,
    units: Iterable[list[Path]],
    chosen: str | None = None,
    mapping: Mapping | None = None,
) -> list[Read]:
    """Write what the files of some units say into shards, which nothing stands for yet.

    Raises:
        CannotWrite: where the machine does not let the lake be written.
    """
    lake = lake_of(data)
    with lake.writing():
        return [pair for unit in units for pair in _import_unit(lake, unit, chosen, mapping)]


class Twin(NamedTuple):
    """A file that holds the same result, and how many records it has at the most."""

    path: Path
    records: int


def _import_unit(
    lake: Lake, unit: list[Path], chosen: str | None, mapping: Mapping | None
) -> Iterator[Read]:
    """Import the files that share a stem, JSON first; what each came to, and is to stand for."""
    twin: Twin | None = None
    for path in unit:
        outcome, pointer = _import_file(lake, path, chosen, mapping, twin)
        is_json = path.suffix.lower() == ".json"
        if is_json and outcome.taken and importers.has_twins(outcome.importer):
            twin = Twin(path, outcome.taken + outcome.refused)
        yield outcome, pointer


def _import_file(
    lake: Lake, path: Path, chosen: str | None, mapping: Mapping | None, twin: Twin | None
) -> Read:
    """Read one file into a new shard, for its path to stand for.

    A file that cannot be understood at all still gets a shard, so that the app can show it
    among the sources with its reason. `twin` is the file that holds the same result.
    """
    try:
        return _imported(lake, path, chosen, mapping, twin)
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
    lake: Lake, path: Path, chosen: str | None, mapping: Mapping | None, twin: Twin | None
) -> Read:
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
            twin = None
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
        writer = lake.write(origin, twin_of=str(twin.path) if twin else None)
        shard = lake.shard(writer.name)
        is_new = shard is None
        if is_new:
            with writer:
                _fill(writer, source, importer, told)
                if twin is not None and (more := _more_than(twin, source)):
                    writer.take(*importers.notice("twin-has-more", more))
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


def _more_than(twin: Twin, source: Source) -> str | None:
    """That a table has more rows than the JSON that is read in its place, or None."""
    rows = sum(len(chunk) for chunk in reading.csv_records(source)) if source.table else 0
    if rows <= twin.records:
        return None
    return (
        f"it has {rows:,} rows and {twin.path.name} {twin.records:,}, of which alone those are "
        f"read; where it is the whole, take the other out (brittlescope forget) and import it alone"
    )


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
