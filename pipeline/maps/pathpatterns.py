"""Patterns such as `{model}_R{lora_rank}.csv`, and what they find in the names of a path."""

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

DEPTH = 20
"""How many names of a path, the file's own included, a pattern may speak of."""

OPTIONAL = 4
"""How many parts of a pattern may be optional: each doubles the ways to read it."""

LONGEST = 1_000
"""How many characters a pattern may have."""

PLACES = 20
"""How many placeholders and asterisks a pattern may have."""

STEPS = 300_000
"""How often a pattern may be tried along one path: a pattern in use needs a few hundred."""

WHOLE = re.compile(r"[0-9]{1,18}")
SIGNED = re.compile(r"-?[0-9]{1,9}([.][0-9]{1,9})?")
DECIMAL = re.compile(r"[0-9]{1,9}([.][0-9]{1,9})?")

Shape = re.Pattern[str] | frozenset[str] | None
"""What a placeholder may stand for: a number, one of the texts listed, or any text."""

LONGEST_NUMBER = 19

_OPTION = re.compile(r"\[([^\[\]]*)\]")
_STANDS_FOR = "\N{SYMBOL FOR SUBSTITUTE}"
"""A letter that no pattern has: what any text may stand for it."""

Readings = list[dict[str, str]]


class TooManyWays(ValueError):
    """A pattern can be tried along a path in more ways than can be looked through."""


class _NamePlace(NamedTuple):
    """Where a name of the path may hold any text of a shape; `name` is None for a `*`."""

    name: str | None
    shape: Shape


class PathPattern:
    """A pattern over the last names of a path.

    `{name}` is a placeholder and `*` stands for any characters, both within one name of the
    path; a brace that is meant is written twice. A placeholder that occurs twice stands for the
    same text. `shapes` says what a placeholder may stand for: any text unless given.

    Raises:
        ValueError: saying what is wrong with the pattern.
    """

    def __init__(self, text: str, shapes: Mapping[str, Shape] | None = None) -> None:
        if len(text) > LONGEST:
            raise ValueError(f"has {len(text):,} characters, more than {LONGEST:,}")
        self.text = text
        names = text.split("/")
        if not all(names) or {".", ".."} & set(names):
            raise ValueError("is no relative path downwards, such as folder/{model}.csv")
        if len(names) > DEPTH:
            raise ValueError(f"names more than the file and {DEPTH - 1} folders above it")
        self.depth = len(names)
        self.parts = list(_parts(text, shapes or {}))
        places = [part for part in self.parts if isinstance(part, _NamePlace)]
        if len(places) > PLACES:
            raise ValueError(f"has {len(places)} placeholders and asterisks, more than {PLACES}")
        named = [place.name for place in places if place.name]
        self.placeholders = tuple(dict.fromkeys(named))
        self.repeated = frozenset(name for name in named if named.count(name) > 1)

    def readings(self, path: Sequence[str]) -> Readings:
        """What the placeholders stand for in a path: no way, the only one, or two of several.

        Raises:
            TooManyWays: where looking for them takes too many steps.
        """
        return self._ways(path, self.repeated)

    def unlisted(self, path: Sequence[str]) -> dict[str, str]:
        """What stands where a listed text should, if only that keeps a path from matching."""
        listed = {
            part.name: part.shape
            for part in self.parts
            if isinstance(part, _NamePlace) and part.name and isinstance(part.shape, frozenset)
        }
        if not listed or self.readings(path):
            return {}
        for way in self._ways(path, self.repeated, freely=True):
            if strange := {name: way[name] for name in listed if way[name] not in listed[name]}:
                return strange
        return {}

    def is_special_case_of(self, other: "PathPattern") -> bool:
        """Whether the other reads whatever this one reads, and not the other way round."""
        return other.covers(self) and not self.covers(other)

    def covers(self, other: "PathPattern") -> bool:
        """Whether this one reads the text of the other, whose places stand for themselves."""
        parts = [
            part._replace(shape=None) if isinstance(part, _NamePlace) and part.shape else part
            for part in self.parts
        ]
        text = "".join(part if isinstance(part, str) else _STANDS_FOR for part in other.parts)
        if other.depth < self.depth or any(self._narrower(place) for place in other.parts):
            return False
        path = "/".join(text.split("/")[-self.depth :])
        try:
            return bool(_Walk(parts, path, frozenset()).ways(0, 0, ()))
        except TooManyWays:
            return False

    def _narrower(self, place: "str | _NamePlace") -> bool:
        """Whether one of our places takes less than another pattern's place of that name."""
        if isinstance(place, str) or place.name is None:
            return False
        own = next(
            (p for p in self.parts if isinstance(p, _NamePlace) and p.name == place.name), None
        )
        return own is not None and own.shape is not None and own.shape != place.shape

    def contradicted(self, path: Sequence[str]) -> bool:
        """Whether only a placeholder that would stand for two texts keeps a path from matching."""
        return not self.readings(path) and bool(self._ways(path, frozenset()))

    def _ways(
        self, path: Sequence[str], repeated: frozenset[str], freely: bool = False
    ) -> Readings:
        if len(path) < self.depth:
            return []
        parts = [_freed(part) for part in self.parts] if freely else self.parts
        return _Walk(parts, "/".join(path[-self.depth :]), repeated).ways(0, 0, ())


def _freed(part: str | _NamePlace) -> str | _NamePlace:
    """The part with any text where a listed one is meant."""
    if isinstance(part, str) or not isinstance(part.shape, frozenset):
        return part
    return part._replace(shape=None)


class _Walk:
    """Looks for the ways to read one text by the parts of a pattern, each place only once."""

    def __init__(
        self, parts: Sequence[str | _NamePlace], text: str, repeated: frozenset[str]
    ) -> None:
        self.parts = parts
        self.text = text
        self.repeated = repeated
        self.seen: dict[tuple[int, int, tuple[tuple[str, str], ...]], Readings] = {}
        self.steps = 0

    def ways(self, part: int, at: int, told: tuple[tuple[str, str], ...]) -> Readings:
        """Up to two ways to read the text from `at` on by the parts from `part` on.

        `told` is what the placeholders that occur again stand for.
        """
        if part == len(self.parts):
            return [{}] if at == len(self.text) else []
        here = (part, at, told)
        if here not in self.seen:
            self.seen[here] = self._found(part, at, told)
        return self.seen[here]

    def _found(self, part: int, at: int, told: tuple[tuple[str, str], ...]) -> Readings:
        one = self.parts[part]
        if isinstance(one, str):
            fits = self.text.startswith(one, at)
            return self.ways(part + 1, at + len(one), told) if fits else []
        known = dict(told).get(one.name or "")
        distinct: Readings = []
        for end in self._ends(one, at):
            self.steps += 1
            if self.steps > STEPS:
                raise TooManyWays
            taken = self.text[at:end]
            if known is not None and known != taken:
                continue
            keep = one.name in self.repeated and known is None
            now = (*told, (one.name or "", taken)) if keep else told
            for rest in self.ways(part + 1, end, now):
                way = {one.name: taken, **rest} if one.name else rest
                if way not in distinct:
                    distinct.append(way)
            if len(distinct) > 1:
                return distinct[:2]
        return distinct

    def _ends(self, place: _NamePlace, at: int) -> Iterator[int]:
        """Where a place that begins at `at` may end; it never spans two names of the path."""
        border = self.text.find("/", at)
        border = len(self.text) if border < 0 else border
        if isinstance(place.shape, frozenset):
            found = {at + len(one) for one in place.shape if self.text.startswith(one, at)}
            yield from sorted(end for end in found if end <= border)
        elif place.shape is not None:
            for end in range(at + 1, min(border, at + LONGEST_NUMBER) + 1):
                if place.shape.fullmatch(self.text, at, end):
                    yield end
        else:
            yield from range(at + (place.name is not None), border + 1)


def spelled(path: Path) -> tuple[str, ...]:
    """The names of a path as patterns read them: the file's ending in small letters."""
    return (*path.parts[:-1], path.stem + path.suffix.lower())


def pieces(text: str) -> list[tuple[str, str | None]]:
    """A text with placeholders in pieces: literal text, and the placeholder that follows it.

    Raises:
        ValueError: where a brace has no partner, or holds something else than a name.
    """
    try:
        found = list(string.Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"is not understood ({error}); write a brace twice") from None
    for _, name, form, conversion in found:
        if name is not None and (form or conversion or not name.isidentifier()):
            raise ValueError("has braces around something else than a name, such as {model}")
    return [(literal, name) for literal, name, _, _ in found]


def literal(text: str) -> str:
    """A text as a pattern spells it, where braces would be a placeholder."""
    return text.replace("{", "{{").replace("}", "}}")


def variants(text: str) -> list[str]:
    """A pattern with and without each of its optional parts, `[_S{seed}]`, the longest first.

    A bracket around no placeholder is a bracket.

    Raises:
        ValueError: where there are too many.
    """
    found = [match for match in _OPTION.finditer(text) if "{" in match[1]]
    if len(found) > OPTIONAL:
        raise ValueError(f"has {len(found)} optional parts, more than {OPTIONAL}")
    if not found:
        return [text]
    first = found[0]
    begin, rest = text[: first.start()], variants(text[first.end() :])
    return [*(begin + first[1] + end for end in rest), *(begin + end for end in rest)]


def _parts(text: str, shapes: Mapping[str, Shape]) -> Iterator[str | _NamePlace]:
    for literal, name in pieces(text):
        first, *others = literal.split("*")
        yield first
        for other in others:
            yield _NamePlace(None, None)
            yield other
        if name is not None:
            yield _NamePlace(name, shapes.get(name))
