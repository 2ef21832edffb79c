"""Which words of one text another has not."""

import re
from difflib import SequenceMatcher

MOST = 2_000
"""How many words of each text are compared at most; more would take too long."""

_PIECE = re.compile(r"\w+|[^\w\s]")


def spans(text: str, other: str) -> list[tuple[int, int]]:
    """Where a text has words that the other has not in that order: from where to where."""
    own = list(_PIECE.finditer(text))[:MOST]
    rest = [piece[0].lower() for piece in _PIECE.finditer(other)][:MOST]
    matcher = SequenceMatcher(None, rest, [piece[0].lower() for piece in own], autojunk=False)
    return [
        (own[start].start(), own[end - 1].end())
        for kind, _, _, start, end in matcher.get_opcodes()
        if kind in ("insert", "replace")
    ]
