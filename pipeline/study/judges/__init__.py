"""Kinds of judges, one a module: each is found by being here, and named nowhere else.

A module holds one `KIND`, a `Kind` that says what a study file may tell of such a judge, and does
what it takes: its checks, its prices, what its header says, and the judging itself.
"""

import importlib
import pkgutil
from functools import reduce
from operator import or_
from typing import Any


def kinds() -> Any:
    """The union of every kind of judge, for msgspec to choose from by the tag `kind`."""
    modules = (
        importlib.import_module(f"{__name__}.{found.name}")
        for found in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name)
    )
    return reduce(or_, (module.KIND for module in modules if hasattr(module, "KIND")))
