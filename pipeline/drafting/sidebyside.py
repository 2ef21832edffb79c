"""Answers of several models or arms beside each other in one record, a column each."""

from collections import defaultdict
from collections.abc import Sequence

from pipeline.foreign.shaping import Record, leaves

ANSWERS = ("answer", "response", "completion", "output", "generation", "generated_text",
           "model_response", "model_output", "reply", "response_preview",
           "answers", "responses", "completions", "generations", "samples")  # fmt: skip
"""What others call an answer, the likeliest first."""

WORDS = 4
"""So many words an item has at least where it may be an answer."""

LOOKED_AT = 50
"""How many records tell whether columns are answers."""

KEY = "key0"
"""What the draft calls that which the names of such columns tell apart."""

BETWEEN = "_-. :"


def patterns(records: Sequence[Record]) -> tuple[str, ...]:
    """The names of columns that differ in one part alone, as `each` in a map has them.

    The first is that of the answers, `{key0}_response`; the others, `{key0}_score`, have a column
    for whatever has an answer. None where no record holds several.
    """
    columns = defaultdict(list)
    for record in records[:LOOKED_AT]:
        for name, value in leaves(record):
            columns[name].append(value)
    texts = {name for name, values in columns.items() if _are_sentences(values)}
    alike = defaultdict(list)
    for name in texts:
        for before, told, after in _cuts(name):
            alike[before, after].append(told)
    (before, after), apart = max(
        alike.items(), key=lambda item: len(item[1]), default=(("", ""), ())
    )
    if len(apart) < 2:
        return ()
    first, size = f"{before}{{{KEY}}}{after}", len(apart[0])
    others = {
        f"{name[:at]}{{{KEY}}}{name[at + size :]}"
        for name in columns
        for at in range(len(name))
        if name.startswith(apart[0], at)
        and all(name[:at] + told + name[at + size :] in columns for told in apart)
    }
    return (first, *sorted(others - {first}))


def _cuts(name: str) -> list[tuple[str, str, str]]:
    """What a name that speaks of an answer tells besides, with what stands before and after it."""
    if name.lower() in ANSWERS:
        return []
    low = name.lower()
    found = []
    for word in ANSWERS:
        size = len(word) + 1
        if low.endswith(word) and name[-size] in BETWEEN:
            found.append(("", name[:-size], name[-size:]))
        if low.startswith(word) and name[size - 1] in BETWEEN:
            found.append((name[:size], name[size:], ""))
    return [cut for cut in found if cut[1]]


def _are_sentences(values: Sequence[object]) -> bool:
    texts = [value for value in values if isinstance(value, str) and value]
    spoken = sum(len(text.split()) >= WORDS for text in texts)
    return len(texts) > len(values) / 2 and spoken > len(texts) / 2
