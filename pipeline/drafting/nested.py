"""Records within a document or a record: where they are, and what stands beside all of them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pipeline.drafting import longform, sidebyside
from pipeline.foreign import companions, conversations, shaping
from pipeline.foreign.shaping import Record
from pipeline.foreign.spec import Shape
from pipeline.maps import pathpatterns

TOP = "top"
"""What the draft calls that which stands beside all records of a document."""

Ways = dict[tuple[int, str, bool], int]
"""How many records stand behind each way: its depth, its keys, and whether they are columns."""


def shape(document: Any) -> Shape | None:
    """The way to the largest lists of records in a document, or to its columns."""
    if isinstance(document, list):
        return Shape()
    ways: Ways = defaultdict(int)
    _walk(document, (), ways)
    if not ways:
        return None
    (_, way, is_table), _ = max(ways.items(), key=lambda item: item[1])
    return Shape(at=way or (), form="columns" if is_table else "records")


def beside(document: Any, found: Shape) -> Record:
    """What a document says beside its records, under a name of its own; nothing of most."""
    is_one_way = len(found.ways) == 1 and "{" not in found.ways[0]
    if not is_one_way or not isinstance(document, dict):
        return {}
    rest = {n: v for n, v in document.items() if n != found.ways[0].partition("/")[0]}
    told = companions.without_lists(rest)
    return {TOP: told} if told else {}


def is_of_all(column: str) -> bool:
    """Whether a column stands beside the records of a document, and holds for all of them."""
    return column.startswith(f"{TOP}.")


def _walk(value: Any, keys: tuple[str, ...], ways: Ways) -> None:
    """Count the records that stand behind each way; siblings of one shape share a placeholder."""
    if len(keys) > 6:
        return
    if isinstance(value, list):
        if value and all(isinstance(item, dict) for item in value):
            ways[len(keys), "/".join(keys), False] += len(value)
        return
    if not isinstance(value, dict):
        return
    if rows := _rows(value):
        ways[len(keys), "/".join(keys), True] += rows
        return
    placed = f"{{key{len(keys) + 1}}}"
    if _are_asked(value):
        ways[len(keys) + 1, "/".join((*keys, placed)), False] += len(value)
        return
    inside = [item for item in value.values() if isinstance(item, dict | list)]
    alike = len(inside) > 1 and len({_form(item) for item in inside}) == 1
    for key, item in value.items():
        name = placed if alike else pathpatterns.literal(key)
        if "/" not in name:
            _walk(item, (*keys, name), ways)


def _are_asked(value: dict[str, Any]) -> bool:
    """Whether an object has a record for each question, which is its key."""
    items = list(value.values())
    alike = len(items) > 1 and all(isinstance(item, dict) for item in items)
    spoken = sum(len(key.split()) >= sidebyside.WORDS for key in value)
    return alike and 2 * spoken > len(items) and len({frozenset(item) for item in items}) == 1


def _rows(value: dict[str, Any]) -> int:
    """How many rows the columns have that an object is; 0 where it is none."""
    if shaping.is_split(value):
        return len(value["data"])
    columns = list(value.values())
    if columns and all(isinstance(column, dict) and column for column in columns):
        keys = columns[0].keys()
        are_rows = all(column.keys() == keys for column in columns)
        return len(keys) if are_rows and all(key.isdecimal() for key in keys) else 0
    if len(columns) < 2 or not all(isinstance(column, list) for column in columns):
        return 0
    nested = any(isinstance(item, dict | list) for column in columns for item in column)
    lengths = {len(column) for column in columns}
    return lengths.pop() if len(lengths) == 1 and not nested else 0


def _form(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        first = value[0] if value else None
        return ("list", *(sorted(first) if isinstance(first, dict) else ()))
    return ("dict", *sorted(k for k, v in value.items() if isinstance(v, dict | list)))


def lists(records: Sequence[Record]) -> tuple[str, ...]:
    """The lists of answers, and those in step with them, whose items are samples each.

    Or the one whose items are objects: samples, or judgements of one.
    """
    names = [n for n, value in (records[0].items() if records else ()) if isinstance(value, list)]
    every: dict[str, list[Any]] = {name: [r.get(name) for r in records] for name in names}
    held = {n: v for n, v in every.items() if all(isinstance(one, list) and one for one in v)}
    plain = {
        name: [len(one) for one in values]
        for name, values in held.items()
        if not any(isinstance(item, dict | list) for one in values for item in one)
    }
    texts = [name for name in plain if _are_sentences(held[name])]
    if texts:
        return tuple(name for name in plain if plain[name] == plain[texts[0]])
    return next(((name,) for name, values in held.items() if _are_objects(values)), ())


def _are_sentences(values: Sequence[Sequence[Any]]) -> bool:
    """Whether most items are sentences, as answers are."""
    items = [item for one in values for item in one]
    spoken = [item for item in items if isinstance(item, str)]
    return sum(len(item.split()) >= sidebyside.WORDS for item in spoken) > len(items) / 2


def _are_objects(values: Sequence[Sequence[Any]]) -> bool:
    """Whether all items are objects that hold an answer, or say on what they judge and how."""
    items = [item for one in values for item in one]
    if not all(isinstance(item, dict) for item in items) or any(map(conversations.is_chat, values)):
        return False
    names = set.intersection(*(set(item) for item in items))
    is_judged = {"criterion", "score"} <= longform.named(names).keys()
    return is_judged or any(_are_sentences([[item[name] for item in items]]) for name in names)
