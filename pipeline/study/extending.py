"""What can be added to studies by one module each: found by being in its package."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any


def union(package: str, folders: Iterable[str], name: str, kind: type) -> Any:
    """The union of what the modules of a package call `name`; one that lacks a method is named.

    Raises:
        TypeError: where one of them is not of this kind, or not all of it.
    """
    found: list[Any] = []
    for info in sorted(pkgutil.iter_modules(folders), key=lambda info: info.name):
        module = importlib.import_module(f"{package}.{info.name}")
        if (one := getattr(module, name, None)) is None:
            continue
        if not issubclass(one, kind) or inspect.isabstract(one):
            lacking = ", ".join(sorted(getattr(one, "__abstractmethods__", ())))
            why = f"lacks {lacking}" if lacking else f"is no {kind.__name__}"
            raise TypeError(f"{module.__name__}: {one.__name__} {why}.")
        found.append(one)
    return reduce(or_, found)
