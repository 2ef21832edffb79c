"""One module a foreign format: each reads its files and yields records in our words.

An importer module has

    NAME      what `--as` takes
    TITLE     what people call the format
    VERSION   raised when its output changes, so that files are read again
    accepts(source) -> bool                 by looking at the file, never at its name alone
    read(source) -> Iterator[Batch]         frames of warehouse.records relations

The package is scanned: adding a format is adding a file.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol

import polars as pl

from pipeline.mapping import Meaning
from pipeline.pathpatterns import DEPTH
from warehouse import records


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
    head: bytes = field(repr=False)  # the first 64 KiB
    meaning: Meaning | None = None  # what a mapping says of its path

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the folders above the file, outermost first."""
        return self.path.parent.parts

    @property
    def identity(self) -> str:
        """What the path means to an importer."""
        return identity(self.path, self.meaning)


def place(path: Path) -> str:
    """The part of a path that importers look at: the file and the six folders above it."""
    return "/".join(path.parts[-DEPTH:])


def identity(path: Path, meaning: Meaning | None) -> str:
    """What a path means to an importer: its names, and what a mapping says of them."""
    return place(path) if meaning is None else f"{place(path)}\n{meaning.signature}"


class Importer(Protocol):
    """What every module of this package offers."""

    NAME: str
    TITLE: str
    VERSION: int

    def accepts(self, source: Source) -> bool:
        """Whether the file looks like this format."""
        ...

    def read(self, source: Source) -> Iterator[Batch]:
        """The file's records; raises RefusedFile where nothing of it is understood."""
        ...


_MODULES = tuple(f"{__name__}.{info.name}" for info in pkgutil.iter_modules(__path__))


def each() -> Iterator[Importer]:
    """The importers in the order in which they are asked; each is loaded when its turn comes."""
    yield from map(importlib.import_module, _MODULES)


def named(name: str) -> Importer | None:
    """The importer of that name, or None."""
    return next((importer for importer in each() if name == importer.NAME), None)


@cache
def available() -> dict[str, Importer]:
    """Every importer by name, in the order in which they are asked."""
    return {importer.NAME: importer for importer in each()}


def batch(relation: str, *rows: dict[str, object]) -> Batch:
    """A batch of a few rows."""
    return Batch(relation, records.frame(relation, rows))


def refused(row: int | None, reason: str, raw: str = "") -> Batch:
    """A record for the quarantine: what was not understood, where, and why."""
    kept = raw[:100_000].encode("utf-8", "replace").decode("utf-8")
    kept = kept.replace("\0", "\N{SYMBOL FOR NULL}")
    return batch("quarantine", {"source_row": row, "reason": reason, "raw": kept})


def notice(code: str, message: str, row: int | None = None) -> Batch:
    """A remark for the user that is not a refusal."""
    return batch("notice", {"code": code, "message": message, "source_row": row})
