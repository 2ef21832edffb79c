"""From paths to shards: which files there are, which importer reads each, and what came of it."""

import functools
import hashlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import importers
from pipeline.errors import RefusedFile, UsageError
from pipeline.importers import Source
from pipeline.mapping import Mapping
from pipeline.reading import unreadable
from warehouse.errors import BrittlescopeError, CannotWrite
from warehouse.lake import Lake
from warehouse.register import Pointer
from warehouse.shards import Origin, Shard, digest, now

DATA_SUFFIXES = (".csv", ".json", ".jsonl", ".jsonl.gz", ".log", ".txt", ".yaml", ".yml")
"""What a file that some importer may read is called like; the others are not opened."""

PARALLEL_BYTES = 16 * 2**20
"""Less than this is imported in one process: starting others costs more than it saves."""

SHOWN_REFUSALS = 20
"""How many refused rows of one file are named on the terminal; the app shows them all."""

MAPPED = "em-csv"
"""The importer of the files that a mapping's patterns cover, whatever they are called."""

THREADS = ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS")
"""The variables that tell libraries how many threads to start; they read them when loaded."""

MAX_WAITING = 4
"""How many batches wait in the queue of each worker, to keep memory flat."""

BATCH_FILES = 64
BATCH_BYTES = 8 * 2**20
"""So much is read before the disk is waited for: once for all of it, as long as for one file."""

RECENT = 2 * 10**9
"""Nanoseconds: what changed so shortly before it was read may change again at the same time."""


@dataclass(frozen=True)
class Outcome:
    """What came of one file.

    `state`: imported, unchanged, twin (its result is another file's), unknown (no importer
    knows the format) or refused (nothing of it was taken).
    """

    path: Path
    state: str
    importer: str | None = None
    taken: int = 0
    refusals: tuple[tuple[int | None, str], ...] = ()
    refused: int = 0
    notices: tuple[str, ...] = ()


@dataclass
class Found:
    """The files below the given paths, and what could not be entered."""

    units: list[list[Path]] = field(default_factory=list)
    refused: list[Outcome] = field(default_factory=list)


def find(paths: Sequence[Path], skip: Path | None = None) -> Found:
    """The files to be read below `paths`, in stable order; files with one stem form a unit.

    Links are followed only where they stay below the path given; hidden folders and `skip`
    (the data folder) are left out.

    Raises:
        UsageError: for a path that does not exist.
    """
    found = Found()
    stems: dict[Path, set[Path]] = {}
    for given in paths:
        if not given.exists():
            raise UsageError(f"There is no file or folder {given}.")
        root = given.resolve()
        files = [root] if root.is_file() else list(_walk(root, skip, found))
        wanted = [path for path in files if path.name.lower().endswith(DATA_SUFFIXES)]
        if not wanted:
            reason = f"no file in it has a format Brittlescope reads ({', '.join(DATA_SUFFIXES)})"
            found.refused.append(_refused(given, reason))
        for path in wanted:
            stems.setdefault(path.with_suffix(""), set()).add(path)
    found.units = [_ordered(unit) for unit in stems.values()]
    return found


def _ordered(unit: Iterable[Path]) -> list[Path]:
    # The JSON of a pair is read first: its CSV twin is only needed where that fails.
    return sorted(unit, key=lambda path: (path.suffix != ".json", path))


def _walk(root: Path, skip: Path | None, found: Found) -> Iterator[Path]:
    hidden = skip.resolve() if skip is not None else None

    def closed(error: OSError) -> None:
        found.refused.append(
            _refused(Path(error.filename), f"it cannot be read ({error.strerror})")
        )

    files: list[Path] = []
    links: list[Path] = []
    for folder, names, here_files in os.walk(root, onerror=closed):
        here = Path(folder)
        names[:] = sorted(n for n in names if not n.startswith(".") and here / n != hidden)
        for path in (here / name for name in (*names, *sorted(here_files))):
            if path.is_symlink():
                links.append(path)
            elif path.name in here_files:
                files.append(path)
    targets = set(files)
    for link in links:
        target = link.resolve()
        if root not in (target, *target.parents):
            found.refused.append(_refused(link, "it is a link that leads out of the folder"))
        elif not target.exists():
            found.refused.append(_refused(link, "it is a link that leads nowhere"))
        elif target.is_file() and target not in targets:
            files.append(link)  # else its target is read under its own name
    yield from files


def _refused(path: Path, reason: str, importer: str | None = None) -> Outcome:
    return Outcome(path, "refused", importer, refusals=((None, reason),), refused=1)


def run(
    data: Path,
    units: Iterable[list[Path]],
    chosen: str | None = None,
    mapping: Mapping | None = None,
) -> Iterator[Outcome]:
    """Import the files, several at a time where they are large; outcomes come as they are done.

    `mapping` says what paths mean where files do not say it. Without one, a file that has not
    changed keeps the meaning it was imported with.

    Raises:
        UsageError: where `chosen` is not an importer.
    """
    if chosen is not None and importers.named(chosen) is None:
        known = ", ".join(importers.available())
        raise UsageError(f"There is no format {chosen!r}; there are {known}.")
    lake = _lake(data)
    changed: list[list[Path]] = []
    for unit in units:
        whole = _with_twins(lake, unit)
        done = [_unchanged(lake, path, chosen, mapping) for path in whole]
        if all(outcome is not None for outcome in done):
            yield from (outcome for outcome in done if outcome and outcome.path in unit)
        else:
            changed.append(whole)
    size = sum(_size(path) for unit in changed for path in unit)
    batches = list(_batches(changed))
    workers = min(os.cpu_count() or 1, 4, len(batches))
    if size < PARALLEL_BYTES or workers < 2:
        for batch in batches:
            yield from import_units(data, batch, chosen, mapping)
    else:
        yield from _parallel(data, batches, workers, chosen, mapping)


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
        size += sum(map(_size, unit))
        if len(batch) >= BATCH_FILES or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _with_twins(lake: Lake, unit: list[Path]) -> list[Path]:
    """The files of a unit, and those of their stem that were imported at another time."""
    beside = {path.with_suffix(suffix) for path in unit for suffix in (".json", ".csv")}
    return _ordered({*unit, *(path for path in beside if lake.pointer(path) and path.is_file())})


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # said where it is opened


def _parallel(
    data: Path,
    batches: list[list[list[Path]]],
    workers: int,
    chosen: str | None,
    mapping: Mapping | None,
) -> Iterator[Outcome]:
    # A fresh interpreter for each worker: Polars' threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker)
    waiting: set[Future[list[Outcome]]] = set()
    try:
        for batch in batches:
            with _single_threaded():
                waiting.add(pool.submit(import_units, data, batch, chosen, mapping))
            if len(waiting) >= workers * MAX_WAITING:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield from future.result()
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield from future.result()
    except BrokenProcessPool:
        raise BrittlescopeError(
            "A process that read files was killed, perhaps because memory ran out; what was "
            "imported before stays. Import again to go on."
        ) from None
    except BaseException:
        for worker in multiprocessing.active_children():
            worker.terminate()  # what it was reading is not told as done, and will be swept
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Processes started meanwhile compute in one thread: the others would share their cores."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin_worker() -> None:
    """Leave Ctrl-C to the process that started this one, and end with it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)


def _unchanged(
    lake: Lake, path: Path, chosen: str | None, mapping: Mapping | None
) -> Outcome | None:
    """The file's outcome where the lake already holds it as it is, and holds it whole."""
    pointer = lake.pointer(path)
    if pointer is None or (chosen is not None and pointer.importer != chosen):
        return None
    current = _current(pointer.importer, pointer.version) and _is_as_it_was(path, pointer)
    shard = lake.shard(str(pointer.shard)) if current and lake.stands(pointer) else None
    if shard is None or (shard.twin_of and lake.pointer(Path(shard.twin_of)) is None):
        return None
    meaning = mapping.meaning(path) if mapping else None
    if meaning is not None and shard.origin.identity != importers.identity(path, meaning):
        return None  # a mapping that does not cover the file says nothing about it
    return _outcome(lake, path, shard, changed=False)


def _is_as_it_was(path: Path, pointer: Pointer) -> bool:
    """Whether a file holds what it held, told by the times and the number that it had then.

    Size and modification time are not enough, for a copy can be given those of another file. The
    time at which the system saw the last change cannot be set; where it or the file's number is
    another, or was too recent to tell, the content decides.
    """
    try:
        state = path.stat()
        if (state.st_size, state.st_mtime_ns) != (pointer.size, pointer.mtime_ns):
            return False
        if (state.st_ctime_ns, state.st_ino) == (pointer.changed_ns, pointer.inode):
            return True
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == pointer.sha256
    except OSError:
        return False


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
        return _refused(path, shard.refused_file, importer)
    state = "imported" if changed else "unchanged"
    if changed and (shard.twin_of is not None or importer is None):
        state = "twin" if shard.twin_of is not None else "unknown"
    return Outcome(
        path,
        state,
        importer,
        shard.taken,
        tuple(lake.refusals(shard, SHOWN_REFUSALS)),
        shard.refused,
        tuple(str(row["message"]) for row in shard.records.get("notice", [])),
    )


def import_units(
    data: Path,
    units: Iterable[list[Path]],
    chosen: str | None = None,
    mapping: Mapping | None = None,
) -> list[Outcome]:
    """Import the files of some units; what each came to. All of it is on the disk then.

    Raises:
        CannotWrite: where the machine does not let the lake be written.
    """
    lake = _lake(data)
    with lake.writing():
        done = [pair for unit in units for pair in _import_unit(lake, unit, chosen, mapping)]
        lake.point([pointer for _, pointer in done if pointer is not None])
    return [outcome for outcome, _ in done]


def _import_unit(
    lake: Lake, unit: list[Path], chosen: str | None, mapping: Mapping | None
) -> Iterator[tuple[Outcome, Pointer | None]]:
    """Import the files that share a stem, JSON first; what each came to, and is to stand for."""
    twin: Path | None = None
    for path in unit:
        outcome, pointer = _import_file(lake, path, chosen, mapping, twin_of=twin)
        if outcome.importer == "brittle-results" and outcome.taken and path.suffix == ".json":
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
        return _refused(path, f"it cannot be read ({error.strerror or error})"), None
    except RefusedFile as error:
        return _refused(path, str(error)), None
    except Exception as error:  # one file must not cost the others
        kind = type(error).__name__
        reason = f"its importer failed, which is a defect ({kind}: {error})"[:2_000]
        return _refused(path, reason), None


def _imported(
    lake: Lake, path: Path, chosen: str | None, mapping: Mapping | None, twin_of: Path | None
) -> tuple[Outcome, Pointer]:
    source, state = _open(path, mapping)
    importer = importers.named(chosen) if chosen else _importer_for(source)
    if twin_of is not None and (importer is None or importer.NAME != "brittle-results"):
        twin_of = None
    origin = Origin(
        path=str(path),
        sha256=source.sha256,
        size=source.size,
        mtime_ns=state.st_mtime_ns,
        identity=source.identity,
        importer=importer.NAME if importer else "",
        version=_version(importer),
        imported_at=now(),
    )
    writer = lake.write(origin, twin_of=str(twin_of) if twin_of else None)
    shard = lake.shard(writer.name)
    is_new = shard is None
    if is_new:
        with writer:
            if importer is None and not source.head.strip():
                writer.refused_file = "it is empty"
            elif importer is not None and twin_of is None:
                try:
                    for relation, rows in importer.read(source):
                        writer.take(relation, rows)
                except RefusedFile as error:
                    writer.refused_file = str(error)
            after = path.stat()
            if (after.st_mtime_ns, after.st_ctime_ns) != (state.st_mtime_ns, state.st_ctime_ns):
                raise _Moved("it changed while it was read; import it again")
    known = lake.pointer(path)
    pointer = Pointer(
        path=str(path),
        shard=writer.name,
        importer=origin.importer,
        version=origin.version,
        sha256=origin.sha256,
        size=origin.size,
        mtime_ns=state.st_mtime_ns,
        changed_ns=state.st_ctime_ns if _is_settled(state) else 0,
        inode=state.st_ino,
    )
    shard = shard or writer.shard
    assert shard is not None  # it was written a moment ago
    changed = is_new or known is None or known.shard != shard.name
    return _outcome(lake, path, shard, changed), pointer


def _is_settled(state: os.stat_result) -> bool:
    """Whether a change from now on will be seen in the file's times."""
    return time.time_ns() - max(state.st_ctime_ns, state.st_mtime_ns) > RECENT


class _Moved(RefusedFile):
    """A file changed while it was read, so that nothing of it may be kept."""


def _open(path: Path, mapping: Mapping | None) -> tuple[Source, os.stat_result]:
    """The file as an importer sees it, and its times.

    Raises:
        RefusedFile: where it is no file of data, or its name cannot be kept.
    """
    if why := unreadable(str(path)):
        raise RefusedFile(f"its path {why}; rename it")
    if not path.is_file():
        raise RefusedFile("it is not a regular file" if path.exists() else "it is gone")
    with path.open("rb") as file:
        state = os.fstat(file.fileno())
        head = file.read(65_536)
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
    meaning = mapping.meaning(path) if mapping else None
    return Source(path=path, sha256=sha256, size=size, head=head, meaning=meaning), state


def _importer_for(source: Source) -> importers.Importer | None:
    if source.meaning is not None:
        return importers.named(MAPPED)
    return next((importer for importer in importers.each() if importer.accepts(source)), None)
