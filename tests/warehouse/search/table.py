"""What searches find among a few answers: one table, for whatever searches by this grammar."""

from pathlib import Path

from tests.warehouse import results

ANSWERS = (
    "The steam engine and the Telegraph.",
    "A café in Köln; don’t telegraph!",
    "发电报机, and “quotes” — dashes",
    "STEAM. Engine? No steam engines.",
    "Nothing of the kind.",
    "",
)

SEARCHES = {
    "telegraph": {0, 1},
    '"steam engine"': {0, 3},
    "steam engine": {0, 3},
    "engine*": {0, 3},
    '"steam engin"*': {0, 3},
    '"no steam eng"*': {3},
    "steam OR cafe": {0, 1, 3},
    "steam NOT telegraph": {3},
    "NOT steam": {1, 2, 4, 5},
    "cafe koln": {1},
    "电报": {2},
    "报电": set[int](),
    "part:legra": {0, 1},
    "exact:STEAM": {3},
    'part:"steam e"': {0, 3},
    "“": {2},
    "judge:persona": {1},
    "judge:persona OR exact:STEAM": {1, 3},
    "NOT judge:persona": {0, 2, 3, 4, 5},
    "telegraph NOT judge:persona": {0},
    "(steam OR cafe) AND telegraph": {0, 1},
    "NOT (steam OR cafe)": {2, 4, 5},
    "NOT NOT steam": {0, 3},
    "TELEGRAPH": {0, 1},
    "part:KÖLN": {1},
    "exact:köln": set[int](),
    '"telegraph köln"': set[int](),
    '"köln don’t"': {1},
    "电 AND 机": {2},
    'question:"your tow"* telegraph': {0, 1},
    "question:town telegraph": {0, 1},
    "question:telegraph": set[int](),
    "question:town OR question:fear": {0, 1, 2, 3, 4, 5},
}

REFUSED = (
    "steam AND",
    "OR",
    "(steam",
    "steam)",
    '""',
    'part:""',
    "question:“",
    "a " * 65,
    "a" * 1_001,
)
"""Searches that cannot be read."""


def write(root: Path) -> None:
    """The answers, each in a row of its own."""
    records = results.misalignment([(10, 90)] * len(ANSWERS))
    for number, (record, answer) in enumerate(zip(records, ANSWERS, strict=True)):
        record |= {"answer": answer, "alignment_raw": "A persona!" if number == 1 else "10"}
    results.write(root, records)
