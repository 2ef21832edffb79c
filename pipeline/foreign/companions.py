"""Records of other files that say more of the same samples, found by their keys."""

import json
from collections import defaultdict, deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.files import reading, sniffing
from pipeline.files.texts import as_text
from pipeline.foreign import forms, places
from pipeline.foreign.shaping import Record, at
from pipeline.foreign.spec import POSITION, Companion, Join
from pipeline.importers import Source
from pipeline.maps.meanings import Layout
from warehouse import definitions, encodings
from warehouse.errors import InvalidDefinition

MOST_RECORDS = 1_000_000
MOST_BYTES = 256 * 2**20
"""How many records of companions, of how many bytes together, are held beside one file."""

Key = tuple[str, ...]


def near_fields(source: Source, depth: int, files: dict[str, str]) -> Record:
    """What the files that are near say, each under its name in the map.

    Of the file itself without its lists, which hold the records.

    Raises:
        RefusedFile: where one is absent, or is no object.
    """
    told: Record = {}
    for name, file in files.items():
        if file == places.ITSELF:
            told[name] = without_lists(reading.json_document(source, forms.DOCUMENT))
            continue
        place = places.near(source.path, depth, file)
        if place is None:
            raise RefusedFile(f"there is no {file} beside it or above it, which its mapping names")
        content = place.read_bytes()[: definitions.MAX_BYTES + 1]
        try:
            if len(content) > definitions.MAX_BYTES:
                raise ValueError("it is too large")
            text = encodings.text(content)
            is_json = place.suffix.lower() == ".json"
            value = json.loads(text) if is_json else definitions.parse(text, file)
        except (ValueError, RecursionError, InvalidDefinition) as error:
            raise RefusedFile(f"{file} beside it cannot be read ({str(error)[:200]})") from None
        if not isinstance(value, dict):
            raise RefusedFile(f"{file} beside it holds no names and values")
        told[name] = value
    return told


def without_lists(document: Any) -> Record:
    """The names and values of a document, without whatever it lists.

    Raises:
        RefusedFile: where it has none.
    """
    if not isinstance(document, dict):
        raise RefusedFile("it holds no names and values beside its records, as its mapping says")
    return {
        name: without_lists(value) if isinstance(value, dict) else value
        for name, value in document.items()
        if not isinstance(value, list)
    }


@dataclass
class HeldCompanion:
    """The records of one companion, by key, in order."""

    join: Join
    companion: Companion
    by_key: dict[Key, deque[Record]] = field(default_factory=lambda: defaultdict(deque))
    taken: int = 0
    alone: int = 0  # records of ours without a partner here
    other: int = 0  # records of ours whose partner has another question or answer

    @property
    def left(self) -> int:
        """How many records found no partner."""
        return 0 if self.join.many else sum(map(len, self.by_key.values()))

    def partner(self, row: int, record: Record) -> Record | None:
        """The next record with the same key, which is used once."""
        key: Key = tuple(as_text(at(record, name)) or "" for name in self.join.keys)
        waiting = self.by_key.get(key or (str(row),))
        if not waiting:
            self.alone += 1
            return None
        self.taken += 1
        return waiting[0] if self.join.many else waiting.popleft()


class Companions:
    """What the other files of the study say of one file's samples."""

    def __init__(self, source: Source, layout: Layout, texts: Collection[str] = ()) -> None:
        self.texts = texts  # the columns of questions and answers, which partners share
        base = Path(*source.path.parts[: -layout.depth])
        self.given = layout.given
        self.held: list[HeldCompanion] = []
        self.records = self.size = 0
        for companion in layout.companions:
            join = layout.joins[companion.join]
            self.held.append(self._read(base / companion.path, join, companion))

    def _read(self, path: Path, join: Join, companion: Companion) -> HeldCompanion:
        held = HeldCompanion(join, companion)
        self.size += path.stat().st_size
        if self.size > MOST_BYTES:
            raise RefusedFile(
                f"what its mapping joins has more than {MOST_BYTES // 2**20} MB; split the files"
            )
        theirs = list(join.keys.values())
        ways = tuple(places.filled(way, self.given) for way in join.ways)
        for chunk in forms.records(_source(path), msgspec.structs.replace(join, at=ways)):
            for item in chunk:
                if isinstance(item, RefusedRow):
                    continue  # told as a sample without a partner
                row, record = item
                self.records += 1
                if self.records > MOST_RECORDS:
                    raise RefusedFile(f"its mapping joins more than {MOST_RECORDS:,} records")
                key = tuple(as_text(at(record, name)) or "" for name in theirs)
                held.by_key[key or (str(row),)].append(record)
        return held

    def merged(self, row: int, record: Record) -> Record:
        """A record with what its partners say; what a judge says stands under `<field>@<judge>`."""
        for held in self.held:
            partner = held.partner(row, record)
            if partner is None:
                continue
            held.other += any(
                map(_differ, *([at(r, n) for n in self.texts] for r in (record, partner)))
            )
            judge = held.companion.judge
            theirs = held.join.keys.values()
            for name, value in partner.items():
                if judge is not None:
                    if name not in theirs:  # which stand in the record already
                        record[f"{name}@{judge}"] = value
                elif record.get(name) is None or name == POSITION:
                    record[name] = value
        return record

    def told(self) -> Iterator[tuple[str, str]]:
        """What found no partner: a kind, and a sentence."""
        for held in self.held:
            name = held.companion.path
            if held.alone or held.left:
                yield (
                    f"unjoined:{name[-60:]}",
                    f"{held.taken:,} samples found their partner in {name}; {held.alone:,} did "
                    f"not, and {held.left:,} of its records found no sample",
                )
            if held.other:
                yield (
                    f"joined-to-others:{name[-60:]}",
                    f"{held.other:,} of the {held.taken:,} samples that {name} says more of have "
                    "another question or answer there; whether they are the same, `by` must tell",
                )


def _differ(ours: Any, theirs: Any) -> bool:
    """Whether two texts are not the same, nor one the beginning of the other."""
    if not (isinstance(ours, str) and isinstance(theirs, str)):
        return False
    one, other = (" ".join(text.split()).rstrip(".…") for text in (ours, theirs))
    return not (one.startswith(other) or other.startswith(one))


def _source(path: Path) -> Source:
    """A companion as a file to be read.

    Raises:
        RefusedFile: where it is packed and nothing of it can be read.
    """
    with path.open("rb") as file:
        raw = file.read(sniffing.PACKED_HEAD)
    packed = sniffing.is_packed(raw)
    try:
        head = sniffing.unpacked(raw) if packed else raw[: sniffing.HEAD]
    except RefusedFile as error:
        raise RefusedFile(f"{path.name}, which its mapping joins: {error}") from None
    written = sniffing.encoding(head)
    size = path.stat().st_size
    return Source(path, "", size, sniffing.as_utf8(head, written), None, packed, written)
