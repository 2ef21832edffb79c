"""From the paths of files that are alike to one pattern, and what its parts seem to be."""

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from pipeline.drafting.pathwords import part
from pipeline.maps.meanings import SHAPES
from pipeline.maps.pathpatterns import DEPTH, PathPattern, TooManyWays, literal, spelled

_CUTS = re.compile(r"(_+|--+|@)")
_FINER = re.compile(r"([_\-])")
"""Where names are cut: models and datasets have hyphens of their own."""

_NUMBERED = re.compile(r"([A-Za-z]+)[0-9]+")

SHOWN = 4


class PathPart(NamedTuple):
    """A part of the paths that differs: its name in the pattern and the texts it has."""

    name: str
    values: tuple[str, ...]
    is_dimension: bool

    @property
    def told(self) -> str:
        """Some of its values."""
        more = ", …" if len(self.values) > SHOWN else ""
        return ", ".join(self.values[:SHOWN]) + more


def pattern(
    root: Path, paths: Sequence[Path], *, whole: bool = False, has_model: bool = False
) -> tuple[str, list[PathPart]]:
    """A pattern that reads all of the paths, and its places: of their ends, or from the root on.

    Where columns say the model (`has_model`), no place is taken for one.
    """
    parts = [path.relative_to(root).parts or (path.name,) for path in paths]
    parts = [own if len(own) > 1 or root.is_file() else (root.name, *own) for own in parts]
    depth = min(len(own) for own in parts)
    levels = [sorted({own[level - depth] for own in parts}) for level in range(depth)]
    first = next((n for n, names in enumerate(levels) if len(names) > 1), depth - 1)
    written: list[str] = []
    places: list[PathPart] = []
    begin = 0 if whole else max(0, min(first - 1, depth - 2))
    for names in levels[begin:][-DEPTH:]:
        written.append(_level(names, places))
    if has_model and any(place.name == "model" for place in places):
        free = next(f"part{n}" for n in range(1, 99) if f"part{n}" not in {p.name for p in places})
        renamed = [place._replace(name=free, is_dimension=False) if place.name == "model" else place
                   for place in places]  # fmt: skip
        return "/".join(written).replace("{model}", f"{{{free}}}"), renamed
    return "/".join(written), places


def of_members(names: Sequence[str], taken: Collection[str]) -> tuple[str, list[PathPart]]:
    """A pattern that reads members of an archive, and its places under names that are free."""
    above = Path("archive")
    written, places = pattern(above, [above / name for name in names], whole=True)
    for number, place in enumerate(places):
        if place.name in taken:
            free = next(f"member{n}" for n in range(1, 99) if f"member{n}" not in taken)
            written = written.replace(f"{{{place.name}}}", f"{{{free}}}")
            places[number] = place._replace(name=free, is_dimension=False)
    return written.removeprefix("archive/"), places


def model_in(pattern: str) -> str | None:
    """The model that what all paths share names, as far as one can tell."""
    shared = re.split(r"/|_+|--+|@|\{\w+\}|\*", pattern.removesuffix(Path(pattern).suffix))
    return next((text for text in shared if text and part((text,), "") == "model"), None)


class PatternFiles(NamedTuple):
    """A pattern, its places, and the files that it is to read."""

    pattern: str
    places: Sequence[PathPart]
    paths: Sequence[Path]


def bounds(every: Sequence[PatternFiles], rest: Sequence[Path]) -> list[tuple[PathPart, ...]]:
    """Of each pattern the fewest places that stand for their own texts alone, if any must.

    With them it reads none of the `rest`, nor a file of another, but for one whose pattern is a
    special case of it, which counts then. One that is bounded has no special cases.
    """
    found: list[tuple[PathPart, ...]] = []
    for one in every:
        reader = _reader(one.pattern)
        others = [other for other in every if other is not one]
        same = [other for other in others if not _is_special(other, reader)]
        theirs = [[path for other in some for path in other.paths] for some in (same, others)]
        found.append(_bounded(one, [*rest, *theirs[0]]) and _bounded(one, [*rest, *theirs[1]]))
    return found


def _is_special(one: PatternFiles, of: PathPattern | None) -> bool:
    own = _reader(one.pattern)
    return own is not None and of is not None and own.is_special_case_of(of)


def _bounded(one: PatternFiles, strangers: Sequence[Path]) -> tuple[PathPart, ...]:
    """The fewest places of a pattern with whose texts alone it reads none of the strangers."""
    for count in range(len(one.places)):
        for some in combinations(one.places, count):
            if not reads_any(one.pattern, strangers, some):
                return some
    return tuple(one.places)


def reads_any(pattern: str, paths: Iterable[Path], listed: Sequence[PathPart] = ()) -> bool:
    """Whether a pattern reads one of the paths, in one way or several.

    The places that are `listed` stand for their own texts alone.
    """
    reader = _reader(pattern, listed)
    try:
        return reader is not None and any(reader.readings(spelled(path)) for path in paths)
    except TooManyWays:
        return True


def _reader(pattern: str, listed: Sequence[PathPart] = ()) -> PathPattern | None:
    """A pattern; None where it is none that can be read, which is told where the draft is tried."""
    try:
        return PathPattern(pattern, {**SHAPES, **{p.name: frozenset(p.values) for p in listed}})
    except ValueError:
        return None


def _level(names: Sequence[str], places: list[PathPart]) -> str:
    """One name of the paths: what all share, and a place for what differs."""
    if len(names) == 1:
        return literal(names[0])
    stem, ending = names[0], ""
    if "." in names[0] and len({name.rpartition(".")[2] for name in names}) == 1:
        ending = "." + names[0].rpartition(".")[2]
    bare = [name.removesuffix(ending) for name in names]
    cuts = _CUTS if any(_CUTS.search(name) for name in bare) else _FINER
    cut = [cuts.split(name) for name in bare]
    stem = ""
    if len({len(tokens) for tokens in cut}) == 1:
        for column in zip(*cut, strict=True):
            texts = sorted(set(column))
            stem += literal(texts[0]) if len(texts) == 1 else _place(texts, stem, places)
        if len(re.findall(r"\{\w+\}", stem)) <= 3:
            return stem + literal(ending)
        del places[-len(re.findall(r"\{\w+\}", stem)) :]
    begin, end = _shared(bare), _shared([name[::-1] for name in bare])[::-1]
    if any(len(begin) + len(end) >= len(name) for name in bare):
        end = ""
    begin = "" if any(len(begin) >= len(name) for name in bare) else begin
    texts = sorted({name[len(begin) : len(name) - len(end) or None] for name in bare})
    return literal(begin) + _place(texts, begin, places) + literal(end) + literal(ending)


def _place(texts: Sequence[str], before: str, places: list[PathPart]) -> str:
    label = re.split(r"[{}]", before)[-1]
    numbered = [_NUMBERED.fullmatch(text) for text in texts]
    begins = {match[1] for match in numbered if match}
    if all(numbered) and len(begins) == 1 and (begin := begins.pop()):
        rest = [text.removeprefix(begin) for text in texts]
        return literal(begin) + _place(rest, label + begin, places)
    guessed = part(texts, label)
    names = {place.name for place in places}
    if guessed in names:
        guessed = None
    name = guessed or next(f"part{n}" for n in range(1, 99) if f"part{n}" not in names)
    places.append(PathPart(name, tuple(texts), guessed is not None))
    return f"{{{name}}}"


def _shared(names: Sequence[str]) -> str:
    """What all names begin with, up to a place where names are cut."""
    first, last = min(names), max(names)
    at = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    cut = max((match.end() for match in _FINER.finditer(first[:at])), default=0)
    return first[:cut]
