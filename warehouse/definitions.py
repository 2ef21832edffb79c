"""Reading definition files (YAML): safely, and with errors that name file and place."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from warehouse.errors import InvalidDefinition

T = TypeVar("T")

MAX_BYTES = 8_000_000
MAX_NODES = 200_000
MAX_DEPTH = 100


def parse(text: str, name: str) -> Any:
    """The plain data of one YAML document: scalars, lists and mappings only.

    An alias may be repeated, but a document that would unfold to more than
    `MAX_NODES` values (a "YAML bomb") or that contains itself is refused.

    Raises:
        InvalidDefinition: naming `name`, the line and what is wrong.
    """
    if len(text) > MAX_BYTES:
        raise InvalidDefinition(f"{name} is larger than {MAX_BYTES:,} characters.")
    try:
        return _document(text, name)
    except RecursionError:
        raise InvalidDefinition(f"{name} is nested too deeply.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or error
        raise InvalidDefinition(f"{name}{where}: {problem}.") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # PyYAML lets these out for scalars it cannot read, such as the date 2026-13-45.
        raise InvalidDefinition(
            f"{name} holds a value that YAML does not allow ({error})."
        ) from None


def _document(text: str, name: str) -> Any:
    # Seen first as a flat sequence: the library crashes the process on what is nested deeply.
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise RecursionError
    loader = yaml.CSafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise InvalidDefinition(f"{name} is empty.")
        if _unfolded(root, {}, frozenset()) > MAX_NODES:
            raise InvalidDefinition(
                f"{name} unfolds to more than {MAX_NODES:,} values through its aliases."
            )
        return loader.construct_document(root)
    finally:
        loader.dispose()


def _unfolded(node: yaml.Node, sizes: dict[int, int], above: frozenset[int]) -> int:
    """How many values the node stands for once every alias is written out."""
    if id(node) in sizes:
        return sizes[id(node)]
    if id(node) in above:
        raise yaml.YAMLError("the document contains itself")
    inside = above | {id(node)}
    children: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        children = [part for pair in node.value for part in pair]
    elif isinstance(node, yaml.SequenceNode):
        children = node.value
    sizes[id(node)] = 1 + sum(_unfolded(child, sizes, inside) for child in children)
    return sizes[id(node)]


def load(path: Path, shape: type[T]) -> T:
    """The file's content as `shape`, validated.

    Raises:
        InvalidDefinition: naming the file, the place in it and what is wrong.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidDefinition(f"{path} cannot be read: {error}") from None
    return convert(parse(text, str(path)), shape, str(path))


def convert(data: Any, shape: type[T], name: str) -> T:
    """Plain data as `shape`, validated.

    Raises:
        InvalidDefinition: naming `name`, the place and what is wrong.
    """
    try:
        return msgspec.convert(data, shape)
    except msgspec.ValidationError as error:
        raise InvalidDefinition(f"{name}: {error}") from None
