"""Kinds of judges, one a module: each is found by being here, and named nowhere else.

A module holds one `KIND`, a `Kind` that says what a study file may tell of such a judge, and does
what it takes: its checks, its prices, what its header says, and the judging itself.
"""

from typing import Any

from pipeline.study import extending
from pipeline.study.judges.kind import Kind


def union() -> Any:
    """Every kind of judge, for msgspec to choose from by the tag `kind`."""
    return extending.union(__name__, __path__, "KIND", Kind)
