"""Patterns such as `{model}_R{lora_rank}.csv`, and what they find in the names of a path."""

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

DEPTH = 7
"""How many names of a path, the file's own included, a pattern may speak of."""

ANYTHING = re.compile("[^/]*")
FREE = re.compile("[^/]+")
WHOLE = re.compile(r"[0-9]{1,18}")
DECIMAL = re.compile(r"[0-9]{1,9}([.][0-9]{1,9})?")

Readings = list[dict[str, str]]


class _Place(NamedTuple):
    """Where a name of the path may hold any text of a shape; `name` is None for a `*`."""

    name: str | None
    shape: re.Pattern[str]


class PathPattern:
    """A pattern over the last names of a path.

    `{name}` is a placeholder and `*` stands for any characters, both within one name of the
    path; a brace that is meant is written twice. A placeholder that occurs twice stands for the
    same text. `shapes` says what a placeholder may stand for: any text unless given.

    Raises:
        ValueError: saying what is wrong with the pattern.
    """

    def __init__(self, text: str, shapes: Mapping[str, re.Pattern[str]] | None = None) -> None:
        self.text = text
        names = text.split("/")
        if not all(names) or {".", ".."} & set(names):
            raise ValueError("is no relative path downwards, such as folder/{model}.csv")
        if len(names) > DEPTH:
            raise ValueError(f"names more than the file and {DEPTH - 1} folders above it")
        self.parts = [list(_parts(name, shapes or {})) for name in names]
        places = [part.name for parts in self.parts for part in parts if isinstance(part, _Place)]
        self.placeholders = tuple(dict.fromkeys(name for name in places if name))
        self.outline = re.compile("/".join("".join(map(_expression, part)) for part in self.parts))

    def readings(self, path: Sequence[str]) -> Readings:
        """What the placeholders stand for in a path: no way, the only one, or two of several."""
        if not self._has_outline(path):
            return []
        distinct: Readings = []
        for found in _read_all(self.parts, path[-len(self.parts) :], {}):
            if found not in distinct:
                distinct.append(found)
            if len(distinct) == 2:
                break
        return distinct

    def contradicted(self, path: Sequence[str]) -> bool:
        """Whether only a placeholder that would stand for two texts keeps a path from matching."""
        return self._has_outline(path) and not self.readings(path)

    def _has_outline(self, path: Sequence[str]) -> bool:
        return self.outline.fullmatch("/".join(path[-len(self.parts) :])) is not None


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


def _parts(text: str, shapes: Mapping[str, re.Pattern[str]]) -> Iterator[str | _Place]:
    for literal, name in pieces(text):
        first, *others = literal.split("*")
        yield first
        for other in others:
            yield _Place(None, ANYTHING)
            yield other
        if name is not None:
            yield _Place(name, shapes.get(name, FREE))


def _expression(part: str | _Place) -> str:
    return re.escape(part) if isinstance(part, str) else f"(?:{part.shape.pattern})"


def _read_all(
    parts: Sequence[Sequence[str | _Place]], path: Sequence[str], known: dict[str, str]
) -> Iterator[dict[str, str]]:
    """Every way to read the names of a path, each by the parts of its own pattern."""
    if not parts:
        yield known
        return
    for found in _read(parts[0], path[0], known):
        yield from _read_all(parts[1:], path[1:], found)


def _read(
    parts: Sequence[str | _Place], text: str, known: dict[str, str]
) -> Iterator[dict[str, str]]:
    if not parts:
        if not text:
            yield known
        return
    first, rest = parts[0], parts[1:]
    if isinstance(first, str):
        if text.startswith(first):
            yield from _read(rest, text[len(first) :], known)
        return
    for end in range(len(text) + 1):
        taken = text[:end]
        if first.name is None:
            if first.shape.fullmatch(taken):
                yield from _read(rest, text[end:], known)
        elif known.get(first.name, taken) == taken and first.shape.fullmatch(taken):
            yield from _read(rest, text[end:], {**known, first.name: taken})
