"""Where the files lie that belong to another one, never outside of what its pattern names."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from pipeline.errors import RefusedFile
from pipeline.foreign.spec import Companion, Join
from pipeline.maps import pathpatterns
from warehouse import datafolder

MOST_FILES = 100
"""How many files one join may find."""

MOST_NAMES = 10_000
"""How many names of folders are looked through for them."""


def found(path: Path, depth: int, joins: Sequence[Join], words: dict[str, str]) -> list[Companion]:
    """The files that the joins of an entry find for a file; never outside of its own folder tree.

    `depth` says how many names of the path the entry's pattern has: what is above is the base.
    """
    if len(path.parts) <= depth:
        return []
    base = Path(*path.parts[:-depth])
    companions: list[Companion] = []
    for number, join in enumerate(joins):
        for file, judge in _files(base, join, words):
            if file != path:
                told = str(file.relative_to(base))
                companions.append(Companion(number, told, _sha256(file), join.judge or judge))
    return companions


ITSELF = "."
"""What a file is called that says beside its own records what holds for all of them."""


def filled(template: str, words: Mapping[str, str]) -> str:
    """A template with the words that are known; the other placeholders stay."""
    parts = []
    for literal, name in pathpatterns.pieces(template):
        parts.append(pathpatterns.literal(literal))
        if name is not None:
            known = pathpatterns.literal(words[name]) if name in words else f"{{{name}}}"
            parts.append(known)
    return "".join(parts)


def _files(base: Path, join: Join, words: dict[str, str]) -> Iterator[tuple[Path, str | None]]:
    """The files of one join below the base, each with the judge that its name tells."""
    text = filled(join.path, words)
    judge = any(name is not None for _, name in pathpatterns.pieces(text))
    if not judge and "*" not in text:
        path = base / text.replace("{{", "{").replace("}}", "}")
        yield from ((path, None),) if _is_inside(path, base) else ()
        return
    pattern = pathpatterns.PathPattern(text)
    places = [base]
    for part in text.split("/"):
        below = (child for place in places for child in _children(place, part))
        places = [path for path, _ in zip(below, range(MOST_NAMES), strict=False)]
    count = 0
    for path in places:
        for way in pattern.readings(pathpatterns.spelled(path))[:1]:
            if _is_inside(path, base):
                count += 1
                if count > MOST_FILES:
                    raise RefusedFile(f"`join` finds more than {MOST_FILES} files at {join.path}")
                yield path, way.get("judge")


def _children(place: Path, part: str) -> Iterator[Path]:
    if "{" not in part and "*" not in part:
        yield place / part
    elif place.is_dir():
        yield from sorted(child for child in place.iterdir() if not child.name.startswith("."))


def _is_inside(path: Path, base: Path) -> bool:
    try:
        is_there = path.is_file() and base.resolve() in path.resolve().parents
        return is_there and datafolder.is_within(path)
    except (OSError, RuntimeError):
        return False


def near(path: Path, depth: int, name: str) -> Path | None:
    """The file of that name beside a file, or in a folder above that its pattern speaks of."""
    for above in range(min(depth, len(path.parts) - 1)):
        beside = path.parents[above] / name
        if _is_inside(beside, path.parents[above]):
            return beside
    return None


def _sha256(path: Path) -> str:
    state = path.stat()
    return _hashed(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=10_000)
def _hashed(path: Path, _size: int, _time: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def near_by(path: Path, depth: int, files: dict[str, str]) -> dict[str, str]:
    """The hashes of the files that are near, by their names in the map."""
    places = {name: near(path, depth, told) for name, told in files.items()}
    return {name: _sha256(place) for name, place in places.items() if place is not None}
