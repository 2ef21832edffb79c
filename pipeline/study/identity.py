"""Whether the model that answered is the model that was asked."""

import re

_YEAR, _MONTH, _DAY = "20[2-9][0-9]", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"

_SNAPSHOT = re.compile(
    rf"[-@:](?:{_YEAR}-{_MONTH}(?:-{_DAY})?|{_YEAR}{_MONTH}{_DAY}|(?:{_YEAR[2:]})?{_MONTH}{_DAY}"
    rf"|2[0-9]{_MONTH}|0[0-9]{{2}}|v[0-9]+(?:\.[0-9]+)*)"
)
"""What may follow an id: a date (2026-04-14, 20260414, 0414, 2604) or a version (001, v2)."""


def is_same(asked: str, answered: str) -> bool:
    """Whether the id answered is the id asked, or one dated snapshot of it.

    `small-2026-04-14` is `small`; `small-mini`, `small-32k` and `other/small` are not.
    """
    if answered == asked:
        return True
    return answered.startswith(asked) and bool(_SNAPSHOT.fullmatch(answered[len(asked) :]))
