"""From the records of a file to samples: keys that lead to them, columns, lists within."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from pipeline.errors import RefusedFile
from pipeline.foreign.spec import POSITION, Shape
from pipeline.maps import pathpatterns

MOST = 4_000_000
"""How many records one document, and how many samples one record, may unfold to."""

DEEPEST = 3
"""How many objects within each other a record is looked into."""

Record = dict[str, Any]


def unfolded(document: Any, shape: Shape) -> Iterator[Record]:
    """The records of a JSON document, by the ways that lead to them.

    Raises:
        RefusedFile: where none does, or there are too many.
    """
    count = 0
    for way in shape.ways or ("",):
        for value, told in walked(document, way.split("/") if way else (), {}):
            for record in _records(value, told, shape):
                count += 1
                if count > MOST:
                    raise RefusedFile(f"it unfolds to more than {MOST:,} records")
                yield record
    if not count:
        ways = " or ".join(shape.ways) or "its top"
        raise RefusedFile(f"no records stand at {ways}; `at` in its mapping says where they are")


def walked(value: Any, keys: Sequence[str], told: Record) -> Iterator[tuple[Any, Record]]:
    """What stands behind the keys, with what the placeholders among them stand for."""
    if not keys:
        yield value, told
        return
    first, *rest = keys
    parts = pathpatterns.pieces(first)
    name = parts[0][1] if len(parts) == 1 and not parts[0][0] else None
    inside: Iterator[tuple[Any, Any]]
    if isinstance(value, dict):
        inside = iter(value.items())
    elif isinstance(value, list):
        inside = enumerate(value)
    else:
        return
    for key, item in inside:
        if name is not None:
            yield from walked(item, rest, told | {name: key})
        elif first in ("*", str(key)):
            yield from walked(item, rest, told)


def _records(value: Any, told: Record, shape: Shape) -> Iterator[Record]:
    if shape.form == "columns":
        yield from (told | record for record in turned(value))
    elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
        for place, item in enumerate(value):
            yield {POSITION: place} | told | item
    elif isinstance(value, dict):
        yield told | value
    else:
        yield told | {"value": value}


def turned(value: Any) -> Iterator[Record]:
    """Records of columns, each an object with a value by row, or a list.

    So of a table: the names of its `columns`, and its rows as lists, which are its `data` (what
    pandas calls `split`, and Weights & Biases writes).

    Raises:
        RefusedFile: where the value is something else.
    """
    if is_split(value):
        for place, row in enumerate(value["data"]):
            yield {POSITION: place} | dict(zip(value["columns"], row, strict=True))
        return
    if not isinstance(value, dict) or not all(isinstance(v, dict | list) for v in value.values()):
        raise RefusedFile("it does not hold columns, each with its values by row")
    columns: dict[str, dict[str, Any]] = {
        name: v if isinstance(v, dict) else {str(row): item for row, item in enumerate(v)}
        for name, v in value.items()
    }
    rows = dict.fromkeys(row for column in columns.values() for row in column)
    for place, row in enumerate(rows):
        yield {POSITION: place} | {name: column.get(row) for name, column in columns.items()}


def is_split(value: Any) -> bool:
    """Whether a value is a table: the names of its columns, and rows with a cell for each."""
    if not isinstance(value, dict):
        return False
    names, rows = value.get("columns"), value.get("data")
    if not isinstance(names, list) or not isinstance(rows, list) or not names:
        return False
    are_names = all(isinstance(name, str) for name in names) and len({*names}) == len(names)
    return are_names and all(isinstance(row, list) and len(row) == len(names) for row in rows)


def exploded(record: Record, lists: Sequence[str]) -> list[Record] | str:
    """A record a sample, each with its item of the lists; or what is wrong with the lists.

    One that has a placeholder is a column for each of several samples: `{model}_answer`.
    """
    if named := [name for name in lists if "{" in name]:
        rest = [name for name in lists if name not in named]
        return _apart(record, named, rest)
    if not lists:
        return [record]
    columns: dict[str, list[Any]] = {}
    for name in lists:
        value = at(record, name)
        if not isinstance(value, list):
            return f"its {name} is no list"
        columns[name] = value
    lengths = {len(value) for value in columns.values()}
    if len(lengths) > 1:
        told = ", ".join(f"{name} has {len(value):,}" for name, value in columns.items())
        return f"its lists are of different lengths: {told}"
    (length,) = lengths
    if length > MOST:
        return f"its lists have more than {MOST:,} items"
    return [
        {POSITION: place} | record | {name: value[place] for name, value in columns.items()}
        for place in range(length)
    ]


def _apart(record: Record, named: Sequence[str], rest: Sequence[str]) -> list[Record] | str:
    """A record for all that the names of its columns say of a sample, as the patterns read them."""
    ways = {pattern: around(pattern) for pattern in named}
    held: dict[tuple[str, str], Record] = {}
    others: Record = {}
    for name, within in record.items():
        every = dict(leaves({name: within}))
        unread = dict(every)
        for column, value in every.items():
            for pattern, (before, word, after) in ways.items():
                told = column[len(before) : len(column) - len(after)]
                if told and column == f"{before}{told}{after}":
                    held.setdefault((word, told), {})[pattern] = value
                    unread.pop(column, None)
        others |= {name: within} if unread == every else unread
    if not held:
        return f"it has no column that reads as {' or '.join(named)}"
    found: list[Record] = []
    for (word, told), columns in held.items():
        several = exploded(others | {word: told} | columns, rest)
        if isinstance(several, str):
            return several
        found += several
    return found


@cache
def around(pattern: str) -> tuple[str, str, str]:
    """The one placeholder of a name of columns, with what stands before and after it.

    Raises:
        ValueError: saying what it has instead.
    """
    found = pathpatterns.pieces(pattern)
    words = [word for _, word in found if word]
    before, after = found[0][0], "".join(text for text, _ in found[1:])
    if len(words) != 1:
        raise ValueError(f"has {len(words)} placeholders, not one")
    if not before + after:
        raise ValueError("is a placeholder alone, which reads every column")
    return before, words[0], after


def leaves(record: Record, above: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a record, those within it by the way that leads to them: `answers.tern`."""
    for name, value in record.items():
        if isinstance(value, dict) and above.count(".") < DEEPEST:
            yield from leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def at(record: Record, name: str) -> Any:
    """The value of a column, or of what its name leads to: `scores.misalignment`, `choices.0`."""
    if name in record:
        return record[name]
    value: Any = record
    for key in name.split("."):
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and len(key) < 9:
            value = value[int(key)] if int(key) < len(value) else None
        else:
            return None
    return value
