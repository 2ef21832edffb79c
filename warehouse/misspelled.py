"""What to write instead of a key, or a word, that a definition file cannot have."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from msgspec import inspect

SHOWN = 40
"""So many keys or words that there are, at most, are listed."""

DEPTH = 6
"""How deep a key is looked for: kinds of values may hold themselves."""

_UNKNOWN = re.compile(r"Object contains unknown field `(.+?)`(?: - at `\$(.*)`)?$", re.DOTALL)
_NO_WORD = re.compile(r"Invalid enum value (.+?)(?: - at `\$(.*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[[^\]]*\]")


def hint(problem: str, shape: Any) -> str:
    """What to add to msgspec's words on a key or a word that there is not; often nothing.

    Args:
        problem: Its words, with the place.
        shape: What the document was to be.
    """
    root = inspect.type_info(shape)
    if found := _UNKNOWN.search(problem):
        key, place = found[1], found[2] or ""
        return _instead(key, list(_structs(_at([root], place))), root)
    if found := _NO_WORD.search(problem):
        words = [word for kind in _at([root], found[2] or "") for word in _words(kind)]
        return f"; {_nearest(found[1].strip(chr(39)), words)}{_there_are(words)}" if words else ""
    return ""


def _instead(key: str, there: Sequence[inspect.StructType], root: inspect.Type) -> str:
    """What stands in the place of a key: one nearly so called, a word, or the same elsewhere."""
    keys = [field.encode_name for one in there for field in one.fields]
    if not keys:
        return ""
    told = _nearest(key, keys)
    if not told:
        within = (place for one in there for place in _places(one, key))
        place = next(within, None) or next(_places(root, key), None)
        told = f"{place}; " if place else ""
    return f"; {told}{_there_are(keys)}"


def _nearest(text: str, known: Sequence[str]) -> str:
    near = get_close_matches(text, known, 1, 0.7)
    return f"is it `{near[0]}`? " if near else ""


def _there_are(known: Sequence[str]) -> str:
    several = list(dict.fromkeys(known))
    more = ", …" if len(several) > SHOWN else ""
    return f"there are {', '.join(several[:SHOWN])}{more}"


def _at(kinds: Sequence[inspect.Type], place: str) -> list[inspect.Type]:
    """The types that can stand at a place such as `.files[0].join`."""
    for step in _STEP.finditer(place):
        every = [one for kind in kinds for one in _single(kind)]
        if step[1] is None:
            kinds = [one for kind in every for one in _items(kind)]
        else:
            kinds = [f.type for one in _structs(every) for f in one.fields
                     if f.encode_name == step[1]]  # fmt: skip
    return [one for kind in kinds for one in _single(kind)]


def _places(kind: inspect.Type, key: str) -> Iterator[str]:
    """Where a key can stand, or the word that it is (`is: at least`); the nearest places first."""
    every = [(kind, "")]
    for _ in range(DEPTH):
        below: list[tuple[inspect.Type, str]] = []
        for one, place in ((one, place) for kind, place in every for one in _single(kind)):
            under = f" under `{place}`" if place else ""
            for field in one.fields if isinstance(one, inspect.StructType) else ():
                if field.encode_name == key:
                    yield f"`{key}` stands{under or ' at the top'}"
                elif any(key in _words(value) for value in _single(field.type)):
                    yield f"`{field.encode_name}: {key}` says so{under}"
                below.append((field.type, f"{place}.{field.encode_name}".strip(".")))
            below += [(item, f"{place}.…".strip(".")) for item in _items(one)]
        every = below


def _single(kind: inspect.Type) -> Iterator[inspect.Type]:
    """The types that a value can have, each of a union by itself."""
    if isinstance(kind, inspect.Metadata):
        yield from _single(kind.type)
    elif isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from _single(one)
    else:
        yield kind


def _structs(kinds: Sequence[inspect.Type]) -> Iterator[inspect.StructType]:
    return (kind for kind in kinds if isinstance(kind, inspect.StructType))


def _items(kind: inspect.Type) -> list[inspect.Type]:
    """What the items of a list, or the values of a mapping, can be."""
    if isinstance(kind, inspect.DictType):
        return [kind.value_type]
    if isinstance(kind, inspect.ListType | inspect.VarTupleType):
        return [kind.item_type]
    return list(kind.item_types) if isinstance(kind, inspect.TupleType) else []


def _words(kind: inspect.Type) -> list[str]:
    return [str(word) for word in kind.values] if isinstance(kind, inspect.LiteralType) else []
