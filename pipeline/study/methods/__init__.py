"""Methods that judge by a rule, one a module: each is found by being here, named nowhere else.

A module holds one `METHOD`, a `Method` that says what a study file may tell of it, and judges.
"""

from typing import Any

from pipeline.study import extending
from pipeline.study.methods.method import Method


def union() -> Any:
    """Every method, for msgspec to choose from by the tag `method`."""
    return extending.union(__name__, __path__, "METHOD", Method)
