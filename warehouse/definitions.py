"""Reading definition files (YAML): safely, and with errors that name file and place."""

import math
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from warehouse import encodings, misspelled
from warehouse.errors import InvalidDefinition

T = TypeVar("T")

MAX_BYTES = 8_000_000
MAX_NODES = 200_000
MAX_DEPTH = 100
MAX_NUMBER = 100
"""The longest text that is read as a number or a date: `1:1:1:…` takes quadratic time."""
MAX_DIRECTIVES = 20
"""The library compares every `%TAG` directive with every other."""

_TAG = "tag:yaml.org,2002:"
_TEXTS = {f"{_TAG}{name}" for name in ("str", "null", "bool", "merge", "binary", "value")}
_NUMBERS = {f"{_TAG}int", f"{_TAG}float"}

_NO_TEXT = re.compile(r"Expected `[^`]*\bstr\b[^`]*`.*, got `(bool|int|float|date|datetime|null)`")
_READ_AS = {
    "bool": ("bool", "true or false"),
    "int": ("int", "a number"),
    "float": ("float", "a number"),
    "date": ("timestamp", "a date"),
    "datetime": ("timestamp", "a time"),
    "null": ("null", "nothing"),
}
"""What YAML makes of words that look like texts to people: its tag, and what that is."""

SHOWN_WORDS = 3


def parse(text: str, name: str, *, as_written: bool = False) -> Any:
    """The plain data of one YAML document: scalars, lists and mappings only.

    With `as_written`, a number that would be written in another way (`010`, `1.10`, `12:30:00`) is
    the text that stands there, and so is every key (`no`, `8`): where names are told, YAML would
    make one of two. An alias may be repeated, but a document that would unfold to more than
    `MAX_NODES` values (a "YAML bomb") or that contains itself is refused.

    Raises:
        InvalidDefinition: naming `name`, the line and what is wrong.
    """
    if len(text) > MAX_BYTES:
        raise InvalidDefinition(f"{name} is larger than {MAX_BYTES:,} characters.")
    try:
        return _document(text, name, as_written)
    except RecursionError:
        raise InvalidDefinition(f"{name} is nested too deeply.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or error
        problem = str(problem)[:500]
        raise InvalidDefinition(f"{name}{where}: {problem}.") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # PyYAML lets these out for scalars it cannot read, such as the date 2026-13-45.
        raise InvalidDefinition(
            f"{name} holds a value that YAML does not allow ({error})."
        ) from None


def _document(text: str, name: str, as_written: bool) -> Any:
    _bounded(text, name)
    loader = yaml.CSafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise InvalidDefinition(f"{name} is empty.")
        if _unfolded(root, {}, frozenset()) > MAX_NODES:
            raise _too_many(name, "through its aliases")
        if as_written:
            _keep_as_written(loader, root, is_key=False, seen=set())
        return loader.construct_document(root)
    finally:
        loader.dispose()


def _bounded(text: str, name: str) -> None:
    """Whether a document is small enough to be made into nodes.

    Seen first as a flat sequence: the library crashes the process on what is nested deeply, and
    makes half a kilobyte of every value.

    Raises:
        InvalidDefinition: where it has too many values or directives.
        RecursionError: where it is nested too deeply.
    """
    if f"\n{text}".count("\n%") > MAX_DIRECTIVES:
        raise InvalidDefinition(f"{name} has more than {MAX_DIRECTIVES} directives.")
    depth = values = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        begins = isinstance(event, yaml.CollectionStartEvent)
        depth += begins
        depth -= isinstance(event, yaml.CollectionEndEvent)
        values += begins or isinstance(event, yaml.ScalarEvent | yaml.AliasEvent)
        if depth > MAX_DEPTH:
            raise RecursionError
        if values > MAX_NODES:
            raise _too_many(name, "")


def _too_many(name: str, how: str) -> InvalidDefinition:
    told = f"{name} unfolds to more than {MAX_NODES:,} values {how}".rstrip()
    return InvalidDefinition(f"{told}.")


def _unfolded(node: yaml.Node, sizes: dict[int, int], above: frozenset[int]) -> int:
    """How many values the node stands for once every alias is written out.

    Raises:
        yaml.YAMLError: where it contains itself, names a field twice, or holds a number that
            would take long to read.
    """
    if id(node) in sizes:
        return sizes[id(node)]
    if id(node) in above:
        raise yaml.YAMLError("the document contains itself")
    inside = above | {id(node)}
    children: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        _distinct(node)
        children = [part for pair in node.value for part in pair]
    elif isinstance(node, yaml.SequenceNode):
        children = node.value
    elif node.tag not in _TEXTS and len(node.value) > MAX_NUMBER:
        raise _wrong(node, f"a number of {len(node.value):,} characters is too long")
    sizes[id(node)] = 1 + sum(_unfolded(child, sizes, inside) for child in children)
    return sizes[id(node)]


def _keep_as_written(
    loader: yaml.CSafeLoader, node: yaml.Node, *, is_key: bool, seen: set[int]
) -> None:
    """Makes texts of keys, and of numbers that YAML reads as something written otherwise."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _keep_as_written(loader, key, is_key=True, seen=seen)
            _keep_as_written(loader, value, is_key=False, seen=seen)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _keep_as_written(loader, item, is_key=False, seen=seen)
    elif node.tag in _NUMBERS or (is_key and node.tag not in _TEXTS - {f"{_TAG}bool"}):
        read = loader.construct_object(node)
        loader.constructed_objects.clear()  # it would be handed out again, whatever the tag says
        is_endless = isinstance(read, float) and not math.isfinite(read)  # no name, and no amount
        if is_key or (str(read) != node.value and not is_endless):
            node.tag = f"{_TAG}str"


def _distinct(node: yaml.MappingNode) -> None:
    """Whether no field of a mapping is named twice: YAML would silently keep the last.

    Raises:
        yaml.YAMLError: naming the field and its line.
    """
    seen: set[tuple[str, str]] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag == f"{_TAG}merge":
            continue
        if (key.tag, key.value) in seen:
            raise _wrong(key, f"the field {key.value[:100]!r} stands there twice")
        seen.add((key.tag, key.value))


def _wrong(node: yaml.Node, problem: str) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def read(path: Path, limit: int = MAX_BYTES) -> bytes:
    """A definition file's bytes; one that is no plain file, or too large, is not waited for.

    Raises:
        InvalidDefinition: naming the file and what is wrong.
    """
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise InvalidDefinition(f"{path} is not a regular file.")
        if state.st_size > limit:
            raise InvalidDefinition(f"{path} is larger than {limit:,} bytes.")
        with path.open("rb") as file:
            return file.read(limit)
    except (OSError, ValueError) as error:
        raise InvalidDefinition(f"{path} cannot be read: {error}.") from None


def load(path: Path, shape: type[T], *, as_written: bool = False) -> T:
    """The file's content as `shape`, validated; see `parse` for `as_written`.

    Raises:
        InvalidDefinition: naming the file, the place in it and what is wrong.
    """
    return understood(read(path), shape, str(path), as_written=as_written)


def understood(raw: bytes, shape: type[T], name: str, *, as_written: bool = False) -> T:
    """The bytes of a definition file as `shape`, validated.

    Raises:
        InvalidDefinition: naming `name`, the place and what is wrong.
    """
    try:
        text = encodings.text(raw)
    except ValueError as error:
        raise InvalidDefinition(f"{name} cannot be read: {error}.") from None
    found = parse(text, name, as_written=as_written)
    try:
        return convert(found, shape, name, is_strict=not as_written)
    except InvalidDefinition as error:
        raise InvalidDefinition(f"{error}{_misread(text, str(error))}") from None


def _misread(text: str, problem: str) -> str:
    """What to write in quotes, where a text is wanted and YAML reads something else."""
    if (wrong := _NO_TEXT.search(problem)) is None:
        return ""
    tag, read_as = _READ_AS[wrong[1]]
    nodes = _scalars(yaml.compose(text, Loader=yaml.CSafeLoader), set())
    words = {n.value: n.start_mark.line + 1 for n in nodes if n.tag == f"{_TAG}{tag}"}
    if named := {word: line for word, line in words.items() if word not in ("true", "false")}:
        words = named
    shown = {word: f"`{word}`" if word else "an empty value" for word in [*words][:SHOWN_WORDS]}
    told = ", ".join(f"{shown[word]} in line {words[word]}" for word in shown)
    return f". YAML reads {told} as {read_as}: write what is a text in quotes" if told else ""


def _scalars(node: yaml.Node | None, seen: set[int]) -> Iterator[yaml.ScalarNode]:
    """The values of a document, each once."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(key, seen)
            yield from _scalars(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item, seen)


def convert(data: Any, shape: type[T], name: str, *, is_strict: bool = True) -> T:
    """Plain data as `shape`, validated; a text that is a number is one only if not strict.

    Raises:
        InvalidDefinition: naming `name`, the place and what is wrong.
    """
    try:
        return msgspec.convert(data, shape, strict=is_strict)
    except msgspec.ValidationError as error:
        raise InvalidDefinition(f"{name}: {error}{misspelled.hint(str(error), shape)}") from None
