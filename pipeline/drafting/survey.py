"""What lies in a folder: groups of files that are alike, and what their columns hold."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from pipeline import importers
from pipeline.drafting import nested, sidebyside
from pipeline.errors import Refused, RefusedRow
from pipeline.files import reading
from pipeline.files.texts import as_text
from pipeline.foreign import archives, columnar, conversations, forms, shaping
from pipeline.foreign.shaping import Record, exploded
from pipeline.foreign.spec import POSITION, Shape
from pipeline.importing import claiming
from pipeline.maps.pathpatterns import PathPattern, spelled

RECORDS = 1_000
"""How many records of a file are looked at."""

RECORDS_IN = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".gz", ".zst", ".parquet", ".arrow")
"""How members of archives are called that may hold records."""

LOOKED_INTO = 3
"""How many files of a group are looked into; the others have the same fields."""

SOME_LACK = 0.25
"""A field that only some files have, such as `error`, is no more of all of them."""

MOST_FILES = 2_000
MOST_COLUMNS = 60
LARGEST = 64 * 2**20
"""A larger document of JSON is not opened only to be looked at."""


_UNIT = re.compile(r"-?\d+(?:\.\d+)?\s*(%|/\s?\d+)\s*")


@dataclass
class SurveyedColumn:
    """What a column holds, as far as it was looked at."""

    name: str
    values: list[Any] = field(default_factory=list)
    rows: int = 0
    places: list[int] = field(default_factory=list)
    """The record of each value, counted from 0."""

    def take(self, value: Any) -> None:
        """One more record's value."""
        if value is not None and value != "":
            self.values.append(value)
            self.places.append(self.rows)
        self.rows += 1

    @property
    def texts(self) -> list[str]:
        """Its values as texts."""
        return [as_text(value) or "" for value in self.values]

    @property
    def numbers(self) -> list[float] | None:
        """Its values as numbers, where all of them are."""
        found = []
        for value in self.values:
            if isinstance(value, bool) or not isinstance(value, int | float | str):
                return None
            try:
                found.append(float(value))
            except ValueError:
                return None
        return found or None

    @property
    def scores(self) -> list[float] | None:
        """Its numbers, where most of its values are: others are words such as `REFUSAL`."""
        unit = self.unit
        values = [v.removesuffix(unit) if isinstance(v, str) else v for v in self.values]
        numbers = SurveyedColumn(self.name, [v for v in values if _is_number(v)]).numbers
        return numbers if numbers and 2 * len(numbers) > len(self.values) else None

    @property
    def unit(self) -> str:
        """What stands behind most of its numbers, as in `85 %` and `8/10`; often nothing."""
        found = [match[1] for value in self.values if (match := _UNIT.fullmatch(str(value)))]
        shared = set(found)
        return shared.pop() if len(shared) == 1 and 2 * len(found) > len(self.values) else ""

    @property
    def is_chat(self) -> bool:
        """Whether its values are lists of messages."""
        return bool(self.values) and all(map(conversations.is_chat, self.values))

    @property
    def is_text(self) -> bool:
        """Whether its values are words, not numbers."""
        return self.numbers is None

    @property
    def is_verbal(self) -> bool:
        """Whether most of its values have no digit: `MISALIGNED`, not `RATING: 3`."""
        texts = self.texts
        return 2 * sum(any(map(str.isdecimal, text)) for text in texts) < len(texts)

    @property
    def distinct(self) -> int:
        """How many different values it has."""
        return len(set(self.texts))

    @property
    def words(self) -> float:
        """How many words its values have, on average."""
        texts = self.texts
        return sum(len(text.split()) for text in texts) / len(texts) if texts else 0.0

    @property
    def length(self) -> float:
        """How many letters its values have, on average."""
        texts = self.texts
        return sum(map(len, texts)) / len(texts) if texts else 0.0

    @property
    def told(self) -> str:
        """Its type, range and an example, in a few words."""
        if not self.values:
            return "always empty"
        if self.is_chat:
            return f"conversations, such as one of {len(self.values[0])} messages"
        numbers = self.numbers
        if numbers is not None:
            return f"numbers, {min(numbers):g} to {max(numbers):g}"
        several = f"{self.distinct} different" if self.distinct > 1 else "always the same"
        example = " ".join(self.texts[0].split())[:40]
        return f"text, {several}, such as {example!r}"


def is_of_question(column: SurveyedColumn | None, question: SurveyedColumn | None) -> bool:
    """Whether what a column says is said of most questions once, as far as one can tell."""
    if column is None or question is None or len(column.values) != len(question.values):
        return True
    pairs = {*zip(question.texts, column.texts, strict=True)}
    return len(pairs) <= 1.5 * question.distinct


def _is_number(value: Any) -> bool:
    try:
        return not isinstance(value, bool | list | dict) and float(value) == float(value)
    except (TypeError, ValueError):
        return False


@dataclass
class FileGroup:
    """Files that are alike: in folders of the same depth, with the same fields."""

    paths: list[Path]
    shape: Shape
    columns: dict[str, SurveyedColumn]
    known: str | None = None  # the format that reads them without a map
    members: tuple[str, ...] = ()  # of archives, those that are alike
    names: set[str] = field(default_factory=set)  # the fields of their records

    def is_like(self, path: Path, names: set[str]) -> bool:
        """Whether a file's records have the same fields; beside these, one that some lack."""
        if names == self.names:
            return True
        is_part = names < self.names or names > self.names
        few = len(names ^ self.names) <= SOME_LACK * len(names | self.names)
        return is_part and few and any(path.parent == own.parent for own in self.paths)

    @property
    def records(self) -> int:
        """How many records were looked at."""
        return max((column.rows for column in self.columns.values()), default=0)


def groups(root: Path, paths: Iterable[Path]) -> list[FileGroup]:
    """The files in groups, the largest first; those that hold no records are left out."""
    alike: dict[tuple[Any, ...], list[FileGroup]] = defaultdict(list)
    for path in list(paths)[:MOST_FILES]:
        found = _looked_into(path)
        if found is None:
            continue
        shape, records, known = found
        names = {name for record in records for name in record}
        depth = len(path.relative_to(root).parts) if path != root else 1
        near = alike[path.suffix.lower(), depth, path.parent if depth < 2 else "", shape, known]
        group = next((one for one in near if one.is_like(path, names)), None)
        if group is None:
            near.append(group := FileGroup([], shape, {}, known))
        group.paths.append(path)
        group.names |= names
        if shape.members is not None and len(group.paths) == 1:
            group.members = members(path, shape)
        if len(group.paths) <= LOOKED_INTO:
            _take(group, records)
    return sorted((one for near in alike.values() for one in near), key=lambda one: -len(one.paths))


def _take(group: FileGroup, records: list[Record]) -> None:
    for record in records:
        for name, value in _flat(record):
            if len(group.columns) < MOST_COLUMNS or name in group.columns:
                group.columns.setdefault(name, SurveyedColumn(name)).take(value)


def _flat(record: Record) -> Iterator[tuple[str, Any]]:
    for name, value in shaping.leaves(record):
        if not isinstance(value, list) or conversations.is_chat(value):
            yield name, value


def _looked_into(path: Path) -> tuple[Shape, list[Record], str | None] | None:
    """Where a file's records are, some of them, and the format that reads it anyway."""
    try:
        source, _ = claiming.looked_at(path)
        if not source.sha256 or not source.head.strip():
            return None
        importer = importers.claimant(source, bool(claiming.container(path, source.head)))
        told = importer if importer and not getattr(importer, "MAPPABLE", False) else None
        known = told.NAME if told else None
        if archives.is_archive(source.head):
            return (Shape(), [], known) if known else _of_members(source)
        shape, beside = _shape(source) if known is None else (Shape(), {})
        if shape is None:
            return None
        found = [record | beside for record in _records(source, shape)]
        lists = nested.lists(found) or sidebyside.patterns(found)
        if not lists:
            return shape, found, known
        every = [exploded(record, lists) for record in found]
        items = [item for one in every if isinstance(one, list) for item in one]
        items = [{n: v for n, v in one.items() if n != POSITION} for one in items]
        return msgspec.structs.replace(shape, each=lists), items[:RECORDS], known
    except (Refused, OSError, ValueError):
        return None


def _of_members(source: importers.Source) -> tuple[Shape, list[Record], str | None] | None:
    """The members of an archive that are most alike, by ending and depth, and their records."""
    alike = defaultdict(list)
    for name in archives.names(source):
        parts = Path(name).parts
        if Path(name).suffix and not {"..", "/"} & {*parts}:
            alike[len(parts), Path(name).suffix.lower()].append(name)
    for (depth, suffix), _ in sorted(alike.items(), key=lambda item: -len(item[1])):
        shape = Shape(members=f"{'*/' * (depth - 1)}*{suffix}")
        if suffix in RECORDS_IN and (found := _records(source, shape)):
            return shape, found, None
    return None


def members(path: Path, shape: Shape) -> tuple[str, ...]:
    """The members of an archive that a shape reads."""
    assert shape.members is not None
    source, _ = claiming.looked_at(path)
    wanted = PathPattern(shape.members)
    names = archives.names(source)
    return tuple(name for name in names if wanted.readings(spelled(Path(name))))


def _records(source: importers.Source, shape: Shape) -> list[Record]:
    found: list[Record] = []
    for chunk in forms.records(source, shape):
        found += [item[1] for item in chunk if not isinstance(item, RefusedRow)]
        if len(found) >= RECORDS:
            break
    return [{n: v for n, v in r.items() if n != POSITION} for r in found[:RECORDS]]


def _shape(source: importers.Source) -> tuple[Shape | None, Record]:
    """Where the records of a file are, None where there seem to be none; and what holds for all."""
    if columnar.is_columnar(source.head):
        return Shape(), {}
    if not source.head.lstrip().startswith(b"{"):
        is_table = source.table is not None and len(source.table.columns) > 1
        is_list = source.head.lstrip().startswith(b"[")
        return Shape() if is_list or is_table else None, {}
    lines = source.head.lstrip().splitlines()
    if lines[0].rstrip().endswith(b"}") and len(lines) > 1:
        return Shape(), {}
    if source.size > LARGEST:
        return None, {}
    document = reading.json_document(source, LARGEST)
    if (within := nested.shape(document)) is not None:
        return within, nested.beside(document, within)
    return Shape() if len(lines) == 1 else None, {}  # one record is JSON Lines, too
