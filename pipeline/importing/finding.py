"""Which files there are below the paths that were named, and which of them cannot be data."""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from pipeline.errors import UsageError

_PROGRAMS = """
    .py .pyc .pyi .ipynb .r .rmd .jl .js .mjs .ts .tsx .jsx .c .h .cpp .hpp .cu .cc .rs .go .java
    .sh .bash .zsh .ps1 .bat .sql .toml .cfg .ini .lock .mk .cmake .dockerfile .tf .so .o .a .dll
    .dylib .exe .whl .egg .class .jar .wasm .map .css .scss .less .vue .bak .swp .tmp .orig .rej
    .patch .diff
"""
_PROSE = """
    .md .rst .tex .bib .sty .cls .bst .html .htm .xhtml .xml .svg .pdf .ps .eps .png .jpg .jpeg .gif
    .bmp .webp .ico .tif .tiff .mp3 .mp4 .wav .webm .mov .ttf .otf .woff .woff2
"""
_WEIGHTS = """
    .safetensors .bin .pt .pth .ckpt .onnx .gguf .ggml .model .index .idx .faiss .tfevents .wandb
"""
OTHERS = frozenset(f"{_PROGRAMS} {_PROSE} {_WEIGHTS}".split())
"""How files are called that hold no results of evaluations: they are not opened."""

_DATA = ".csv .tsv .json .jsonl .ndjson .log .out .txt .yaml .yml .gz"
LISTED = frozenset(_DATA.split())
"""How a file is called that is listed where no importer knows its format."""

LONGEST_NAME = 4_096
"""The longest path, in bytes, that the system opens."""

TOO_LONG = "its path is longer than the system opens; move it further up"

SPARSE = 64 * 2**20
"""A larger file of which less than a hundredth is written is not read."""


@dataclass
class FilesFound:
    """The files below the given paths, and what could not be entered, with the reason."""

    units: list[list[Path]] = field(default_factory=list)
    roots: list[Path] = field(default_factory=list)  # the folders among the paths
    refused: list[tuple[Path, str]] = field(default_factory=list)
    passed_over: int = 0  # files that are called like programs, prose, pictures or weights

    def files(self) -> Iterator[Path]:
        """The files of all units."""
        return chain.from_iterable(self.units)

    def refuse(self, path: Path, reason: str) -> None:
        """Note what cannot be read."""
        self.refused.append((path, reason))


def find(paths: Sequence[Path], skip: Path | None = None) -> FilesFound:
    """The files to be looked at below `paths`, in stable order; files with one stem form a unit.

    Links are followed only where they stay below the path given; hidden ones and `skip` (the data
    folder) are left out. A file that is named itself is looked at whatever its name.

    Raises:
        UsageError: for a path that does not exist or leads nowhere.
    """
    found = FilesFound()
    stems: dict[Path, set[Path]] = {}
    for given in paths:
        root = _root(given)
        if root.is_dir():
            found.roots.append(root)
        files = _walk(root, skip, found) if root.is_dir() else iter([root])
        for path in files:
            if path != root and path.suffix.lower() in OTHERS:
                found.passed_over += 1
            else:
                stems.setdefault(path.with_suffix("") if path.suffix else path, set()).add(path)
    found.units = [ordered(unit) for unit in stems.values()]
    return found


def size_of(path: Path) -> int:
    """How many bytes a file has; none where it cannot be asked, which is said when it is opened."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _root(given: Path) -> Path:
    try:
        return given.resolve(strict=True)
    except FileNotFoundError:
        raise UsageError(f"There is no file or folder {given}.") from None
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"{given} cannot be opened ({why}).") from None


def ordered(unit: Iterable[Path]) -> list[Path]:
    """The files of a unit, the JSON of a pair first: its CSV twin is only needed where it fails."""
    return sorted(unit, key=lambda path: (path.suffix.lower() != ".json", path))


def _walk(root: Path, skip: Path | None, found: FilesFound) -> Iterator[Path]:
    hidden = skip.resolve() if skip is not None else None

    def closed(error: OSError) -> None:
        found.refuse(Path(error.filename), f"it cannot be read ({error.strerror})")

    files: list[Path] = []
    links: list[Path] = []
    for folder, names, here_files in os.walk(root, onerror=closed):
        here = Path(folder)
        names[:] = sorted(n for n in names if not n.startswith(".") and here / n != hidden)
        inside = {name for name in here_files if not name.startswith(".")}
        for path in (here / name for name in (*names, *sorted(inside))):
            if is_too_long(path):
                found.refuse(path, TOO_LONG)
                names[:] = [name for name in names if name != path.name]
            elif path.is_symlink():
                links.append(path)
            elif path.name in inside:
                files.append(path)
    yield from files
    yield from _led_to(links, set(files), root, found)


def _led_to(
    links: Iterable[Path], known: set[Path], root: Path, found: FilesFound
) -> Iterator[Path]:
    """The links to files of the folder that are not known by their own names."""
    for link in links:
        target = _target(link)
        if isinstance(target, str):
            found.refuse(link, target)
        elif root not in (target, *target.parents):
            found.refuse(
                link, "it is a link that leads out of the folder; copy the file, or name it"
            )
        elif target.is_file() and target not in known:
            yield link


def _target(link: Path) -> Path | str:
    """Where a link leads, or why it leads nowhere."""
    try:
        return link.resolve(strict=True)
    except FileNotFoundError:
        return "it is a link that leads nowhere"
    except (OSError, RuntimeError):
        return "it is a link that leads back to itself"


def is_too_long(path: Path) -> bool:
    """Whether the system cannot open a path, whatever is there."""
    return len(os.fsencode(path)) >= LONGEST_NAME


def no_data(path: Path) -> str | None:
    """Why a path is no file that can be read through, or None. It never waits for a device."""
    if is_too_long(path):
        return TOO_LONG
    try:
        state = path.stat()
    except FileNotFoundError:
        return "it is gone"
    except OSError as error:
        return f"it cannot be read ({error.strerror or error})"
    if not stat.S_ISREG(state.st_mode):
        return f"it is {_kind(state.st_mode)}, not a regular file"
    if state.st_size > SPARSE and state.st_blocks * 512 < state.st_size // 100:
        written = state.st_blocks * 512
        return f"it is sparse: of {state.st_size:,} bytes, {written:,} are written"
    return None


def _kind(mode: int) -> str:
    kinds = (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    return next((told for is_kind, told in kinds if is_kind(mode)), "something else")
