"""What people call judges: by their names, and by their prompts only where two share a name."""

from collections import Counter
from collections.abc import Iterable, Mapping

import polars as pl

SHORT = 6
"""How many characters of a prompt's version tell two judges of one name apart."""

UNRECORDED = {"unrecorded": "not recorded"}
"""What stands for a judge, a model or anything else that nobody wrote down, and how it is said."""


def called(judges: pl.DataFrame) -> dict[str, str]:
    """What each judge of a snapshot is called, by its value in data; no two are called alike.

    Args:
        judges: Columns judge (the value), name and prompt_version, of the query `judge_names`.
    """
    found = judges.select("judge", "name", "prompt_version").unique("judge").sort("judge").rows()
    rows = [(judge, UNRECORDED.get(name, name), version) for judge, name, version in found]
    of_name = Counter(name for _, name, _ in rows)
    labels = {
        judge: name if of_name[name] == 1 or not version else f"{name} · {version[:SHORT]}"
        for judge, name, version in rows
    }
    seen = Counter(labels.values())
    return {judge: label if seen[label] == 1 else judge for judge, label in labels.items()}


def meant(wanted: Iterable[str], labels: Mapping[str, str]) -> tuple[str, ...]:
    """The judges that somebody names, as values or as they are called; others stay as written."""
    values = {label: judge for judge, label in labels.items()}
    return tuple(name if name in labels else values.get(name, name) for name in wanted)
