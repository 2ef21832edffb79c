"""Reading a study's files: lines and documents as typed records, or a sentence that names them."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from pipeline.study import lines
from pipeline.study.errors import FolderConflict

T = TypeVar("T", bound=msgspec.Struct)

_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Told(msgspec.Struct):
    """What a line says it is."""

    record: str = ""


def read(path: Path, *kinds: type[T]) -> Iterator[T]:
    """A file's records of these kinds, packed or not; the others are passed over.

    Raises:
        FolderConflict: naming file and line or record, where one is not what it should be.
    """
    wanted = {record_of(kind): kind for kind in kinds}
    for place, line in lines.numbered(path):
        try:
            told = msgspec.json.decode(line, type=_Told)
        except _BROKEN as error:
            raise FolderConflict(f"{place} is damaged: {error}.") from None
        if kind := wanted.get(told.record):
            yield _decoded(line, kind, path, told.record)


def document(path: Path, kind: type[T]) -> T:
    """The record that a whole JSON file is.

    Raises:
        FolderConflict: naming the file and what is wrong with it.
    """
    return _decoded(path.read_bytes(), kind, path, "description")


def record_of(kind: type[msgspec.Struct]) -> str:
    """What the field `record` says in records of this kind: its tag, or a header's own field."""
    tag = kind.__struct_config__.tag
    told = {field.name: field.default for field in msgspec.structs.fields(kind)}
    return str(tag or told["record"])


def _decoded(content: bytes, kind: type[T], path: Path, name: str) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except _BROKEN as error:
        raise FolderConflict(f"{path} is damaged: a {name} is not understood ({error}).") from None
