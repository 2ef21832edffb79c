"""Tables of answers, as emergent-misalignment evaluations write them: one column a judge prompt.

The columns stand in any order: question, answer (or response), aligned, coherent, and others.
What was evaluated stands only in the path; a mapping says what the path means. Without one it stays
unrecorded, and the answers and scores count as what they are.
"""

from collections.abc import Iterator

from pipeline.errors import RefusedFile
from pipeline.files import reading
from pipeline.foreign import archives, columnar
from pipeline.foreign.table import TextTable
from pipeline.importers import Batch, Source, notice
from pipeline.importers.em_csv.reader import EmReader
from pipeline.maps import unmapped
from pipeline.maps.columns import CRITERIA, SPELLINGS, roles
from pipeline.maps.meanings import Meaning

NAME = "em-csv"
TITLE = "Tables of answers"
FILES = "CSV with `question`, `answer`, `aligned` and `coherent`, and whatever a map describes"
VERSION = 12
ARCHIVES = True
MAPPABLE = True
TABLES = True


def covers(source: Source) -> bool:
    """What a mapping's patterns match is what the mapping says, whatever else it looks like."""
    meaning = source.meaning
    if meaning is None or not meaning.covered or not (source.size and source.head.strip()):
        return False
    if archives.is_archive(source.head):
        return meaning.layout.shape.members is not None
    return True


def accepts(source: Source) -> bool:
    """A table with a question, an answer, `aligned` and `coherent`, or as a mapping calls them."""
    if columnar.is_columnar(source.head) or archives.is_archive(source.head):
        return False  # without a mapping nobody knows what it holds
    header, meaning = _header(source), source.meaning
    if meaning is not None and {meaning.columns.question, meaning.columns.answer} <= {*header}:
        return True
    return all(
        any(spelling in header for spelling in SPELLINGS[name])
        for name in ("question", "answer", *CRITERIA)
    )


def read(source: Source) -> Iterator[Batch]:
    """The evaluations, questions, samples and judgements, as a mapping or the file itself says.

    Raises:
        RefusedFile: where its meaning is unclear, or it lacks a column that is needed.
    """
    meaning = source.meaning
    if meaning is None:
        meaning = unmapped.meaning(source)
        yield unmapped.remark(source)
    if meaning.skipped is not None:
        yield notice("skipped", f"it is left out, as its mapping says: {meaning.skipped}")
        return
    if meaning.dimensions is None:
        raise RefusedFile(meaning.unclear or "its mapping does not say what its path means")
    yield from table_of(source, meaning)


def table_of(source: Source, meaning: Meaning) -> Iterator[Batch]:
    """What a table of answers holds, by what is said of it.

    Raises:
        RefusedFile: where it lacks a column that is needed.
    """
    table = None
    if not _is_plain(source, meaning):
        table = TextTable(source, meaning)
        reader = EmReader(source, meaning, roles(table.columns, meaning, table.numeric()))
        chunks = table.rows()
    else:
        reader, chunks = _plain_reader(source, meaning), reading.csv_records(source)
    for chunk in chunks:
        yield from reader.take(chunk)
    yield from reader.context()
    yield from table.notices() if table else ()


def _is_plain(source: Source, meaning: Meaning) -> bool:
    """Whether it is a table of separated values, and its columns are named as they stand."""
    begin = source.head.lstrip()[:1]
    if (
        meaning.layout.is_told
        or meaning.columns.messages
        or begin in (b"{", b"[")
        or columnar.is_columnar(source.head)
    ):
        return False
    return not ("*" in meaning.scoring.patterns or any("|" in name for name in meaning.named))


def _plain_reader(source: Source, meaning: Meaning) -> EmReader:
    header = _header(source)
    if not any(map(str.strip, header)):
        raise RefusedFile("it is empty")
    if len(source.head) < source.size and len(source.head.splitlines()) < 2:
        raise RefusedFile(f"its header is longer than {len(source.head):,} bytes")
    return EmReader(source, meaning, roles(header, meaning))


def _header(source: Source) -> tuple[str, ...]:
    """The names of the columns, as far as they can be read."""
    return source.table.columns if source.table else ()
