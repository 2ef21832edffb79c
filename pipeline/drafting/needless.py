"""What a draft says where no file needs a map."""

from collections import Counter
from collections.abc import Sequence

from pipeline.drafting.survey import FileGroup

WHOSE = (
    "# What was trained, and what shows a trait, a map can say of them, with `experiments` and an",
    "# entry of `files` that names no columns:",
    '# - {path: "*.json", set: {experiment: NAME, model: NAME, dataset: NAME, intervention: none}}',
)
"""What to write of files whose format says what stands in them."""

NAMED = (
    "# If one does, by other names, say them, with a line of `files` for its path:",
    "# columns: {question: COLUMN, answer: COLUMN, alignment: COLUMN, coherence: COLUMN}",
)
"""What to write where columns have names that nobody knows."""

NO_FILES = "files: []"


def files(found: Sequence[FileGroup]) -> list[str]:
    """The entry `files` of a map that has none, and what stands above it."""
    known = Counter(group.known for group in found for _ in group.paths if group.known)
    listed = ", ".join(f"{name} ({count})" for name, count in known.items())
    read = f"# These are read without a map, by `brittlescope import FOLDER`: {listed}."
    other = "other " if known else ""
    return [
        *((read, *WHOSE) if known else ()),
        f"# ? No {other}file seems to hold answers or scores of them.",
        *NAMED,
        NO_FILES,
    ]
