"""CSV files of persona_vectors and what follows it: one answer a row, with a score of each trait.

The judge scores how much of the trait an answer shows, from 0 to 100. From where on it shows the
trait nobody's file says: that is a line of a study map.
"""

from collections.abc import Iterator

from pipeline.importers import Batch, Source, em_csv
from pipeline.maps import unmapped
from pipeline.maps.columns import CRITERIA, DERIVED, ROW_NUMBER, SPELLINGS

NAME = "persona-vectors"
TITLE = "Persona-vectors CSV"
FILES = "CSV with `question` or `prompt`, `answer`, `coherence` and a score of a trait"
VERSION = 2
MAPPABLE = True

ASKED = ("question", "prompt")
"""What the column of the question is called; beside it `prompt` is the text with its template."""

_USUAL = {spelling for spellings in SPELLINGS.values() for spelling in spellings} | DERIVED


def accepts(source: Source) -> bool:
    """A table with a question, an answer, `coherence` and a trait's scores, and no alignment."""
    columns = source.table.columns if source.table else ()
    if not {"answer", "coherence"} <= {*columns} or not {*ASKED} & {*columns}:
        return False
    is_aligned = any(spelling in columns for spelling in SPELLINGS[CRITERIA[0]])
    return not is_aligned and bool(traits(source))


def read(source: Source) -> Iterator[Batch]:
    """One evaluation a model, its questions, samples and judgements.

    Raises:
        RefusedFile: where a column is absent that is needed.
    """
    columns = source.table.columns if source.table else ()
    question = next((name for name in ASKED if name in columns), ASKED[0])
    found = traits(source)
    templates = tuple({*ASKED} & {*columns} - {question})
    yield unmapped.remark(source)
    yield from em_csv.table_of(source, unmapped.meaning(source, question, templates, found))


def traits(source: Source) -> tuple[str, ...]:
    """The columns that are scores of a trait: numbers behind the answer, where judges write."""
    columns = source.table.columns if source.table else ()
    if "answer" not in columns:
        return ()
    behind = columns[columns.index("answer") + 1 :]
    numbers = unmapped.columns_of_scores(source)
    return tuple(
        name
        for name in behind
        if name in numbers and name not in _USUAL and not ROW_NUMBER.fullmatch(name)
    )
