"""What is said where no file of a folder needs a map, or none can be drafted."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.drafting.survey import FileGroup

WHOSE = (
    "What was trained, and what shows a trait, a study map can say of them all the same, with "
    "`experiments` and an entry of `files` that names no columns: "
    '{path: "*.json", set: {experiment: NAME, model: NAME, dataset: NAME, intervention: none}}'
)
"""What to write of files whose format says what stands in them."""

NAMED = (
    "If one does, by other names, write a study map (docs/formats.md) that says them, with a line "
    "of `files` for its path: "
    "columns: {question: COLUMN, answer: COLUMN, alignment: COLUMN, coherence: COLUMN}"
)
"""What to write where columns have names that nobody knows."""

SEEMS = "file seems to hold answers or scores of them."


def known(found: Sequence[FileGroup]) -> Counter[str]:
    """The formats that are read without a map, with their files."""
    return Counter(group.known for group in found for _ in group.paths if group.known)


def told(found: Sequence[FileGroup], left: Sequence[str], command: str) -> Iterator[str]:
    """Why there is no draft, and the `command` that imports what is read without one.

    `left` are remarks on files that hold something else.
    """
    read = known(found)
    if read and not left:
        yield "No study map is needed: every file that holds records is read without one."
    elif read:
        yield f"No study map is written: the rest is read without one, and no other {SEEMS}"
    else:
        yield f"No study map is written: no {SEEMS}"
    yield from left
    if left:
        yield NAMED
    if read:
        yield WHOSE
        yield f"Import them: {command}"
