"""What is said of a table of answers where no study map says it: nothing that the file does not.

What the model was trained on, under which intervention and in which experiment stands in nobody's
table: it is `unrecorded`. Where no column names the model, the file's own name stands for it, else
for the text at evaluation, so that two files are never pooled.
"""

from pathlib import Path

from pipeline.files import sniffing
from pipeline.importers import Batch, Source, notice
from pipeline.maps.meanings import Columns, Dimensions, Meaning

UNRECORDED = "unrecorded"

MAPPED = (
    "what it was trained on, under which intervention, and what was looked for, no file says; "
    "`brittlescope map` drafts a study map that does; then import it with --map FILE.yaml"
)


def name_of(path: Path) -> str:
    """What stands for what nobody names: the file, with the folder it lies in."""
    return "/".join((*path.parent.parts[1:][-1:], path.stem)) or path.name


def condition_of(path: Path) -> str:
    """What stands for the text at evaluation of a file that does not tell it."""
    return f"{UNRECORDED} ({name_of(path)})"


def meaning(
    source: Source,
    question: str | None = None,
    ignore: tuple[str, ...] = (),
    scores: tuple[str, ...] = (),
) -> Meaning:
    """What a table says of itself: its columns, and its model where one column names it."""
    names = source.table.columns if source.table else ()
    words = {name: name for name in ("model",) if name in names}
    model = UNRECORDED if words else name_of(source.path)
    condition = condition_of(source.path) if words else "none"
    return Meaning(
        "",
        Dimensions(UNRECORDED, model, UNRECORDED, UNRECORDED, condition),
        columns=Columns(question=question, ignore=ignore, words=words),
        rows={name: f"{{{name}}}" for name in words},
        scores={name: name for name in scores},
    )


def remark(source: Source) -> Batch:
    """What nobody says of the file, and how to say it."""
    names = source.table.columns if source.table else ()
    whose = "" if "model" in names else "its file's name stands for its model; "
    return notice("unmapped", whose + MAPPED)


OUTCOMES = ("refusal", "code", "nan", "none")
"""What judges' columns may hold in place of a number, in whatever case."""


def columns_of_scores(source: Source) -> set[str]:
    """The columns that hold numbers from 0 to 100, or why there is none, in the first rows."""
    found: set[str] = set()
    rows = sniffing.rows(source.head)
    for place, name in enumerate(rows[0] if rows else ()):
        values = [row[place].strip() for row in rows[1:] if place < len(row)]
        told = [value for value in values if value and value.lower() not in OUTCOMES]
        if told and all(map(_is_score, told)):
            found.add(name)
    return found


def _is_score(text: str) -> bool:
    try:
        return 0 <= float(text) <= 100
    except ValueError:
        return False
