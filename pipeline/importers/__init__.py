"""One module a foreign format: each reads its files and yields records in our words.

An importer module has

    NAME      what `--as` takes
    TITLE     what people call the format
    FILES     which files hold it, as Markdown
    VERSION   raised when its output changes, so that files are read again
    accepts(source) -> bool                 by what the file holds, never by its name
    read(source) -> Iterator[Batch]         frames of warehouse.records relations

and may have

    covers(source) -> bool                  asked before any `accepts`: what a mapping says is ours
    ARCHIVES  True: its files may be archives, which are no text
    TABLES    True: it covers whatever no format of its own covers
    MAPPABLE  True: a study map says more of its files than they do, so that one is drafted
    TWINS     True: a CSV file beside a JSON file of the same stem holds the same result

The package is scanned: adding a format is adding a file, and no other module knows its name.
"""

import hashlib
import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import polars as pl

from pipeline.errors import RefusedRow
from pipeline.files import sniffing
from pipeline.maps.mapping import Meaning
from warehouse import records

PLACE = 7
"""How many names of a path, the file's own included, tell where it lies."""

GATHERED = 500
"""How many refused rows are handed on at once."""


class Batch(NamedTuple):
    """Some rows of one relation."""

    relation: str
    rows: pl.DataFrame


@dataclass(frozen=True)
class Source:
    """One file to be read: where it is, what it is, and how it begins."""

    path: Path  # absolute
    sha256: str
    size: int
    head: bytes = field(repr=False)  # the first 64 KiB, unpacked, as UTF-8
    meaning: Meaning | None = None  # what a mapping says of its path
    packed: bool = False  # with gzip or Zstandard
    encoding: str = "utf-8"
    content: bytes | None = field(default=None, repr=False)  # of a member of an archive
    held: bytes | None = field(default=None, repr=False)  # all of a small file, to be read once
    member: str = ""

    @cached_property
    def table(self) -> sniffing.TableForm | None:
        """The columns of a table of separated values, or None where it is none."""
        return sniffing.table(self.head)

    @cached_property
    def fields(self) -> Counter[str]:
        """The names of its first JSON records' fields, with how many records have each."""
        return sniffing.fields(self.head)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the folders above the file, outermost first."""
        return self.path.parent.parts

    @property
    def identity(self) -> str:
        """What the path means to an importer."""
        return identity(self.path, self.meaning)

    @cached_property
    def first_key(self) -> int:
        """What a row's number is added to for its sample's key.

        It follows from the file's content and its place, so that a permalink outlives another
        mapping and an import into another lake.
        """
        told = f"{self.sha256}\n{place(self.path)}".encode("utf-8", "surrogateescape")
        return int(hashlib.sha256(told).hexdigest()[:15], 16)

    def key(self, row: int) -> int:
        """The key of the sample in a row."""
        return self.first_key + row


def place(path: Path) -> str:
    """The part of a path that importers look at: the file and the six folders above it."""
    return "/".join(path.parts[-PLACE:])


def identity(path: Path, meaning: Meaning | None) -> str:
    """What a path means to an importer: its names, and what a mapping says of them."""
    return place(path) if meaning is None else f"{place(path)}\n{meaning.signature}"


class Importer(Protocol):
    """What every module of this package offers."""

    NAME: str
    TITLE: str
    FILES: str
    VERSION: int

    def accepts(self, source: Source) -> bool:
        """Whether the file looks like this format."""
        ...

    def read(self, source: Source) -> Iterator[Batch]:
        """The file's records; raises RefusedFile where nothing of it is understood."""
        ...


_MODULES = tuple(f"{__name__}.{info.name}" for info in pkgutil.iter_modules(__path__))


@cache
def _loaded(name: str) -> Importer | str:
    """The importer in a module, or what is wrong with it."""
    try:
        module: Any = importlib.import_module(name)
        _ = module.NAME, module.TITLE, module.FILES, module.VERSION, module.accepts, module.read
    except Exception as error:  # a format that cannot be loaded must not cost the others
        return f"{type(error).__name__}: {error}"
    return module  # type: ignore[no-any-return]


def each() -> Iterator[Importer]:
    """The importers in the order in which they are asked; each is loaded when its turn comes."""
    found = map(_loaded, _MODULES)
    yield from (importer for importer in found if not isinstance(importer, str))


def broken() -> dict[str, str]:
    """The modules of this package that cannot be loaded, with what is wrong with each."""
    found = {name: _loaded(name) for name in _MODULES}
    return {name: wrong for name, wrong in found.items() if isinstance(wrong, str)}


def named(name: str) -> Importer | None:
    """The importer of that name, or None."""
    return next((importer for importer in each() if name == importer.NAME), None)


def available() -> dict[str, Importer]:
    """Every importer by name, in the order in which they are asked."""
    return {importer.NAME: importer for importer in each()}


def claimant(source: Source, is_container: bool = False) -> Importer | None:
    """The importer that a mapping gives the file to, else the first that accepts it.

    A format that is read without a mapping is read as it is with one, too, where the mapping says
    nothing of its columns; whatever else a mapping covers is a table. A file that `is_container`
    is no text: only those that read archives are asked.
    """
    if source.meaning is not None:
        covering = [one for one in _asked(is_container) if getattr(one, "covers", _never)(source)]
        for importer in sorted(covering, key=lambda one: getattr(one, "TABLES", False)):
            return importer
    return next((one for one in _asked(is_container) if one.accepts(source)), None)


def _asked(is_container: bool) -> Iterator[Importer]:
    return (one for one in each() if not is_container or getattr(one, "ARCHIVES", False))


def _never(_: Source) -> bool:
    return False


def has_twins(name: str | None) -> bool:
    """Whether a CSV file beside a JSON file of this format holds the same result."""
    return bool(getattr(named(name or ""), "TWINS", False))


def batch(relation: str, *rows: Mapping[str, object]) -> Batch:
    """A batch of a few rows."""
    return Batch(relation, records.frame(relation, rows))


def refused(row: int | None, reason: str, raw: str = "") -> Batch:
    """A record for the quarantine: what was not understood, where, and why."""
    return refusals([RefusedRow(row, reason, raw)])


def _kept(text: str, most: int) -> str:
    """A text that can be stored, as much of it as is kept."""
    clean = text[:most].encode("utf-8", "replace").decode("utf-8")
    return clean.replace("\0", "\N{SYMBOL FOR NULL}")


def refusals(problems: Sequence[RefusedRow]) -> Batch:
    """Many records for the quarantine at once."""
    rows = {
        "source_row": [problem.row for problem in problems],
        "reason": [_kept(str(problem), 2_000) for problem in problems],
        "raw": [_kept(problem.raw, 100_000) for problem in problems],
    }
    schema = {"source_row": pl.Int64(), "reason": pl.String(), "raw": pl.String()}
    return Batch("quarantine", pl.DataFrame(rows, schema=schema))


def gathered(found: Iterable[Batch | RefusedRow]) -> Iterator[Batch]:
    """The batches as they come, and what is refused among them some hundred rows at a time."""
    problems: list[RefusedRow] = []
    for item in found:
        if isinstance(item, RefusedRow):
            problems.append(item)
            if len(problems) == GATHERED:
                yield refusals(problems)
                problems = []
        else:
            yield item
    if problems:
        yield refusals(problems)


def notice(code: str, message: str, row: int | None = None) -> Batch:
    """A remark for the user that is not a refusal."""
    return batch("notice", {"code": code, "message": message, "source_row": row})
